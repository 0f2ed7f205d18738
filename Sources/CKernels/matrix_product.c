// A matrix product by register tiles. B is packed into lines of 16 columns, `most_inner` rows at a time; A is read
// where it lies, or packed too if it is transposed.

#include "ladle_matrix.h"
#include "lines.h"

enum { most_rows = 12, most_lines = 2, most_inner = 256 };

// Lines [line][k][16] of B's rows [0, inner), zero beyond `columns`. Transposed, `b` has a row per column.
LADLE_INLINE void pack(int transposed, const float *b, long stride, long inner, long columns, float *to) {
  for (long j = 0; j < columns; j += ladle_lanes) {
    const long width = columns - j < ladle_lanes ? columns - j : ladle_lanes;
    if (!transposed) {
      if (width == ladle_lanes) {
        for (long k = 0; k < inner; k++, to += ladle_lanes)
          *(ladle_line *)to = *(const ladle_loose_line *)(b + k * stride + j);
      } else {
        for (long k = 0; k < inner; k++, to += ladle_lanes) *(ladle_line *)to = ladle_load(b + k * stride + j, width);
      }
      continue;
    }
    for (long k = 0; k < inner; k += ladle_lanes) {
      const long depth = inner - k < ladle_lanes ? inner - k : ladle_lanes;
      ladle_line block[ladle_lanes];
      if (width == ladle_lanes && depth == ladle_lanes) {
        LADLE_UNROLL for (long i = 0; i < ladle_lanes; i++)
          block[i] = *(const ladle_loose_line *)(b + (j + i) * stride + k);
      } else {
        for (long i = 0; i < ladle_lanes; i++)
          block[i] = i < width ? ladle_load(b + (j + i) * stride + k, depth) : (ladle_line)0.0f;
      }
      ladle_transpose_lines(block);
      for (long i = 0; i < depth; i++, to += ladle_lanes) *(ladle_line *)to = block[i];
    }
  }
}

// A tile of C: `rows` rows of A, `a_row` scalars apart with `a_step` between neighbours of the inner index, by `lines`
// packed lines of B. Only `lanes` columns of the last line exist.
LADLE_INLINE void matrix_tile(const int rows, const int lines, const float *a, long a_row, long a_step, const float *b,
                              long inner, float *c, long c_stride, long lanes, int accumulate) {
  ladle_line sum[most_rows][most_lines];
  LADLE_UNROLL for (int i = 0; i < rows; i++) {
    LADLE_UNROLL for (int l = 0; l < lines; l++) {
      const long n = l + 1 < lines ? ladle_lanes : lanes;
      sum[i][l] = accumulate ? ladle_load(c + i * c_stride + l * ladle_lanes, n) : (ladle_line)0.0f;
    }
  }
  LADLE_PRODUCT_LOOP for (long k = 0; k < inner; k++, a += a_step, b += ladle_lanes) {
    ladle_line right[most_lines];
    LADLE_UNROLL for (int l = 0; l < lines; l++) right[l] = *(const ladle_line *)(b + l * inner * ladle_lanes);
    LADLE_UNROLL for (int i = 0; i < rows; i++) {
      const ladle_line left = a[i * a_row];
      LADLE_UNROLL for (int l = 0; l < lines; l++) sum[i][l] += left * right[l];
    }
  }
  LADLE_UNROLL for (int i = 0; i < rows; i++) {
    LADLE_UNROLL for (int l = 0; l < lines; l++)
      ladle_store(c + i * c_stride + l * ladle_lanes, sum[i][l], l + 1 < lines ? ladle_lanes : lanes);
  }
}

#define ROW_COUNTS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)

// All rows of C under one or two lines of B.
LADLE_INLINE void matrix_panel(const int row_limit, const int wide, long rows, const float *a, long a_row, long a_step,
                               const float *b, long inner, float *c, long c_stride, long lanes, int accumulate) {
  const long groups = (rows + row_limit - 1) / row_limit;
  for (long g = 0; g < groups; g++) {
    const long first = rows * g / groups;
    const float *left = a + first * a_row;
    float *to = c + first * c_stride;
    switch (rows * (g + 1) / groups - first) {
#define ROW_COUNT(n)                                                                                    \
  case n:                                                                                               \
    if (n > row_limit) break;                                                                           \
    if (wide) matrix_tile(n, 2, left, a_row, a_step, b, inner, to, c_stride, lanes, accumulate);        \
    else matrix_tile(n, 1, left, a_row, a_step, b, inner, to, c_stride, lanes, accumulate);             \
    break;
      ROW_COUNTS(ROW_COUNT)
#undef ROW_COUNT
    }
  }
}

LADLE_INLINE void matrix_product(const int row_limit, const int line_limit, int transpose_a, int transpose_b, long rows,
                                 long columns, long inner, const float *a, long a_stride, const float *b, long b_stride,
                                 float *c, long c_stride, int accumulate, float *scratch) {
  if (inner == 0 && !accumulate) {
    for (long i = 0; i < rows; i++) memset(c + i * c_stride, 0, (size_t)columns * sizeof(float));
  }
  const long lines = (columns + ladle_lanes - 1) / ladle_lanes;
  float *packed_a = scratch + lines * ladle_lanes * most_inner;
  for (long k = 0; k < inner; k += most_inner) {
    const long depth = inner - k < most_inner ? inner - k : most_inner;
    const int add = accumulate || k > 0;
    // A's transpose is packed block by block, for which all of B is there already; otherwise B goes panel by panel, so
    // that a panel is used while it is in the first-level cache.
    const long block = transpose_a ? ladle_lanes : rows;
    const float *source = transpose_b ? b + k : b + k * b_stride;
    if (transpose_a) pack(transpose_b, source, b_stride, depth, columns, scratch);
    for (long i = 0; i < rows; i += block) {
      const long height = rows - i < block ? rows - i : block;
      if (transpose_a) pack(0, a + k * a_stride + i, a_stride, depth, height, packed_a);
      const float *left = transpose_a ? packed_a : a + i * a_stride + k;
      const long a_row = transpose_a ? 1 : a_stride, a_step = transpose_a ? ladle_lanes : 1;
      for (long l = 0; l < lines;) {
        const int wide = line_limit > 1 && l + 1 < lines;
        const long first = l * ladle_lanes, width = wide ? 2 * ladle_lanes : ladle_lanes;
        const long there = columns - first < width ? columns - first : width;
        float *right = scratch + (transpose_a ? first * depth : 0);
        if (!transpose_a) pack(transpose_b, source + first * (transpose_b ? b_stride : 1), b_stride, depth, there, right);
        float *to = c + i * c_stride + first;
        if (there == width)
          matrix_panel(row_limit, wide, height, left, a_row, a_step, right, depth, to, c_stride, ladle_lanes, add);
        else
          matrix_panel(row_limit, wide, height, left, a_row, a_step, right, depth, to, c_stride,
                       there - width + ladle_lanes, add);
        l += wide ? 2 : 1;
      }
    }
  }
}

long ladle_matrix_scratch(long columns) {
  return ((columns + ladle_lanes - 1) / ladle_lanes + 1) * ladle_lanes * most_inner;
}

#define MATRIX_PRODUCT(rows_, lines_)                                                                               \
  matrix_product(rows_, lines_, transpose_a, transpose_b, rows, columns, inner, a, a_stride, b, b_stride, c, c_stride, \
                 accumulate, scratch)

#if defined(__aarch64__)
enum { baseline_rows = 6 };
#else
enum { baseline_rows = 3 };
#endif

LADLE_KERNEL_BY_LEVEL(ladle_matrix_product,
                      (int transpose_a, int transpose_b, long rows, long columns, long inner, const float *a,
                       long a_stride, const float *b, long b_stride, float *c, long c_stride, int accumulate,
                       float *scratch),
                      (transpose_a, transpose_b, rows, columns, inner, a, a_stride, b, b_stride, c, c_stride, accumulate,
                       scratch),
                      MATRIX_PRODUCT(12, 2), MATRIX_PRODUCT(6, 1), MATRIX_PRODUCT(baseline_rows, 1))
