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

// Sixteen running extrema; comparisons are exact, so their order does not matter (but for the sign of zero).
#define LADLE_ROW_EXTREMUM(select)                                               \
  enum { lanes = 16 };                                                           \
  float m = x[0];                                                                \
  size_t i = 0;                                                                  \
  if (n >= lanes) {                                                              \
    float running[lanes];                                                        \
    for (int l = 0; l < lanes; l++) running[l] = x[l];                           \
    for (i = lanes; i + lanes <= n; i += lanes) {                                \
      for (int l = 0; l < lanes; l++) running[l] = select(running[l], x[i + (size_t)l]); \
    }                                                                            \
    for (int l = 0; l < lanes; l++) m = select(m, running[l]);                   \
  }                                                                              \
  for (; i < n; i++) m = select(m, x[i]);                                        \
  return m;

LADLE_INLINE float ladle_row_maximum(const float *x, size_t n) { LADLE_ROW_EXTREMUM(ladle_larger) }
LADLE_INLINE float ladle_row_minimum(const float *x, size_t n) { LADLE_ROW_EXTREMUM(ladle_smaller) }

#endif
