#include <math.h>

#include "agreement.h"
#include "ladle_reductions.h"

static void check_sums(void) {
  family("sums");
  static const size_t counts[] = {1, 7, 1000, 40003};
  for (int k = 0; k < 4; k++) {
    const size_t rows = counts[k], columns = 5, n = rows * columns;
    float *x = normal(n, 1), *y = zeros(rows);
    double *expected = double_zeros(rows), total = 0;
    double sum = ladle_sum(x, n);
    for (size_t i = 0; i < n; i++) {
      total += (double)x[i];
      expected[i / columns] += (double)x[i];
    }
    float rounded = (float)sum;
    result(sums_of(n), "all", &rounded, 1);
    confirm(sums_of(n), "all", &rounded, &total, 1);
    ladle_reduce_columns(LADLE_SUM, x, columns, y, rows, columns);
    result(sums_of(n), "rows", y, rows);
    confirm(sums_of(columns), "rows", y, expected, rows);
    ladle_reduce_rows(LADLE_SUM, x, columns, y, rows, columns);
    result(sums_of(n), "columns", y, columns);
    // Transposed: long rows.
    ladle_reduce_columns(LADLE_SUM, x, rows, y, columns, rows);
    result(sums_of(n), "long rows", y, columns);
    ladle_combine(LADLE_SUM, x, y, rows, columns);
    result(sums_of(n), "partial sums", y, columns);
  }
}

static void check_softmaxes(void) {
  family("softmax and relatives");
  static const size_t widths[] = {2, 10, 333, 5000};
  enum { rows = 13 };
  for (int k = 0; k < 4; k++) {
    const size_t columns = widths[k], n = rows * columns;
    float *x = normal(n, 1), *dy = normal(n, 3), *y = zeros(n), *dx = zeros(n), *logs = zeros(n), *sums = zeros(rows);
    double *soft = double_zeros(n), *logarithms = double_zeros(n), *row_logs = double_zeros(rows);
    for (size_t i = 0; i < n; i++) x[i] *= 3;
    for (size_t r = 0; r < rows; r++) {
      double sum = 0;
      for (size_t c = 0; c < columns; c++) sum += exp((double)x[r * columns + c]);
      row_logs[r] = log(sum);
      for (size_t c = 0; c < columns; c++) {
        logarithms[r * columns + c] = (double)x[r * columns + c] - row_logs[r];
        soft[r * columns + c] = exp(logarithms[r * columns + c]);
      }
    }
    const agreement bound = sums_of(columns);
    ladle_softmax(x, y, rows, columns);
    result(bound, "softmax", y, n);
    confirm(bound, "softmax", y, soft, n);
    ladle_log_softmax(x, logs, rows, columns);
    result(bound, "log softmax", logs, n);
    confirm(bound, "log softmax", logs, logarithms, n);
    ladle_log_sum_exp(x, sums, rows, columns);
    result(bound, "log sum exp", sums, rows);
    confirm(bound, "log sum exp", sums, row_logs, rows);
    // Saved values are the same for every set.
    for (size_t i = 0; i < n; i++) {
      y[i] = (float)soft[i];
      logs[i] = (float)logarithms[i];
    }
    for (size_t r = 0; r < rows; r++) sums[r] = (float)row_logs[r];
    ladle_softmax_backward(y, dy, dx, rows, columns);
    result(bound, "softmax backward", dx, n);
    ladle_log_softmax_backward(logs, dy, dx, rows, columns);
    result(bound, "log softmax backward", dx, n);
    ladle_log_sum_exp_backward(x, sums, dy, dx, rows, columns);
    result(bound, "log sum exp backward", dx, n);
  }
}

void check_reductions(void) {
  check_sums();
  check_softmaxes();
}
