#include "ladle_depthwise.h"

#include <string.h>

#include "dispatch.h"

// Neighbouring outputs that share each load of the weight.
enum { OUTPUTS = 4 };

// Channels side by side, in explicit lanes: left to itself the compiler vectorises these loops across outputs.
typedef float v16f __attribute__((ext_vector_type(16), aligned(4)));
typedef float v4f __attribute__((ext_vector_type(4), aligned(4)));
typedef float v1f;

LADLE_INLINE long at_least(long a, long b) { return a > b ? a : b; }
LADLE_INLINE long at_most(long a, long b) { return a < b ? a : b; }

// The smallest k >= 0 with start + k * step >= bound, for step > 0.
LADLE_INLINE long first_reaching(long start, long step, long bound) {
  return start >= bound ? 0 : (bound - start + step - 1) / step;
}

// A rectangle of taps: [rows] of [columns], the source and the weight each moving by fixed steps.
typedef struct {
  const float *source, *weight;
  long rows, columns, source_row, source_column, weight_row, weight_column;
} taps;

// y[j][c] = sum over taps of source[j * spacing + c] * weight[c], for `outputs` places j and a vector of channels c.
#define SUM_TAPS(name, vector)                                                                              \
  LADLE_INLINE void name(taps t, long spacing, const int outputs, float *y, long y_spacing) {                     \
    vector sums[OUTPUTS] = {0};                                                                             \
    for (long row = 0; row < t.rows; row++) {                                                               \
      const float *source = t.source + row * t.source_row, *weight = t.weight + row * t.weight_row;         \
      for (long column = 0; column < t.columns; column++) {                                                 \
        const vector tap = *(const vector *)weight;                                                         \
        for (int j = 0; j < outputs; j++) sums[j] += *(const vector *)(source + j * spacing) * tap;         \
        source += t.source_column;                                                                          \
        weight += t.weight_column;                                                                          \
      }                                                                                                     \
    }                                                                                                       \
    for (int j = 0; j < outputs; j++) *(vector *)(y + j * y_spacing) = sums[j];                             \
  }
SUM_TAPS(sum_sixteen, v16f)
SUM_TAPS(sum_four, v4f)
SUM_TAPS(sum_one, v1f)

// The same for all channels.
LADLE_INLINE void sum_channels(taps t, long channels, long spacing, const int outputs, float *y) {
  long c = 0;
  for (; c + 16 <= channels; c += 16, t.source += 16, t.weight += 16) sum_sixteen(t, spacing, outputs, y + c, channels);
  for (; c + 4 <= channels; c += 4, t.source += 4, t.weight += 4) sum_four(t, spacing, outputs, y + c, channels);
  for (; c < channels; c++, t.source++, t.weight++) sum_one(t, spacing, outputs, y + c, channels);
}

// One row of outputs of an image. Output o reads taps at input + o * stride - padding + k * dilation.
typedef struct {
  long stride, padding, dilation, kernel, size, count;
} axis;

// The taps [*from, *to) of output o that fall inside the image.
static void inside(axis a, long o, long *from, long *to) {
  const long start = o * a.stride - a.padding;
  *from = first_reaching(start, a.dilation, 0);
  *to = at_most(a.kernel, first_reaching(start, a.dilation, a.size));
  if (*to < *from) *to = *from;
}

static axis across(ladle_patches s) {
  return (axis){s.stride_x, s.padding_x, s.dilation_x, s.kernel_width, s.width, s.out_width};
}

static axis down(ladle_patches s) {
  return (axis){s.stride_y, s.padding_y, s.dilation_y, s.kernel_height, s.height, s.out_height};
}

LADLE_KERNEL(
    void, ladle_depthwise,
    (const float *x, const float *w, ladle_patches s, long first, long lines, float *y),
    (x, w, s, first, lines, y)) {
  const long C = s.channels, row = s.width * C;
  const axis ax = across(s), ay = down(s);
  for (long line = first; line < first + lines; line++) {
    const long image = line / s.out_height, oy = line % s.out_height;
    const float *source = x + image * s.height * row;
    float *target = y + line * s.out_width * C;
    long top, bottom;
    inside(ay, oy, &top, &bottom);
    for (long ox = 0; ox < s.out_width;) {
      long left, right, last_left, last_right;
      inside(ax, ox, &left, &right);
      const long iy = oy * s.stride_y - s.padding_y + top * s.dilation_y;
      const long ix = ox * s.stride_x - s.padding_x + left * s.dilation_x;
      taps t = {source, w, bottom - top, right - left, s.dilation_y * row, s.dilation_x * C, s.kernel_width * C, C};
      if (t.rows > 0 && t.columns > 0) {
        t.source += iy * row + ix * C;
        t.weight += (top * s.kernel_width + left) * C;
      } else {
        t.rows = 0;
      }
      int together = 0;
      if (ox + OUTPUTS <= s.out_width && left == 0 && right == s.kernel_width) {
        inside(ax, ox + OUTPUTS - 1, &last_left, &last_right);
        together = last_left == 0 && last_right == s.kernel_width;
      }
      if (together) {
        sum_channels(t, C, s.stride_x * C, OUTPUTS, target + ox * C);
        ox += OUTPUTS;
      } else {
        sum_channels(t, C, 0, 1, target + ox * C);
        ox++;
      }
    }
  }
}

// The taps k of pixel p that some output reads it by: p + padding - k * dilation = o * stride for an o in 0 ..< count.
// They are evenly spaced: k = *from + i * *step for i in 0 ..< the result, and their outputs are *output - i * *back.
static long readers(axis a, long p, long *from, long *step, long *output, long *back) {
  long k = 0;
  while (k < a.kernel && (p + a.padding - k * a.dilation) % a.stride != 0) k++;
  long period = 1;
  while (period * a.dilation % a.stride != 0) period++;
  *step = period;
  *back = period * a.dilation / a.stride;
  // Skip taps whose outputs lie beyond the last one.
  while (k < a.kernel && (p + a.padding - k * a.dilation) / a.stride >= a.count) k += period;
  *from = k;
  *output = (p + a.padding - k * a.dilation) / a.stride;
  long found = 0;
  while (k < a.kernel && p + a.padding - k * a.dilation >= 0) {
    found++;
    k += period;
  }
  return found;
}

LADLE_KERNEL(
    void, ladle_depthwise_input_gradient,
    (const float *dy, const float *w, ladle_patches s, long first, long lines, float *dx),
    (dy, w, s, first, lines, dx)) {
  const long C = s.channels, row = s.out_width * C;
  const axis ax = across(s), ay = down(s);
  for (long line = first; line < first + lines; line++) {
    const long image = line / s.height;
    float *target = dx + line * s.width * C;
    long ky, step_y, oy, back_y;
    const long rows = readers(ay, line % s.height, &ky, &step_y, &oy, &back_y);
    for (long ix = 0; ix < s.width;) {
      long kx, step_x, ox, back_x;
      const long columns = readers(ax, ix, &kx, &step_x, &ox, &back_x);
      taps t = {dy, w, rows, columns, -back_y * row, -back_x * C, step_y * s.kernel_width * C, step_x * C};
      if (rows > 0 && columns > 0) {
        t.source += image * s.out_height * row + oy * row + ox * C;
        t.weight += (ky * s.kernel_width + kx) * C;
      } else {
        t.rows = 0;
      }
      // With stride 1, pixels that every tap reaches are read by the same taps, one output further each.
      const long last = ix + OUTPUTS - 1;
      const int together = s.stride_x == 1 && last < s.width && columns == s.kernel_width &&
                           last + s.padding_x < s.out_width;
      if (together) {
        sum_channels(t, C, C, OUTPUTS, target + ix * C);
        ix += OUTPUTS;
      } else {
        sum_channels(t, C, 0, 1, target + ix * C);
        ix++;
      }
    }
  }
}

// to[c] += the sum over `count` places of x[place * x_spacing + c] * dy[place * dy_spacing + c].
#define ADD_PRODUCTS(name, vector)                                                                          \
  LADLE_INLINE void name(const float *x, long x_spacing, const float *dy, long dy_spacing, long count, float *to) { \
    vector even = 0, odd = 0;                                                                               \
    long place = 0;                                                                                         \
    for (; place + 2 <= count; place += 2, x += 2 * x_spacing, dy += 2 * dy_spacing) {                      \
      even += *(const vector *)x * *(const vector *)dy;                                                     \
      odd += *(const vector *)(x + x_spacing) * *(const vector *)(dy + dy_spacing);                         \
    }                                                                                                       \
    if (place < count) even += *(const vector *)x * *(const vector *)dy;                                    \
    *(vector *)to += even + odd;                                                                            \
  }
ADD_PRODUCTS(add_sixteen, v16f)
ADD_PRODUCTS(add_four, v4f)
ADD_PRODUCTS(add_one, v1f)

LADLE_KERNEL(
    void, ladle_depthwise_weight_gradient,
    (const float *x, const float *dy, ladle_patches s, long first, long lines, float *dw),
    (x, dy, s, first, lines, dw)) {
  const long C = s.channels, row = s.width * C;
  const axis ay = down(s);
  memset(dw, 0, (size_t)(s.kernel_height * s.kernel_width * C) * sizeof(float));
  for (long line = first; line < first + lines; line++) {
    const long image = line / s.out_height, oy = line % s.out_height;
    long top, bottom;
    inside(ay, oy, &top, &bottom);
    for (long ky = top; ky < bottom; ky++) {
      const float *source = x + image * s.height * row + (oy * s.stride_y - s.padding_y + ky * s.dilation_y) * row;
      for (long kx = 0; kx < s.kernel_width; kx++) {
        const long offset = kx * s.dilation_x - s.padding_x;
        const long from = first_reaching(offset, s.stride_x, 0);
        const long count = at_least(0, at_most(s.out_width, first_reaching(offset, s.stride_x, s.width)) - from);
        if (count == 0) continue;
        const float *pixel = source + (from * s.stride_x + offset) * C;
        const float *cotangent = dy + (line * s.out_width + from) * C;
        float *to = dw + (ky * s.kernel_width + kx) * C;
        long c = 0;
        const long spacing = s.stride_x * C;
        for (; c + 16 <= C; c += 16) add_sixteen(pixel + c, spacing, cotangent + c, C, count, to + c);
        for (; c + 4 <= C; c += 4) add_four(pixel + c, spacing, cotangent + c, C, count, to + c);
        for (; c < C; c++) add_one(pixel + c, spacing, cotangent + c, C, count, to + c);
      }
    }
  }
}
