#include <math.h>
#include <string.h>

#include "agreement.h"
#include "ladle_svm.h"

enum { count = 1003, samples = 301, dimension = 41, padded = 48 };

static void check_kernel_rows(const float *dots, const float *norms) {
  float *row = zeros(count);
  double *expected = double_zeros(count);
  ladle_svm_rbf(count, 0.7f, 1.5f, norms, dots, row);
  for (int i = 0; i < count; i++)
    expected[i] = exp(-(double)0.7f * fmax(0, 1.5 + (double)norms[i] - 2 * (double)dots[i]));
  result(within(2e-6), "radial basis", row, count);
  confirm(within(2e-6), "radial basis", row, expected, count);
  ladle_svm_polynomial(count, 0.5f, 1, 5, dots, row);
  for (int i = 0; i < count; i++) expected[i] = pow(0.5 * (double)dots[i] + 1, 5);
  result(within(2e-6), "polynomial", row, count);
  confirm(within(2e-6), "polynomial", row, expected, count);
  ladle_svm_sigmoid(count, 2, 0.1f, dots, row);
  for (int i = 0; i < count; i++) expected[i] = tanh(2 * (double)dots[i] + (double)0.1f);
  result(within(2e-6), "sigmoid", row, count);
  confirm(within(2e-6), "sigmoid", row, expected, count);
}

static void check_working_sets(const float *dots, const float *norms) {
  float *free = zeros(count);
  double *v = double_zeros(count), *expected = double_zeros(count);
  for (int i = 0; i < count; i++) {
    v[i] = (double)dots[i];
    expected[i] = v[i] - 0.5 * (double)(dots[i] - norms[i]);
  }
  ladle_svm_extremes found = ladle_svm_update(count, 0.5, dots, norms, v, free, free);
  int64_t partner = ladle_svm_second(count, v[found.first], norms[found.first], dots, norms, v, free);
  const double indices[4] = {found.highest, found.lowest, (double)found.first, (double)partner};
  result_double(within(1e-6), "working set", indices, 4);
  float *rounded = zeros(count);
  for (int i = 0; i < count; i++) rounded[i] = (float)v[i];
  confirm(within(1e-6), "violations", rounded, expected, count);
  ladle_svm_subtract(count, 0.3, norms, v);
  result_double(within(1e-6), "violations", v, count);
}

static void check_sparse_rows(const float *rows) {
  // Entries of all rows, one after the other.
  static uint32_t start[samples + 1], column[samples * dimension];
  float *value = zeros(samples * dimension), *vectors = normal(ladle_svm_batch * dimension, 4);
  float *transposed = zeros(ladle_svm_batch * dimension), *products = zeros(ladle_svm_batch * samples);
  double *expected = double_zeros(ladle_svm_batch * samples);
  for (int r = 0; r < samples; r++) {
    const size_t found = ladle_svm_nonzeros(dimension, rows + r * dimension);
    ladle_svm_compress(found, rows + r * dimension, column + start[r], value + start[r]);
    start[r + 1] = start[r] + (uint32_t)found;
    for (int b = 0; b < ladle_svm_batch; b++)
      for (int c = 0; c < dimension; c++)
        expected[b * samples + r] += (double)rows[r * dimension + c] * (double)vectors[b * dimension + c];
  }
  for (int b = 0; b < ladle_svm_batch; b++)
    for (int c = 0; c < dimension; c++) transposed[c * ladle_svm_batch + b] = vectors[b * dimension + c];
  ladle_svm_sparse_products(samples, NULL, start, column, value, transposed, products, samples);
  result(sums_of(dimension), "sparse products", products, ladle_svm_batch * samples);
  confirm(sums_of(dimension), "sparse products", products, expected, ladle_svm_batch * samples);
}

static double squared_norm(const float *row) {
  double sum = 0;
  for (int c = 0; c < dimension; c++) sum += (double)row[c] * (double)row[c];
  return sum;
}

static void check_descent(const float *rows) {
  static uint32_t start[samples + 1], index[samples * padded / 8], random[samples];
  static int32_t order[samples];
  static double alpha[samples], upper[samples], ridge[samples], diagonal[samples];
  float *value = zeros(samples * padded), *sign = zeros(samples), *w = zeros(padded), *draws = uniform(3 * samples, 0, 1, 9);
  double bias = 0;
  for (int r = 0; r < samples; r++) {
    const size_t found = ladle_svm_count_blocks(dimension, rows + r * dimension);
    ladle_svm_compress_blocks(found, dimension, rows + r * dimension, index + start[r], value + 8 * start[r]);
    start[r + 1] = start[r] + (uint32_t)found;
    order[r] = r;
    sign[r] = r % 2 ? -1 : 1;
    upper[r] = 1;
    diagonal[r] = 1 + squared_norm(rows + r * dimension);
  }
  for (int pass = 0; pass < 3; pass++) {
    for (int r = 0; r < samples; r++) random[r] = (uint32_t)(draws[pass * samples + r] * 0x1p32f);
    ladle_svm_descend(start, index, value, sign, upper, ridge, diagonal, 1, alpha, w, &bias, order, samples, random,
                      INFINITY, -INFINITY);
  }
  result(within(1e-4), "weights", w, padded);
  result_double(within(1e-4), "dual variables", alpha, samples);
  // The weights are what the dual variables say they are.
  double expected[padded] = {0};
  for (int r = 0; r < samples; r++)
    for (int c = 0; c < dimension; c++) expected[c] += alpha[r] * (double)sign[r] * (double)rows[r * dimension + c];
  confirm(within(1e-4), "weights", w, expected, padded);
}

void check_support_vectors(void) {
  family("support vectors");
  float *dots = uniform(count, -1, 1, 2), *norms = uniform(count, 1, 2, 3), *rows = normal(samples * dimension, 1);
  for (int i = 0; i < samples * dimension; i++) rows[i] = rows[i] > 0 ? rows[i] : 0;
  check_kernel_rows(dots, norms);
  check_working_sets(dots, norms);
  check_sparse_rows(rows);
  check_descent(rows);

  static uint32_t used[dimension];
  static int32_t places[4] = {3, 0, 40, 3};
  float *marks = zeros(dimension), *shifted = zeros(dimension), *few = zeros(4);
  double sum, squares, sums[dimension] = {0}, expected[2] = {0};
  for (int r = 0; r < 8; r += 5) ladle_svm_mark(dimension, rows + r * dimension, used);
  for (int c = 0; c < dimension; c++) marks[c] = (float)used[c];
  result(same_bits(), "columns in use", marks, dimension);
  ladle_svm_shift(dimension, rows, rows + dimension, shifted);
  result(same_bits(), "difference of rows", shifted, dimension);
  ladle_svm_gather(4, rows, places, few);
  result(same_bits(), "gathered", few, 4);
  for (int r = 0; r < samples; r++) ladle_svm_total(dimension, rows + r * dimension, sums);
  result_double(within(1e-6), "totals", sums, dimension);
  ladle_svm_moments(samples * dimension, rows, &sum, &squares);
  for (int i = 0; i < samples * dimension; i++) {
    expected[0] += (double)rows[i];
    expected[1] += (double)rows[i] * (double)rows[i];
  }
  const float moments[2] = {(float)sum, (float)squares};
  result(within(1e-6), "moments", moments, 2);
  confirm(within(1e-6), "moments", moments, expected, 2);
  require(ladle_svm_finite(samples * dimension, rows), "finite numbers are found finite");
  rows[777] = NAN;
  require(!ladle_svm_finite(samples * dimension, rows), "a NaN is found");
}
