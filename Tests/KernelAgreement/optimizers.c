#include <math.h>

#include "agreement.h"
#include "ladle_optimizers.h"

enum { count = 1013, steps = 3 };

static void check_descent(float momentum, int nesterov, float decay) {
  float *p = normal(count, 1), *g = normal(count, 5), *b = zeros(count);
  double *expected = double_zeros(count), *velocity = double_zeros(count);
  for (int i = 0; i < count; i++) expected[i] = (double)p[i];
  for (int step = 0; step < steps; step++) {
    ladle_sgd(count, p, g, momentum > 0 ? b : NULL, 0.1f, momentum, nesterov, decay);
    for (int i = 0; i < count; i++) {
      const double d = (double)g[i] + (double)decay * expected[i], m = (double)momentum;
      velocity[i] = m * velocity[i] + d;
      expected[i] -= (double)0.1f * (nesterov ? d + m * velocity[i] : velocity[i]);
    }
  }
  result(within(1e-6), "gradient descent", p, count);
  confirm(within(1e-6), "gradient descent", p, expected, count);
}

static void check_adam(float coupled, float keep) {
  float *p = normal(count, 1), *g = normal(count, 5), *m = zeros(count), *v = zeros(count);
  double *expected = double_zeros(count), *first = double_zeros(count), *second = double_zeros(count);
  for (int i = 0; i < count; i++) expected[i] = (double)p[i];
  for (int step = 1; step <= steps; step++) {
    const ladle_adam_settings s = {.beta1 = 0.9f, .beta2 = 0.999f, .fresh1 = 0.1f, .fresh2 = 0.001f,
                                   .step_size = (float)(0.01 / (1 - pow(0.9, step))),
                                   .second_correction = (float)(1 / sqrt(1 - pow(0.999, step))), .epsilon = 1e-8f,
                                   .coupled_decay = coupled, .keep = keep};
    ladle_adam(count, p, g, m, v, &s);
    for (int i = 0; i < count; i++) {
      const double d = (double)g[i] + (double)coupled * expected[i];
      first[i] = (double)s.beta1 * first[i] + (double)s.fresh1 * d;
      second[i] = (double)s.beta2 * second[i] + (double)s.fresh2 * d * d;
      expected[i] = (double)keep * expected[i] - (double)s.step_size * first[i] /
                    (sqrt(second[i]) * (double)s.second_correction + (double)s.epsilon);
    }
  }
  result(within(1e-6), "Adam", p, count);
  confirm(within(1e-6), "Adam", p, expected, count);
}

static void check_rmsprop(int centred, float momentum) {
  float *p = normal(count, 1), *g = normal(count, 5), *v = zeros(count), *a = zeros(count), *b = zeros(count);
  const ladle_rmsprop_settings s = {.rate = 0.01f, .smoothing = 0.99f, .fresh = 0.01f, .epsilon = 1e-8f,
                                    .momentum = momentum, .decay = 0.01f};
  for (int step = 0; step < steps; step++) ladle_rmsprop(count, p, g, v, centred ? a : NULL, momentum > 0 ? b : NULL, &s);
  result(within(1e-6), "RMSProp", p, count);
}

void check_optimizers(void) {
  family("optimizers");
  check_descent(0, 0, 0);
  check_descent(0, 0, 0.1f);
  check_descent(0.9f, 0, 0.1f);
  check_descent(0.9f, 1, 0.1f);
  check_adam(0, 1);
  check_adam(0.1f, 1);
  check_adam(0, 0.999f);
  check_rmsprop(0, 0);
  check_rmsprop(0, 0.9f);
  check_rmsprop(1, 0.9f);

  float *x = normal(count, 5);
  double squares = 0;
  for (int i = 0; i < count; i++) squares += (double)x[i] * (double)x[i];
  const float norm = (float)sqrt(ladle_sum_of_squares(count, x));
  const double expected = sqrt(squares);
  result(within(1e-6), "norm", &norm, 1);
  confirm(within(1e-6), "norm", &norm, &expected, 1);
  require(ladle_all_finite(count, x), "finite numbers are found finite");
  ladle_scale_in_place(count, x, 0.3f);
  result(same_bits(), "scaled in place", x, count);
  for (int place = 0; place < count; place += 53) {
    const float before = x[place];
    x[place] = place % 2 ? NAN : -INFINITY;
    require(!ladle_all_finite(count, x), "a number that is not finite is found");
    x[place] = before;
  }
}
