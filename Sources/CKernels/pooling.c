// Maxima over windows, and where they were.

#include "ladle_convolution.h"
#include "lines.h"

typedef int ladle_line_of_positions __attribute__((ext_vector_type(16), aligned(64)));

// The window of one position: its pixels in the image are rows `top`, `top` + dilation, … below `bottom`, likewise
// columns.
typedef struct {
  long top, bottom, left, right;
} pool_window;

LADLE_INLINE pool_window window_at(ladle_patches s, long oy, long ox) {
  pool_window w = {oy * s.stride_y - s.padding_y, 0, ox * s.stride_x - s.padding_x, 0};
  w.bottom = w.top + s.kernel_height * s.dilation_y;
  w.right = w.left + s.kernel_width * s.dilation_x;
  while (w.top < 0) w.top += s.dilation_y;
  while (w.left < 0) w.left += s.dilation_x;
  if (w.bottom > s.height) w.bottom = s.height;
  if (w.right > s.width) w.right = s.width;
  return w;
}

// Up to a line of channels. A value that is not a number wins, once.
LADLE_INLINE void maximum_of_line(const float *source, const float *factor, const float *offset, float slope,
                                  ladle_patches s, pool_window w, long lanes, float *y, int *position) {
  const ladle_line scale = factor ? ladle_load(factor, lanes) : (ladle_line)1.0f;
  const ladle_line shift = factor ? ladle_load(offset, lanes) : (ladle_line)0.0f;
  ladle_line best = 0.0f;
  ladle_line_of_positions where = -1;
  for (long iy = w.top; iy < w.bottom; iy += s.dilation_y) {
    for (long ix = w.left; ix < w.right; ix += s.dilation_x) {
      const int here = (int)(iy * s.width + ix);
      ladle_line value = ladle_load(source + here * s.pixel_stride, lanes);
      if (factor) {
        value = value * scale + shift;
        value = value > 0.0f ? value : value * slope;
      }
      const ladle_line_of_positions larger =
          (where < 0) | (value > best) | ((value != value) & (best == best));
      best = larger ? value : best;
      where = larger ? (ladle_line_of_positions)here : where;
    }
  }
  ladle_store(y, best, lanes);
  memcpy(position, &where, (size_t)lanes * sizeof(int));
}

LADLE_KERNEL(
    void, ladle_max_pool,
    (const float *x, const float *restrict factor, const float *restrict offset, float slope, ladle_patches s,
     long first_row, long rows, float *restrict y, int *restrict position),
    (x, factor, offset, slope, s, first_row, rows, y, position)) {
  const long plane = s.out_height * s.out_width, C = s.channels;
  for (long row = first_row; row < first_row + rows; row++, y += C, position += C) {
    const pool_window w = window_at(s, row % plane / s.out_width, row % s.out_width);
    const float *source = x + row / plane * s.height * s.width * s.pixel_stride;
    if (C < ladle_lanes) {
      maximum_of_line(source, factor, offset, slope, s, w, C, y, position);
      continue;
    }
    // The last line begins where it is whole, and finds some maxima a second time.
    for (long c = 0; c < C; c += ladle_lanes) {
      const long at = c + ladle_lanes <= C ? c : C - ladle_lanes;
      maximum_of_line(source + at, factor ? factor + at : factor, factor ? offset + at : offset, slope, s, w,
                      ladle_lanes, y + at, position + at);
    }
  }
}

// Windows side by side that cover the image: every pixel belongs to one, and is written once.
LADLE_INLINE void disjoint_pool_backward(const float *dy, const int *position, ladle_patches s, float *restrict dx) {
  const long C = s.channels;
  for (long oy = 0; oy < s.out_height; oy++) {
    for (long ox = 0; ox < s.out_width; ox++, dy += C, position += C) {
      for (long ky = 0; ky < s.kernel_height; ky++) {
        for (long kx = 0; kx < s.kernel_width; kx++) {
          const int here = (int)((oy * s.stride_y + ky) * s.width + ox * s.stride_x + kx);
          float *to = dx + here * C;
          for (long c = 0; c < C; c++) to[c] = position[c] == here ? dy[c] : 0;
        }
      }
    }
  }
}

LADLE_KERNEL(
    void, ladle_max_pool_backward,
    (const float *dy, const int *position, ladle_patches s, long first_image, long images, float *dx),
    (dy, position, s, first_image, images, dx)) {
  const long plane = s.out_height * s.out_width, C = s.channels, scalars = s.height * s.width * s.pixel_stride;
  const int disjoint = s.stride_y == s.kernel_height && s.stride_x == s.kernel_width && !s.padding_y && !s.padding_x &&
                       s.out_height * s.stride_y == s.height && s.out_width * s.stride_x == s.width &&
                       s.dilation_y == 1 && s.dilation_x == 1 && s.pixel_stride == C;
  for (long image = first_image; image < first_image + images; image++) {
    float *target = dx + image * scalars;
    const float *from = dy + image * plane * C;
    const int *at = position + image * plane * C;
    if (disjoint) {
      disjoint_pool_backward(from, at, s, target);
      continue;
    }
    memset(target, 0, (size_t)scalars * sizeof(float));
    for (long row = 0; row < plane; row++)
      for (long c = 0; c < C; c++) target[at[row * C + c] * s.pixel_stride + c] += from[row * C + c];
  }
}
