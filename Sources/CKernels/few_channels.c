// Convolutions of images with few channels. A general product would first write every patch out, kernel height times
// as many scalars as the image has, and then meet inner sizes (forward) or widths (input gradient) of 9 to 75.

#include "ladle_few_channels.h"
#include "lines.h"

enum { most_rows = 12, most_lines = 4 };

typedef int line_of_bits __attribute__((ext_vector_type(16), aligned(64)));

void ladle_copy_into_border(const float *x, long height, long width, long channels, long first, long rows, long border,
                            float *copy) {
  const size_t inner = (size_t)(width * channels), outer = (size_t)(border * channels);
  for (long i = first; i < first + rows; i++, copy += inner + 2 * outer) {
    if (i < 0 || i >= height) {
      memset(copy, 0, (inner + 2 * outer) * sizeof(float));
      continue;
    }
    memset(copy, 0, outer * sizeof(float));
    memcpy(copy + outer, x + i * (long)inner, inner * sizeof(float));
    memset(copy + outer + inner, 0, outer * sizeof(float));
  }
}

void ladle_copy_out_of_border(const float *copy, long height, long width, long channels, long border, float *x) {
  const long inner = width * channels, outer = inner + 2 * border * channels;
  for (long i = 0; i < height; i++)
    memcpy(x + i * inner, copy + (i + border) * outer + border * channels, (size_t)inner * sizeof(float));
}

// sum [rows][lines] of a product whose inner index runs over `runs` runs of `run` scalars: those of A lie `a_pitch`
// apart, and rows of A `a_row`. Neighbours of the inner index lie `b_step` apart in B, and lines `b_line`.
LADLE_INLINE void few_tile(const int rows, const int lines, const float *a, long a_row, long a_pitch, long runs,
                           long run, const float *b, long b_step, long b_line, long lanes,
                           ladle_line sum[most_rows][most_lines]) {
  LADLE_UNROLL for (int i = 0; i < rows; i++) {
    LADLE_UNROLL for (int l = 0; l < lines; l++) sum[i][l] = 0.0f;
  }
  for (long r = 0; r < runs; r++, a += a_pitch) {
#pragma clang loop unroll(disable)
    for (long k = 0; k < run; k++, b += b_step) {
      ladle_line right[most_lines];
      LADLE_UNROLL for (int l = 0; l < lines; l++)
        right[l] = ladle_load(b + l * b_line, l + 1 < lines ? ladle_lanes : lanes);
      LADLE_UNROLL for (int i = 0; i < rows; i++) {
        const ladle_line left = a[i * a_row + k];
        LADLE_UNROLL for (int l = 0; l < lines; l++) sum[i][l] += left * right[l];
      }
    }
  }
}

#define ROW_COUNTS(X) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)

LADLE_INLINE void forward_tile(const int rows, const int lines, const float *a, ladle_few s, const float *w,
                               const float *factor, const float *offset, float slope, float *y, long lanes) {
  ladle_line sum[most_rows][most_lines];
  const long K = s.out_channels;
  if (lanes == ladle_lanes)
    few_tile(rows, lines, a, s.stride * s.channels, s.width * s.channels, s.kernel_height, s.run, w, K, ladle_lanes,
             ladle_lanes, sum);
  else
    few_tile(rows, lines, a, s.stride * s.channels, s.width * s.channels, s.kernel_height, s.run, w, K, ladle_lanes,
             lanes, sum);
  LADLE_UNROLL for (int l = 0; l < lines; l++) {
    const long n = l + 1 < lines ? ladle_lanes : lanes;
    const ladle_line scale = factor ? ladle_load(factor + l * ladle_lanes, n) : (ladle_line)1.0f;
    const ladle_line shift = offset ? ladle_load(offset + l * ladle_lanes, n) : (ladle_line)0.0f;
    LADLE_UNROLL for (int i = 0; i < rows; i++) {
      const ladle_line value = sum[i][l] * scale + shift;
      ladle_store(y + i * K + l * ladle_lanes, value > 0.0f ? value : value * slope, n);
    }
  }
}

// `rows` neighbouring positions under `lines` lines of K, the last of `lanes`.
LADLE_INLINE void forward_group(const int row_limit, const int lines, long rows, const float *a, ladle_few s,
                                const float *w, const float *factor, const float *offset, float slope, float *y,
                                long lanes) {
  switch (rows) {
#define ROW_COUNT(n)                                                                      \
  case n:                                                                                 \
    if (n <= row_limit) forward_tile(n, lines, a, s, w, factor, offset, slope, y, lanes); \
    break;
    ROW_COUNTS(ROW_COUNT)
#undef ROW_COUNT
  }
}

// All of K for a few positions, and then the next: what is written lies together.
LADLE_INLINE void forward(const int row_limit, const int line_limit, const float *copy, ladle_few s, const float *w,
                          const float *factor, const float *offset, float slope, float *y) {
  const long K = s.out_channels;
  const long limit = line_limit >= 4 && K >= 4 * ladle_lanes ? row_limit / 2 : row_limit;
  const long groups = (s.out_width + limit - 1) / limit;
  for (long oy = 0; oy < s.out_rows; oy++, copy += s.stride * s.width * s.channels) {
    for (long g = 0; g < groups; g++) {
      const long first = s.out_width * g / groups, rows = s.out_width * (g + 1) / groups - first;
      const float *a = copy + first * s.stride * s.channels;
      float *to = y + (oy * s.out_width + first) * K;
      for (long k = 0; k < K;) {
        const long rest = (K - k + ladle_lanes - 1) / ladle_lanes;
        const long lines = line_limit >= 4 && rest >= 4 ? 4 : line_limit >= 2 && rest >= 2 ? 2 : 1;
        const long width = lines * ladle_lanes < K - k ? lines * ladle_lanes : K - k;
        const long lanes = width - (lines - 1) * ladle_lanes;
        const float *scale = factor ? factor + k : factor, *shift = offset ? offset + k : offset;
        if (lines == 4) forward_group(row_limit / 2, 4, rows, a, s, w + k, scale, shift, slope, to + k, lanes);
        else if (lines == 2) forward_group(row_limit, 2, rows, a, s, w + k, scale, shift, slope, to + k, lanes);
        else forward_group(row_limit, 1, rows, a, s, w + k, scale, shift, slope, to + k, lanes);
        k += width;
      }
    }
  }
}

// A tile of dw: `rows` neighbouring taps of a kernel's line by `lines` lines of K, over all positions.
LADLE_INLINE void gradient_tile(const int rows, const int lines, const float *a, ladle_few s, const float *dy,
                                float *dw, long lanes, int accumulate) {
  const long K = s.out_channels;
  ladle_line sum[most_rows][most_lines];
  LADLE_UNROLL for (int i = 0; i < rows; i++) {
    LADLE_UNROLL for (int l = 0; l < lines; l++)
      sum[i][l] = accumulate ? ladle_load(dw + i * K + l * ladle_lanes, l + 1 < lines ? ladle_lanes : lanes)
                             : (ladle_line)0.0f;
  }
  for (long oy = 0; oy < s.out_rows; oy++, a += s.stride * s.width * s.channels) {
    const float *left = a;
#pragma clang loop unroll(disable)
    for (long ox = 0; ox < s.out_width; ox++, left += s.stride * s.channels, dy += K) {
      ladle_line right[most_lines];
      LADLE_UNROLL for (int l = 0; l < lines; l++)
        right[l] = ladle_load(dy + l * ladle_lanes, l + 1 < lines ? ladle_lanes : lanes);
      LADLE_UNROLL for (int i = 0; i < rows; i++) {
        const ladle_line tap = left[i];
        LADLE_UNROLL for (int l = 0; l < lines; l++) sum[i][l] += tap * right[l];
      }
    }
  }
  LADLE_UNROLL for (int i = 0; i < rows; i++) {
    LADLE_UNROLL for (int l = 0; l < lines; l++)
      ladle_store(dw + i * K + l * ladle_lanes, sum[i][l], l + 1 < lines ? ladle_lanes : lanes);
  }
}

LADLE_INLINE void weight_gradient(const int row_limit, const int line_limit, const float *copy, ladle_few s,
                                  const float *dy, int accumulate, float *dw) {
  const long K = s.out_channels, groups = (s.run + row_limit - 1) / row_limit;
  for (long k = 0; k < K;) {
    const int wide = line_limit > 1 && k + ladle_lanes < K;
    const long width = wide ? 2 * ladle_lanes : ladle_lanes, left = K - k < width ? K - k : width;
    const long lanes = left - (wide ? ladle_lanes : 0);
    for (long ky = 0; ky < s.kernel_height; ky++) {
      for (long g = 0; g < groups; g++) {
        const long first = s.run * g / groups;
        const float *a = copy + ky * s.width * s.channels + first;
        float *to = dw + (ky * s.run + first) * K + k;
        switch (s.run * (g + 1) / groups - first) {
#define ROW_COUNT(n)                                                                         \
  case n:                                                                                    \
    if (n > row_limit) break;                                                                \
    if (wide && lanes == ladle_lanes) gradient_tile(n, 2, a, s, dy + k, to, ladle_lanes, accumulate); \
    else if (wide) gradient_tile(n, 2, a, s, dy + k, to, lanes, accumulate);                 \
    else gradient_tile(n, 1, a, s, dy + k, to, lanes, accumulate);                           \
    break;
          ROW_COUNTS(ROW_COUNT)
#undef ROW_COUNT
        }
      }
    }
    k += width;
  }
}

void ladle_few_transpose(const float *w, long taps, long out_channels, float *lines) {
  for (long first = 0; first < taps; first += ladle_lanes)
    for (long k = 0; k < out_channels; k++)
      for (long i = first; i < first + ladle_lanes; i++) *lines++ = i < taps ? w[i * out_channels + k] : 0.0f;
}

LADLE_INLINE long tap_lines(ladle_few s) { return (s.kernel_height * s.run + ladle_lanes - 1) / ladle_lanes; }

long ladle_few_row_scalars(ladle_few s) { return s.out_width * tap_lines(s) * ladle_lanes + ladle_lanes; }

// One row of positions: `row` [position][taps] = dy times the transposed weight.
LADLE_INLINE void row_of_taps(const int row_limit, const int line_limit, const float *dy, ladle_few s,
                              const float *weight, float *row) {
  const long K = s.out_channels, lines = tap_lines(s), pitch = lines * ladle_lanes;
  const long groups = (s.out_width + row_limit - 1) / row_limit;
  for (long l = 0; l < lines;) {
    const int wide = line_limit > 1 && l + 1 < lines;
    const float *b = weight + l * K * ladle_lanes;
    for (long g = 0; g < groups; g++) {
      const long first = s.out_width * g / groups;
      float *to = row + first * pitch + l * ladle_lanes;
      ladle_line sum[most_rows][most_lines];
      switch (s.out_width * (g + 1) / groups - first) {
#define ROW_COUNT(n)                                                                                           \
  case n:                                                                                                      \
    if (n > row_limit) break;                                                                                  \
    if (wide) {                                                                                                \
      few_tile(n, 2, dy + first * K, K, 0, 1, K, b, ladle_lanes, K * ladle_lanes, ladle_lanes, sum);           \
      LADLE_UNROLL for (int i = 0; i < n; i++) {                                                               \
        *(ladle_line *)(to + i * pitch) = sum[i][0];                                                           \
        *(ladle_line *)(to + i * pitch + ladle_lanes) = sum[i][1];                                             \
      }                                                                                                        \
    } else {                                                                                                   \
      few_tile(n, 1, dy + first * K, K, 0, 1, K, b, ladle_lanes, K * ladle_lanes, ladle_lanes, sum);           \
      LADLE_UNROLL for (int i = 0; i < n; i++) *(ladle_line *)(to + i * pitch) = sum[i][0];                    \
    }                                                                                                          \
    break;
        ROW_COUNTS(ROW_COUNT)
#undef ROW_COUNT
      }
    }
    l += wide ? 2 : 1;
  }
}

LADLE_INLINE void input_gradient(const int row_limit, const int line_limit, const float *dy, ladle_few s,
                                 const float *weight, float *row, float *copy) {
  const long step = s.stride * s.channels, pitch = tap_lines(s) * ladle_lanes;
  memset(row + s.out_width * pitch, 0, ladle_lanes * sizeof(float));
  // Positions that are added one after the other are so far apart that what they write does not overlap.
  const long apart = (ladle_lanes + step - 1) / step;
  for (long oy = 0; oy < s.out_rows; oy++, dy += s.out_width * s.out_channels) {
    row_of_taps(row_limit, line_limit, dy, s, weight, row);
    for (long ky = 0; ky < s.kernel_height; ky++) {
      float *line = copy + (oy * s.stride + ky) * s.width * s.channels;
      for (long i = 0; i < s.run; i += ladle_lanes) {
        line_of_bits mask;
        for (int j = 0; j < ladle_lanes; j++) mask[j] = i + j < s.run ? -1 : 0;
        for (long first = 0; first < apart; first++) {
          for (long ox = first; ox < s.out_width; ox += apart) {
            const ladle_line taps = *(const ladle_loose_line *)(row + ox * pitch + ky * s.run + i);
            float *to = line + ox * step + i;
            *(ladle_loose_line *)to = *(const ladle_loose_line *)to + (ladle_line)((line_of_bits)taps & mask);
          }
        }
      }
    }
  }
}

#define FORWARD(rows_, lines_) forward(rows_, lines_, copy, s, w, factor, offset, slope, y)
#define WEIGHT_GRADIENT(rows_, lines_) weight_gradient(rows_, lines_, copy, s, dy, accumulate, dw)
#define INPUT_GRADIENT(rows_, lines_) input_gradient(rows_, lines_, dy, s, lines, row, copy)

#if defined(__aarch64__)
enum { baseline_rows = 6 };
#else
enum { baseline_rows = 3 };
#endif

LADLE_KERNEL_BY_LEVEL(ladle_few_forward,
                      (const float *copy, ladle_few s, const float *w, const float *factor, const float *offset,
                       float slope, float *y),
                      (copy, s, w, factor, offset, slope, y),
                      FORWARD(12, 4), FORWARD(6, 1), FORWARD(baseline_rows, 1))

LADLE_KERNEL_BY_LEVEL(ladle_few_weight_gradient,
                      (const float *copy, ladle_few s, const float *dy, int accumulate, float *dw),
                      (copy, s, dy, accumulate, dw),
                      WEIGHT_GRADIENT(12, 2), WEIGHT_GRADIENT(6, 1), WEIGHT_GRADIENT(baseline_rows, 1))

LADLE_KERNEL_BY_LEVEL(ladle_few_input_gradient,
                      (const float *dy, ladle_few s, const float *lines, float *row, float *copy),
                      (dy, s, lines, row, copy),
                      INPUT_GRADIENT(12, 2), INPUT_GRADIENT(6, 1), INPUT_GRADIENT(baseline_rows, 1))
