// Lines of 16 channels: one cache line, one AVX-512 register, two of AVX2, four of NEON or SSE. Kernels written on
// lines are the same source for every instruction set.
#ifndef LADLE_LINES_H
#define LADLE_LINES_H

#include <string.h>

#include "dispatch.h"

enum { ladle_lanes = 16 };

// Lines cross only functions that are inlined, so how they would be passed does not matter.
#pragma clang diagnostic ignored "-Wpsabi"

typedef float ladle_line __attribute__((ext_vector_type(16), aligned(64)));
typedef float ladle_loose_line __attribute__((ext_vector_type(16), aligned(4)));

#define LADLE_UNROLL _Pragma("clang loop unroll(full)")

// The loop over a product's inner index. Its 800 bytes begin at a cache line, wherever the linker puts the function: by
// where they began, all products took 3 to 10 % more or less time.
#if defined(__has_c_attribute)
#if __has_c_attribute(clang::code_align)
#define LADLE_PRODUCT_LOOP _Pragma("clang loop unroll_count(4)") [[clang::code_align(64)]]
#endif
#endif
#ifndef LADLE_PRODUCT_LOOP
#define LADLE_PRODUCT_LOOP _Pragma("clang loop unroll_count(4)")
#endif

// The first `lanes` scalars at `from`; the rest of the line is zero.
LADLE_INLINE ladle_line ladle_load(const float *from, long lanes) {
  if (lanes == ladle_lanes) return *(const ladle_loose_line *)from;
  ladle_line result = 0.0f;
  memcpy(&result, from, (size_t)lanes * sizeof(float));
  return result;
}

LADLE_INLINE void ladle_store(float *to, ladle_line value, long lanes) {
  if (lanes == ladle_lanes) *(ladle_loose_line *)to = value;
  else memcpy(to, &value, (size_t)lanes * sizeof(float));
}

// Rows and columns exchanged, in four rounds of interleaving.
LADLE_INLINE void ladle_transpose_lines(ladle_line rows[16]) {
  ladle_line other[16];
#define LADLE_INTERLEAVE(from, to)                                                                                 \
  LADLE_UNROLL for (int i = 0; i < 8; i++) {                                                                       \
    to[2 * i] = __builtin_shufflevector(from[i], from[i + 8], 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23); \
    to[2 * i + 1] =                                                                                                \
        __builtin_shufflevector(from[i], from[i + 8], 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31); \
  }
  LADLE_INTERLEAVE(rows, other)
  LADLE_INTERLEAVE(other, rows)
  LADLE_INTERLEAVE(rows, other)
  LADLE_INTERLEAVE(other, rows)
#undef LADLE_INTERLEAVE
}

#endif
