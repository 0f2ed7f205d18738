// Products of matrices stored in lines of 16: the micro-kernels behind Winograd's method.
//
// A register tile is `rows` x `lines` accumulators; operands are read where the transforms wrote them, so nothing is
// packed. Every element is one chain of fused multiply-adds over the inner index, so its bits do not depend on how
// many rows or lines stand beside it.

#include "ladle_winograd.h"
#include "lines.h"

enum { most_rows = 12, most_lines = 2 };

LADLE_INLINE void product_tile(const int rows, const int lines, const float *a, long a_block, ladle_blocks blocks,
                               const float *b, long b_line, float *c, long c_line, int accumulate, const float *next,
                               long ahead) {
  ladle_line sum[most_rows][most_lines];
  LADLE_UNROLL for (int i = 0; i < rows; i++) {
    LADLE_UNROLL for (int l = 0; l < lines; l++)
      sum[i][l] = accumulate ? *(const ladle_line *)(c + l * c_line + i * ladle_lanes) : (ladle_line)0.0f;
  }
  const long count = blocks.first + blocks.second;
  for (long block = 0; block < count; block++, a += a_block) {
    if (block == blocks.first) {
      a += blocks.gap * a_block;
      b += blocks.gap * ladle_lanes * ladle_lanes;
    }
    // The operand that the next column of register tiles starts with: it comes from afar, once.
    for (long p = 0; p < ahead; p++, next += ladle_lanes) __builtin_prefetch(next, 0, 2);
    LADLE_PRODUCT_LOOP for (int k = 0; k < ladle_lanes; k++, b += ladle_lanes) {
      ladle_line right[most_lines];
      LADLE_UNROLL for (int l = 0; l < lines; l++) right[l] = *(const ladle_line *)(b + l * b_line);
      LADLE_UNROLL for (int i = 0; i < rows; i++) {
        const ladle_line left = a[i * ladle_lanes + k];
        LADLE_UNROLL for (int l = 0; l < lines; l++) sum[i][l] += left * right[l];
      }
    }
  }
  LADLE_UNROLL for (int i = 0; i < rows; i++) {
    LADLE_UNROLL for (int l = 0; l < lines; l++) *(ladle_line *)(c + l * c_line + i * ladle_lanes) = sum[i][l];
  }
}

LADLE_INLINE void correlation_tile(const int rows, const int lines, const float *a, long count, const float *b,
                                   long b_line, float *c, long c_line, int accumulate) {
  ladle_line sum[most_rows][most_lines];
  LADLE_UNROLL for (int i = 0; i < rows; i++) {
    LADLE_UNROLL for (int l = 0; l < lines; l++) {
      sum[i][l] = accumulate ? *(const ladle_line *)(c + l * c_line + i * ladle_lanes) : (ladle_line)0.0f;
    }
  }
  LADLE_PRODUCT_LOOP for (long k = 0; k < count; k++, a += ladle_lanes, b += ladle_lanes) {
    ladle_line right[most_lines];
    LADLE_UNROLL for (int l = 0; l < lines; l++) right[l] = *(const ladle_line *)(b + l * b_line);
    LADLE_UNROLL for (int i = 0; i < rows; i++) {
      const ladle_line left = a[i];
      LADLE_UNROLL for (int l = 0; l < lines; l++) sum[i][l] += left * right[l];
    }
  }
  LADLE_UNROLL for (int i = 0; i < rows; i++) {
    LADLE_UNROLL for (int l = 0; l < lines; l++) *(ladle_line *)(c + l * c_line + i * ladle_lanes) = sum[i][l];
  }
}

#define ROW_COUNTS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)

LADLE_INLINE void products(const int row_limit, const int line_limit, const float *a, long rows, long a_block,
                           ladle_blocks blocks, const float *b, long b_line, long lines, float *c, long c_line,
                           int accumulate) {
  const long groups = (rows + row_limit - 1) / row_limit, count = blocks.first + blocks.second;
  for (long l = 0; l < lines;) {
    const int wide = line_limit > 1 && l + 1 < lines;
    const long ahead = (ladle_lanes * (wide ? 2 : 1) + groups - 1) / groups;
    for (long g = 0; g < groups; g++) {
      const long first = rows * g / groups;
      const float *left = a + first * ladle_lanes, *right = b + l * b_line;
      const float *next = right + (wide ? 2 : 1) * b_line + g * ahead * count * ladle_lanes;
      float *to = c + l * c_line + first * ladle_lanes;
      switch (rows * (g + 1) / groups - first) {
#define ROW_COUNT(n)                                                                           \
  case n:                                                                                      \
    if (n > row_limit) break;                                                                  \
    if (wide) product_tile(n, 2, left, a_block, blocks, right, b_line, to, c_line, accumulate, next, ahead); \
    else product_tile(n, 1, left, a_block, blocks, right, b_line, to, c_line, accumulate, next, ahead);    \
    break;
        ROW_COUNTS(ROW_COUNT)
#undef ROW_COUNT
      }
    }
    l += wide ? 2 : 1;
  }
}

LADLE_INLINE void correlations(const int row_limit, const int line_limit, const float *a, long rows, long a_block,
                               long blocks, const float *b, long b_line, long lines, float *c, long c_line,
                               int accumulate) {
  const int groups = (ladle_lanes + row_limit - 1) / row_limit;
  for (long block = 0; block < blocks; block++) {
    for (long l = 0; l < lines;) {
      const int wide = line_limit > 1 && l + 1 < lines;
      for (int g = 0; g < groups; g++) {
        const int first = ladle_lanes * g / groups;
        const float *left = a + block * a_block + first, *right = b + l * b_line;
        float *to = c + l * c_line + (block * ladle_lanes + first) * ladle_lanes;
        switch (ladle_lanes * (g + 1) / groups - first) {
#define ROW_COUNT(n)                                                                     \
  case n:                                                                                \
    if (n > row_limit) break;                                                            \
    if (wide) correlation_tile(n, 2, left, rows, right, b_line, to, c_line, accumulate); \
    else correlation_tile(n, 1, left, rows, right, b_line, to, c_line, accumulate);      \
    break;
          ROW_COUNTS(ROW_COUNT)
#undef ROW_COUNT
        }
      }
      l += wide ? 2 : 1;
    }
  }
}

// The register tile fills the registers of each instruction set: 32 of a line, 16 of half a line, 32 (NEON) or 16
// (SSE) of a quarter.
#define PRODUCTS(rows_, lines_) \
  products(rows_, lines_, a, rows, a_block, blocks, b, b_line, lines, c, c_line, accumulate)
#define CORRELATIONS(rows_, lines_) \
  correlations(rows_, lines_, a, rows, a_block, blocks, b, b_line, lines, c, c_line, accumulate)

#if defined(__aarch64__)
enum { baseline_rows = 6 };
#else
enum { baseline_rows = 3 };
#endif

LADLE_KERNEL_BY_LEVEL(ladle_line_products,
                      (const float *a, long rows, long a_block, ladle_blocks blocks, const float *b, long b_line,
                       long lines, float *c, long c_line, int accumulate),
                      (a, rows, a_block, blocks, b, b_line, lines, c, c_line, accumulate),
                      PRODUCTS(12, 2), PRODUCTS(6, 1), PRODUCTS(baseline_rows, 1))

LADLE_KERNEL_BY_LEVEL(ladle_line_correlations,
                      (const float *a, long rows, long a_block, long blocks, const float *b, long b_line, long lines,
                       float *c, long c_line, int accumulate),
                      (a, rows, a_block, blocks, b, b_line, lines, c, c_line, accumulate),
                      CORRELATIONS(8, 2), CORRELATIONS(6, 1), CORRELATIONS(baseline_rows, 1))
