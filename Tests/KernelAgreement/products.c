#include <math.h>
#include <stdio.h>

#include "agreement.h"
#include "ladle_matrix.h"

static void check_product(long rows, long columns, long inner) {
  float *a = normal((size_t)(rows * inner), 1), *at = zeros((size_t)(rows * inner));
  float *b = normal((size_t)(inner * columns), 2), *bt = zeros((size_t)(inner * columns));
  const size_t n = (size_t)(rows * columns);
  float *before = normal(n, 3), *scratch = zeros((size_t)ladle_matrix_scratch(columns));
  double *expected = double_zeros(n);
  for (long i = 0; i < rows; i++) {
    for (long k = 0; k < inner; k++) {
      a[i * inner + k] *= 1 / sqrtf((float)inner);
      at[k * rows + i] = a[i * inner + k];
      for (long j = 0; j < columns; j++) expected[i * columns + j] += (double)a[i * inner + k] * (double)b[k * columns + j];
    }
  }
  for (long k = 0; k < inner; k++)
    for (long j = 0; j < columns; j++) bt[j * inner + k] = b[k * columns + j];
  char part[48];
  snprintf(part, sizeof part, "%ld x %ld over %ld", rows, columns, inner);
  for (int accumulate = 0; accumulate < 2; accumulate++) {
    for (size_t i = 0; accumulate && i < n; i++) expected[i] += (double)before[i];
    for (int transposed = 0; transposed < 4; transposed++) {
      const int left = transposed & 1, right = transposed >> 1;
      float *c = copied(before, n);
      ladle_matrix_product(left, right, rows, columns, inner, left ? at : a, left ? rows : inner, right ? bt : b,
                           right ? inner : columns, c, columns, accumulate, scratch);
      result(sums_of((size_t)inner), part, c, n);
      confirm(sums_of((size_t)inner), part, c, expected, n);
    }
  }
}

void check_products(void) {
  family("packed products");
  check_product(10, 256, 112);
  check_product(70, 272, 300);
  check_product(128, 64, 80);
  check_product(7, 37, 19);
  check_product(1, 1, 1);
}
