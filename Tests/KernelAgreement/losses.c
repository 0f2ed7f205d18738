#include <math.h>

#include "agreement.h"
#include "ladle_losses.h"

// A mean of n terms, and the gradient of their sum.
static void compare_loss(const char *part, double sum, double expected, const float *gradient, size_t terms, size_t n) {
  const float mean = (float)(sum / (double)terms);
  const double wanted = expected / (double)terms;
  result(within(2e-6), part, &mean, 1);
  confirm(within(2e-6), part, &mean, &wanted, 1);
  result(within(2e-6), part, gradient, n);
}

void check_losses(void) {
  family("losses");
  enum { rows = 1001, columns = 10, n = rows * columns };
  float *x = normal(n, 1), *t = uniform(n, 0, 1, 2), *dx = zeros(n), *dt = zeros(n);
  long labels[rows];
  for (int r = 0; r < rows; r++) labels[r] = r % columns;
  double cross = 0, binary = 0, constant = 0, squared = 0, absolute = 0;
  for (int r = 0; r < rows; r++) {
    double sum = 0;
    for (int c = 0; c < columns; c++) sum += exp((double)x[r * columns + c]);
    cross += log(sum) - (double)x[r * columns + labels[r]];
  }
  for (int i = 0; i < n; i++) {
    const double a = (double)x[i], b = (double)t[i], soft = fmax(a, 0) + log1p(exp(-fabs(a)));
    binary += soft - a * b;
    constant += soft - a * (double)0.9f;
    squared += (a - b) * (a - b);
    absolute += fabs(a - b);
  }
  double loss = ladle_cross_entropy(x, labels, 1, dx, rows, columns);
  compare_loss("cross entropy", loss, cross, dx, rows, n);
  loss = ladle_cross_entropy(x, labels, 1, NULL, rows, columns);
  compare_loss("cross entropy alone", loss, cross, dx, rows, n);
  loss = ladle_binary_cross_entropy(x, t, 0, 1, dx, dt, n);
  compare_loss("binary cross entropy", loss, binary, dx, n, n);
  result(within(2e-6), "gradient of the target", dt, n);
  loss = ladle_binary_cross_entropy(x, NULL, 0.9f, 1, dx, NULL, n);
  compare_loss("binary cross entropy of a constant", loss, constant, dx, n, n);
  loss = ladle_squared_error(x, t, 1, dx, n);
  compare_loss("squared error", loss, squared, dx, n, n);
  loss = ladle_absolute_error(x, t, 1, dx, n);
  compare_loss("absolute error", loss, absolute, dx, n, n);
}
