#include "ladle_reductions.h"

#include "dispatch.h"
#include "row_reductions.h"

enum { block = 1024 };

LADLE_KERNEL(double, ladle_sum, (const float *x, size_t n), (x, n)) {
  double sum = 0.0;
  for (size_t start = 0; start < n; start += block) {
    sum += (double)ladle_block_sum(x + start, n - start < block ? n - start : block);
  }
  return sum;
}

LADLE_KERNEL(
    void, ladle_reduce_columns,
    (ladle_reduction reduction, const float *x, size_t row_stride, float *y, size_t rows, size_t columns),
    (reduction, x, row_stride, y, rows, columns)) {
  switch (reduction) {
    case LADLE_SUM:
      for (size_t r = 0; r < rows; r++) {
        const float *row = x + r * row_stride;
        if (columns <= block) {
          y[r] = ladle_block_sum(row, columns);
        } else {
          double sum = 0.0;
          for (size_t start = 0; start < columns; start += block) {
            sum += (double)ladle_block_sum(row + start, columns - start < block ? columns - start : block);
          }
          y[r] = (float)sum;
        }
      }
      break;
    case LADLE_MAXIMUM:
      for (size_t r = 0; r < rows; r++) y[r] = ladle_row_maximum(x + r * row_stride, columns);
      break;
    case LADLE_MINIMUM:
      for (size_t r = 0; r < rows; r++) y[r] = ladle_row_minimum(x + r * row_stride, columns);
      break;
  }
}

#define COLUMN_EXTREMUM(select)                                                        \
  for (size_t c = 0; c < columns; c++) y[c] = x[c];                                    \
  for (size_t r = 1; r < rows; r++) {                                                  \
    const float *row = x + r * row_stride;                                             \
    LADLE_VECTORISE for (size_t c = 0; c < columns; c++) y[c] = select(y[c], row[c]);  \
  }                                                                                    \
  break;

LADLE_KERNEL(
    void, ladle_reduce_rows,
    (ladle_reduction reduction, const float *x, size_t row_stride, float *y, size_t rows, size_t columns),
    (reduction, x, row_stride, y, rows, columns)) {
  switch (reduction) {
    case LADLE_SUM: {
      // Four rows at a time: a quarter of the traffic to y, and shorter chains of additions.
      size_t r = rows % 4;
      if (r == 0) {
        for (size_t c = 0; c < columns; c++) y[c] = 0.0f;
      } else {
        for (size_t c = 0; c < columns; c++) y[c] = x[c];
        for (size_t extra = 1; extra < r; extra++) {
          const float *row = x + extra * row_stride;
          LADLE_VECTORISE for (size_t c = 0; c < columns; c++) y[c] += row[c];
        }
      }
      for (; r < rows; r += 4) {
        const float *a = x + r * row_stride, *b = a + row_stride, *d = b + row_stride, *e = d + row_stride;
        LADLE_VECTORISE for (size_t c = 0; c < columns; c++) y[c] += (a[c] + b[c]) + (d[c] + e[c]);
      }
      break;
    }
    case LADLE_MAXIMUM: COLUMN_EXTREMUM(ladle_larger)
    case LADLE_MINIMUM: COLUMN_EXTREMUM(ladle_smaller)
  }
}

void ladle_argmax(const float *x, long *output, size_t rows, size_t columns) {
  for (size_t r = 0; r < rows; r++) {
    const float *row = x + r * columns;
    size_t best = 0;
    for (size_t c = 1; c < columns && row[best] == row[best]; c++) {
      if (row[c] > row[best] || row[c] != row[c]) best = c;
    }
    output[r] = (long)best;
  }
}

LADLE_KERNEL(void, ladle_softmax, (const float *x, float *y, size_t rows, size_t columns), (x, y, rows, columns)) {
  float shifts[ladle_row_block];
  size_t at_once = ladle_rows_at_once(columns);
  for (size_t start = 0; start < rows; start += at_once) {
    size_t count = rows - start < at_once ? rows - start : at_once;
    ladle_exponentials(x + start * columns, y + start * columns, shifts, count, columns);
    for (size_t r = start; r < start + count; r++) {
      float *yr = y + r * columns;
      float scale = 1.0f / ladle_block_sum(yr, columns);
      LADLE_VECTORISE for (size_t c = 0; c < columns; c++) yr[c] *= scale;
    }
  }
}

LADLE_INLINE float dot(const float *a, const float *b, size_t n) {
#pragma clang fp reassociate(on)
  float sum = 0.0f;
  for (size_t i = 0; i < n; i++) sum += a[i] * b[i];
  return sum;
}

LADLE_KERNEL(
    void, ladle_softmax_backward,
    (const float *y, const float *dy, float *dx, size_t rows, size_t columns),
    (y, dy, dx, rows, columns)) {
  for (size_t r = 0; r < rows; r++) {
    const float *yr = y + r * columns, *dyr = dy + r * columns;
    float *dxr = dx + r * columns;
    float mean = dot(yr, dyr, columns);
    LADLE_VECTORISE for (size_t c = 0; c < columns; c++) dxr[c] = yr[c] * (dyr[c] - mean);
  }
}

LADLE_KERNEL(void, ladle_log_softmax, (const float *x, float *y, size_t rows, size_t columns), (x, y, rows, columns)) {
  float shifts[ladle_row_block], sums[ladle_row_block];
  size_t at_once = ladle_rows_at_once(columns);
  for (size_t start = 0; start < rows; start += at_once) {
    size_t count = rows - start < at_once ? rows - start : at_once;
    ladle_sums_of_exponentials(x + start * columns, shifts, sums, count, columns);
    LADLE_VECTORISE for (size_t r = 0; r < count; r++) sums[r] = ladle_log(sums[r]);
    for (size_t r = 0; r < count; r++) {
      const float *xr = x + (start + r) * columns;
      float *yr = y + (start + r) * columns, shift = shifts[r], rest = sums[r];
      LADLE_VECTORISE for (size_t c = 0; c < columns; c++) yr[c] = (xr[c] - shift) - rest;
    }
  }
}

LADLE_KERNEL(
    void, ladle_log_softmax_backward,
    (const float *y, const float *dy, float *dx, size_t rows, size_t columns),
    (y, dy, dx, rows, columns)) {
  for (size_t r = 0; r < rows; r++) {
    const float *yr = y + r * columns, *dyr = dy + r * columns;
    float *dxr = dx + r * columns;
    float sum = ladle_block_sum(dyr, columns);
    LADLE_VECTORISE for (size_t c = 0; c < columns; c++) dxr[c] = dyr[c] - ladle_exp(yr[c]) * sum;
  }
}

LADLE_KERNEL(void, ladle_log_sum_exp, (const float *x, float *y, size_t rows, size_t columns), (x, y, rows, columns)) {
  float shifts[ladle_row_block], sums[ladle_row_block];
  size_t at_once = ladle_rows_at_once(columns);
  for (size_t start = 0; start < rows; start += at_once) {
    size_t count = rows - start < at_once ? rows - start : at_once;
    ladle_sums_of_exponentials(x + start * columns, shifts, sums, count, columns);
    LADLE_VECTORISE for (size_t r = 0; r < count; r++) y[start + r] = shifts[r] + ladle_log(sums[r]);
  }
}

LADLE_KERNEL(
    void, ladle_log_sum_exp_backward,
    (const float *x, const float *y, const float *dy, float *dx, size_t rows, size_t columns),
    (x, y, dy, dx, rows, columns)) {
  for (size_t r = 0; r < rows; r++) {
    const float *xr = x + r * columns;
    float *dxr = dx + r * columns;
    float total = y[r], d = dy[r];
    LADLE_VECTORISE for (size_t c = 0; c < columns; c++) dxr[c] = d * ladle_exp(xr[c] - total);
  }
}

LADLE_KERNEL(
    void, ladle_combine,
    (ladle_reduction reduction, const float *partials, float *y, size_t count, size_t columns),
    (reduction, partials, y, count, columns)) {
  if (reduction != LADLE_SUM) {
    ladle_reduce_rows(reduction, partials, columns, y, count, columns);
    return;
  }
  enum { tile = 64 };
  for (size_t start = 0; start < columns; start += tile) {
    size_t width = columns - start < tile ? columns - start : tile;
    double sums[tile] = {0};
    for (size_t p = 0; p < count; p++) {
      for (size_t c = 0; c < width; c++) sums[c] += (double)partials[p * columns + start + c];
    }
    for (size_t c = 0; c < width; c++) y[start + c] = (float)sums[c];
  }
}
