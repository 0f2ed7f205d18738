#include <math.h>
#include <string.h>

#include "dispatch.h"
#include "ladle_convolution.h"

// Whether a line of the kernel covers contiguous scalars of the image.
LADLE_INLINE int is_contiguous(const ladle_patches *s) {
  return (s->dilation_x == 1 || s->kernel_width == 1) && s->pixel_stride == s->channels;
}

// Patches whose taps are apart: one copy per tap.
LADLE_INLINE void gather_taps(const float *x, ladle_patches s, long first_row, long rows, float *patches) {
  const long C = s.channels, line = s.width * s.pixel_stride, plane = s.out_height * s.out_width;
  const size_t bytes = (size_t)C * sizeof(float);
  for (long row = first_row; row < first_row + rows; row++) {
    const float *source = x + row / plane * s.height * line;
    const long y0 = row % plane / s.out_width * s.stride_y - s.padding_y;
    const long x0 = row % s.out_width * s.stride_x - s.padding_x;
    for (long ky = 0; ky < s.kernel_height; ky++) {
      const long iy = y0 + ky * s.dilation_y;
      for (long kx = 0; kx < s.kernel_width; kx++, patches += C) {
        const long ix = x0 + kx * s.dilation_x;
        if (iy < 0 || iy >= s.height || ix < 0 || ix >= s.width) memset(patches, 0, bytes);
        else memcpy(patches, source + iy * line + ix * s.pixel_stride, bytes);
      }
    }
  }
}

// The adjoint of gather_taps.
LADLE_INLINE void scatter_taps(const float *patches, ladle_patches s, long first_row, long rows, float *x) {
  const long C = s.channels, line = s.width * s.pixel_stride, plane = s.out_height * s.out_width;
  for (long row = first_row; row < first_row + rows; row++) {
    float *target = x + row / plane * s.height * line;
    const long y0 = row % plane / s.out_width * s.stride_y - s.padding_y;
    const long x0 = row % s.out_width * s.stride_x - s.padding_x;
    for (long ky = 0; ky < s.kernel_height; ky++) {
      const long iy = y0 + ky * s.dilation_y;
      for (long kx = 0; kx < s.kernel_width; kx++, patches += C) {
        const long ix = x0 + kx * s.dilation_x;
        if (iy < 0 || iy >= s.height || ix < 0 || ix >= s.width) continue;
        float *restrict to = target + iy * line + ix * s.pixel_stride;
        const float *restrict from = patches;
        for (long c = 0; c < C; c++) to[c] += from[c];
      }
    }
  }
}

LADLE_KERNEL(
    void, ladle_gather_patches,
    (const float *x, ladle_patches s, long first_row, long rows, float *patches),
    (x, s, first_row, rows, patches)) {
  if (!is_contiguous(&s)) {
    gather_taps(x, s, first_row, rows, patches);
    return;
  }
  const long run = s.kernel_width * s.channels, pixel = s.channels, line = s.width * s.channels;
  const long plane = s.out_height * s.out_width;
  // Images of few channels have runs shorter than a line: whole lines are copied where that stays inside the image and
  // the result, whose next run then writes over the excess. A call of memcpy for twelve scalars takes longer.
  enum { wide = 16 };
  const long last_source = s.height * line - wide;
  const float *const last_target = patches + rows * s.kernel_height * run - wide;
  long image = first_row / plane, oy = first_row % plane / s.out_width, ox = first_row % s.out_width;
  for (long row = 0; row < rows; row++) {
    const float *source = x + image * s.height * line;
    const long x0 = ox * s.stride_x - s.padding_x;
    const long left = x0 < 0 ? -x0 : 0;
    const long right = x0 + s.kernel_width > s.width ? x0 + s.kernel_width - s.width : 0;
    for (long ky = 0; ky < s.kernel_height; ky++, patches += run) {
      const long y = oy * s.stride_y - s.padding_y + ky * s.dilation_y;
      if (y < 0 || y >= s.height || left >= s.kernel_width || right >= s.kernel_width) {
        memset(patches, 0, (size_t)run * sizeof(float));
        continue;
      }
      const long from = y * line + x0 * pixel;
      if (run <= wide && !left && !right && from <= last_source && patches <= last_target) {
        memcpy(patches, source + from, wide * sizeof(float));
        continue;
      }
      if (left) memset(patches, 0, (size_t)(left * pixel) * sizeof(float));
      memcpy(patches + left * pixel, source + y * line + (x0 + left) * pixel,
             (size_t)((s.kernel_width - left - right) * pixel) * sizeof(float));
      if (right) memset(patches + run - right * pixel, 0, (size_t)(right * pixel) * sizeof(float));
    }
    if (++ox == s.out_width) {
      ox = 0;
      if (++oy == s.out_height) {
        oy = 0;
        image++;
      }
    }
  }
}

LADLE_KERNEL(
    void, ladle_scatter_patches,
    (const float *patches, ladle_patches s, long first_row, long rows, float *x),
    (patches, s, first_row, rows, x)) {
  if (!is_contiguous(&s)) {
    scatter_taps(patches, s, first_row, rows, x);
    return;
  }
  const long run = s.kernel_width * s.channels, pixel = s.channels, line = s.width * s.channels;
  const long plane = s.out_height * s.out_width;
  long image = first_row / plane, oy = first_row % plane / s.out_width, ox = first_row % s.out_width;
  for (long row = 0; row < rows; row++) {
    float *target = x + image * s.height * line;
    const long x0 = ox * s.stride_x - s.padding_x;
    const long left = x0 < 0 ? -x0 : 0;
    const long right = x0 + s.kernel_width > s.width ? x0 + s.kernel_width - s.width : 0;
    const long count = (s.kernel_width - left - right) * pixel;
    for (long ky = 0; ky < s.kernel_height; ky++, patches += run) {
      const long y = oy * s.stride_y - s.padding_y + ky * s.dilation_y;
      if (y < 0 || y >= s.height || count <= 0) continue;
      float *restrict to = target + y * line + (x0 + left) * pixel;
      const float *restrict from = patches + left * pixel;
      for (long i = 0; i < count; i++) to[i] += from[i];
    }
    if (++ox == s.out_width) {
      ox = 0;
      if (++oy == s.out_height) {
        oy = 0;
        image++;
      }
    }
  }
}
