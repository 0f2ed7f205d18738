#include <string.h>

#include "dispatch.h"
#include "ladle_normalization.h"
#include "vector_math.h"

LADLE_KERNEL(void, ladle_channel_sums, (const float *x, long rows, long C, float *restrict sum), (x, rows, C, sum)) {
  memset(sum, 0, (size_t)C * sizeof(float));
  for (long r = 0; r < rows; r++, x += C)
    for (long c = 0; c < C; c++) sum[c] += x[c];
}

LADLE_KERNEL(
    void, ladle_channel_moments,
    (const float *x, long rows, long C, float *restrict mean, float *restrict squares),
    (x, rows, C, mean, squares)) {
  memset(mean, 0, (size_t)C * sizeof(float));
  memset(squares, 0, (size_t)C * sizeof(float));
  const float *row = x;
  for (long r = 0; r < rows; r++, row += C)
    for (long c = 0; c < C; c++) mean[c] += row[c];
  const float share = 1.0f / (float)rows;
  for (long c = 0; c < C; c++) mean[c] *= share;
  row = x;
  for (long r = 0; r < rows; r++, row += C)
    for (long c = 0; c < C; c++) {
      const float deviation = row[c] - mean[c];
      squares[c] += deviation * deviation;
    }
}

LADLE_KERNEL(
    void, ladle_affine_act,
    (const float *x, long rows, long C, const float *restrict scale, const float *restrict shift, float slope,
     float *restrict y),
    (x, rows, C, scale, shift, slope, y)) {
  for (long r = 0; r < rows; r++, x += C, y += C)
    for (long c = 0; c < C; c++) {
      const float v = x[c] * scale[c] + shift[c];
      y[c] = v > 0 ? v : slope * v;
    }
}

LADLE_KERNEL(
    void, ladle_rectified_sum,
    (const float *x, long rows, long C, const float *restrict scale, const float *restrict shift, const float *s,
     float *restrict y),
    (x, rows, C, scale, shift, s, y)) {
  for (long r = 0; r < rows; r++, x += C, s += C, y += C)
    for (long c = 0; c < C; c++) {
      const float v = x[c] * scale[c] + shift[c] + s[c];
      y[c] = v > 0 ? v : 0;
    }
}

LADLE_KERNEL(
    void, ladle_rectified_sum_backward,
    (const float *y, const float *dy, const float *x, long rows, long C, const float *restrict mean, float *g,
     float *restrict sum, float *restrict sum_product),
    (y, dy, x, rows, C, mean, g, sum, sum_product)) {
  memset(sum, 0, (size_t)C * sizeof(float));
  memset(sum_product, 0, (size_t)C * sizeof(float));
  for (long r = 0; r < rows; r++, y += C, dy += C, x += C, g += C)
    LADLE_VECTORISE for (long c = 0; c < C; c++) {
      const float inner = y[c] > 0 ? dy[c] : 0;
      g[c] = inner;
      sum[c] += inner;
      sum_product[c] += inner * (x[c] - mean[c]);
    }
}

LADLE_KERNEL(
    void, ladle_affine_act_backward,
    (const float *x, const float *dy, long rows, long C, const float *restrict scale, const float *restrict shift,
     float slope, float *dx),
    (x, dy, rows, C, scale, shift, slope, dx)) {
  for (long r = 0; r < rows; r++, x += C, dy += C, dx += C)
    LADLE_VECTORISE for (long c = 0; c < C; c++) {
      const float v = x[c] * scale[c] + shift[c];
      dx[c] = (v > 0 ? dy[c] : slope * dy[c]) * scale[c];
    }
}

LADLE_KERNEL(
    void, ladle_norm_backward_sums,
    (const float *x, const float *dy, long rows, long C, const float *restrict scale, const float *restrict shift,
     float slope, const float *restrict mean, float *restrict sum, float *restrict sum_product),
    (x, dy, rows, C, scale, shift, slope, mean, sum, sum_product)) {
  memset(sum, 0, (size_t)C * sizeof(float));
  memset(sum_product, 0, (size_t)C * sizeof(float));
  for (long r = 0; r < rows; r++, x += C, dy += C)
    for (long c = 0; c < C; c++) {
      const float v = x[c] * scale[c] + shift[c];
      const float g = v > 0 ? dy[c] : slope * dy[c];
      sum[c] += g;
      sum_product[c] += g * (x[c] - mean[c]);
    }
}

LADLE_KERNEL(
    void, ladle_norm_backward_apply,
    (const float *x, const float *dy, long rows, long C, const float *restrict scale, const float *restrict shift,
     float slope, const float *restrict a, const float *restrict b, float *dx),
    (x, dy, rows, C, scale, shift, slope, a, b, dx)) {
  for (long r = 0; r < rows; r++, x += C, dy += C, dx += C)
    LADLE_VECTORISE for (long c = 0; c < C; c++) {
      const float v = x[c] * scale[c] + shift[c];
      const float g = v > 0 ? dy[c] : slope * dy[c];
      dx[c] = g * scale[c] + x[c] * a[c] + b[c];
    }
}

LADLE_KERNEL(void, ladle_add_bias, (float *x, long rows, long C, const float *restrict bias), (x, rows, C, bias)) {
  for (long r = 0; r < rows; r++, x += C)
    for (long c = 0; c < C; c++) x[c] += bias[c];
}

LADLE_KERNEL(void, ladle_accumulate, (const float *restrict x, long n, float *restrict y), (x, n, y)) {
  for (long i = 0; i < n; i++) y[i] += x[i];
}
