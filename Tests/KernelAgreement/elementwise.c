#include <math.h>
#include <stdio.h>

#include "agreement.h"
#include "ladle_elementwise.h"

static void check_arithmetic(void) {
  family("arithmetic");
  const size_t n = extremes + 1013;
  float *a = normal_after_extremes(1013, 1), *b = normal(n, 5), *y = zeros(n);
  double *expected = double_zeros(n);
  for (int f = LADLE_ADD; f <= LADLE_EQUAL; f++) {
    for (int strides = 0; strides < 4; strides++) {
      ladle_binary((ladle_binary_function)f, a, n, strides & 1, b, n, strides >> 1, y, 1, n);
      result(same_bits(), "two operands", y, n);
      for (size_t i = 0; i < n; i++) {
        const float s = a[strides & 1 ? i : 0], t = b[strides >> 1 ? i : 0];
        const float value = f == LADLE_ADD ? s + t : f == LADLE_SUBTRACT ? s - t : f == LADLE_MULTIPLY ? s * t
                            : f == LADLE_DIVIDE ? s / t : s == t ? 1.0f : 0.0f;
        expected[i] = (double)value;
      }
      confirm(same_bits(), "two operands", y, expected, n);
    }
  }
  ladle_scale(0.3f, a, y, n);
  result(same_bits(), "scaled", y, n);
  ladle_binary(LADLE_MULTIPLY, b, 21, 1, a, 1, 0, y, 33, 21);
  result(same_bits(), "broadcast", y, 33 * 21);
}

static void check_exact_functions(void) {
  family("exact functions");
  const size_t n = extremes + 1013;
  float *x = normal_after_extremes(1013, 1), *dy = normal(n, 5), *y = zeros(n), *dx = zeros(n);
  static const struct { ladle_unary_function function; float p, q; int from_output; } functions[] = {
      {LADLE_RELU, 0, 0, 1},        {LADLE_LEAKY_RELU, 0.2f, 0, 1}, {LADLE_SQUARE, 0, 0, 0},
      {LADLE_SQUARE_ROOT, 0, 0, 1}, {LADLE_ABSOLUTE, 0, 0, 0},      {LADLE_POWER, 3, 0, 0},
      {LADLE_POWER, -1, 0, 0},      {LADLE_CLAMP, -0.5f, 2, 0}};
  for (size_t k = 0; k < sizeof functions / sizeof *functions; k++) {
    ladle_unary(functions[k].function, functions[k].p, functions[k].q, x, y, n);
    result(same_bits(), "forward", y, n);
    ladle_unary_backward(functions[k].function, functions[k].p, functions[k].q, functions[k].from_output ? y : x, dy, dx,
                         n);
    result(same_bits(), "backward", dx, n);
  }
}

static double expected_value(ladle_unary_function function, double p, double x) {
  switch (function) {
    case LADLE_ELU: return x > 0 ? x : p * expm1(x);
    case LADLE_SOFTPLUS: return fmax(x, 0) + log1p(exp(-fabs(x)));
    case LADLE_TANH: return tanh(x);
    case LADLE_SIGMOID: return x < 0 ? exp(x) / (1 + exp(x)) : 1 / (1 + exp(-x));
    case LADLE_GELU: return x * 0.5 * erfc(-x / sqrt(2));
    case LADLE_GELU_TANH: return x < -15 ? 0 : x > 15 ? x : 0.5 * x * (1 + tanh(sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case LADLE_EXPONENTIAL: return exp(x);
    case LADLE_LOGARITHM: return log(x);
    default: return pow(x, p);
  }
}

static void check_elementary_functions(void) {
  family("elementary functions");
  const size_t normals = 515, wide = 1001, n = extremes + normals + wide;
  float *x = zeros(n), *some = normal_after_extremes(normals, 1), *others = uniform(wide, -30, 30, 2);
  for (size_t i = 0; i < n; i++) x[i] = i < extremes + normals ? some[i] : others[i - extremes - normals];
  float *dy = uniform(n, -1, 1, 3), *y = zeros(n), *dx = zeros(n);
  double *expected = double_zeros(n);
  static const struct { ladle_unary_function function; float p; int from_output; } functions[] = {
      {LADLE_ELU, 1.3f, 1},  {LADLE_SOFTPLUS, 0, 0},  {LADLE_TANH, 0, 1},        {LADLE_SIGMOID, 0, 1},
      {LADLE_GELU, 0, 0},    {LADLE_GELU_TANH, 0, 0}, {LADLE_EXPONENTIAL, 0, 1}, {LADLE_LOGARITHM, 0, 0},
      {LADLE_POWER, 1.7f, 0}};
  for (size_t k = 0; k < sizeof functions / sizeof *functions; k++) {
    ladle_unary(functions[k].function, functions[k].p, 0, x, y, n);
    result(within(5e-7), "forward", y, n);
    for (size_t i = 0; i < n; i++) {
      // What is not finite has limits of its own, which the tests in Swift check.
      expected[i] = isfinite(x[i]) ? expected_value(functions[k].function, (double)functions[k].p, (double)x[i]) : (double)y[i];
      // Saved values are the same for every set, so that backward kernels are compared on their own.
      if (functions[k].from_output) y[i] = (float)expected[i];
    }
    float *found = zeros(n);
    ladle_unary(functions[k].function, functions[k].p, 0, x, found, n);
    char part[40];
    snprintf(part, sizeof part, "function %d", (int)functions[k].function);
    confirm(within(5e-7), part, found, expected, n);
    ladle_unary_backward(functions[k].function, functions[k].p, 0, functions[k].from_output ? y : x, dy, dx, n);
    result(within(5e-7), "backward", dx, n);
  }
}

void check_elementwise(void) {
  check_arithmetic();
  check_exact_functions();
  check_elementary_functions();
}
