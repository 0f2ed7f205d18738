// Sums and extrema of one row, shared by the kernels that need them inside a larger pass.
#ifndef LADLE_ROW_REDUCTIONS_H
#define LADLE_ROW_REDUCTIONS_H

#include <stddef.h>

#include "vector_math.h"

// A plain float sum: several accumulators once vectorised, in an order that depends on n alone.
LADLE_INLINE float ladle_block_sum(const float *x, size_t n) {
#pragma clang fp reassociate(on)
  float sum = 0.0f;
  for (size_t i = 0; i < n; i++) sum += x[i];
  return sum;
}

// Written so that a NaN, once met, stays.
LADLE_INLINE float ladle_larger(float m, float x) { return x > m || x != x ? x : m; }
LADLE_INLINE float ladle_smaller(float m, float x) { return x < m || x != x ? x : m; }

// Eight running extrema; the last eight scalars overlap those before them, which does not change an extremum. Of
// zeros of both signs either may be returned.
#define LADLE_ROW_EXTREMUM(select)                                                      \
  enum { lanes = 8 };                                                                   \
  float m = x[0];                                                                       \
  if (n < lanes) {                                                                      \
    for (size_t i = 1; i < n; i++) m = select(m, x[i]);                                 \
    return m;                                                                           \
  }                                                                                     \
  float running[lanes];                                                                 \
  for (size_t l = 0; l < lanes; l++) running[l] = x[l];                                 \
  for (size_t i = lanes; i + lanes <= n; i += lanes) {                                  \
    for (size_t l = 0; l < lanes; l++) running[l] = select(running[l], x[i + l]);       \
  }                                                                                     \
  for (size_t l = 0; l < lanes; l++) running[l] = select(running[l], x[n - lanes + l]); \
  m = running[0];                                                                       \
  for (size_t l = 1; l < lanes; l++) m = select(m, running[l]);                         \
  return m;

LADLE_INLINE float ladle_row_maximum(const float *x, size_t n) { LADLE_ROW_EXTREMUM(ladle_larger) }
LADLE_INLINE float ladle_row_minimum(const float *x, size_t n) { LADLE_ROW_EXTREMUM(ladle_smaller) }

// Rows are taken in blocks of about this many scalars, which stay in the first-level cache.
enum { ladle_row_block = 2048 };

LADLE_INLINE size_t ladle_rows_at_once(size_t columns) {
  return columns < ladle_row_block ? ladle_row_block / columns : 1;
}

// The maximum that is subtracted before exponentials; 0 for an infinite one, whose difference would be NaN.
LADLE_INLINE float ladle_exponential_shift(const float *x, size_t n) {
  float m = ladle_row_maximum(x, n);
  return m - m == 0.0f ? m : 0.0f;
}

// y = exp(x - shift of its row) for a block of rows. The exponentials are one loop over all of them, because rows of
// ten classes are too short to fill vectors.
LADLE_INLINE void ladle_exponentials(const float *x, float *y, float *shifts, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *xr = x + r * columns;
    float *yr = y + r * columns, shift = ladle_exponential_shift(xr, columns);
    shifts[r] = shift;
    LADLE_VECTORISE for (size_t c = 0; c < columns; c++) yr[c] = xr[c] - shift;
  }
  LADLE_VECTORISE for (size_t i = 0; i < rows * columns; i++) y[i] = ladle_exp(y[i]);
}

// The shift of each of a block of rows, and the sum of exp(x - shift).
LADLE_INLINE void ladle_sums_of_exponentials(const float *x, float *shifts, float *sums, size_t rows, size_t columns) {
  float terms[ladle_row_block];
  if (columns <= ladle_row_block) {
    ladle_exponentials(x, terms, shifts, rows, columns);
    for (size_t r = 0; r < rows; r++) sums[r] = ladle_block_sum(terms + r * columns, columns);
    return;
  }
  for (size_t r = 0; r < rows; r++) {
    const float *xr = x + r * columns;
    float shift = ladle_exponential_shift(xr, columns);
    double sum = 0.0;
    for (size_t start = 0; start < columns; start += ladle_row_block) {
      size_t count = columns - start < ladle_row_block ? columns - start : ladle_row_block;
      LADLE_VECTORISE for (size_t c = 0; c < count; c++) terms[c] = ladle_exp(xr[start + c] - shift);
      sum += (double)ladle_block_sum(terms, count);
    }
    shifts[r] = shift;
    sums[r] = (float)sum;
  }
}

#endif
