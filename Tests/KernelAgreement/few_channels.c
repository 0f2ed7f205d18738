#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agreement.h"
#include "ladle_few_channels.h"

enum { height = 11, width = 14 };

static void compare(const char *what, long channels, long kernel, const float *values, const double *expected,
                    size_t n) {
  char part[48];
  snprintf(part, sizeof part, "%s, %ld x %ld of %ld channels", what, kernel, kernel, channels);
  result(sums_of(1000), part, values, n);
  confirm(sums_of(1000), part, values, expected, n);
}

// One image, whose convolution has K outputs; dw in two bands.
static void check_layer(long C, long kernel, long stride, long border, long K) {
  const long rows = (height + 2 * border - kernel) / stride + 1, columns = (width + 2 * border - kernel) / stride + 1;
  const size_t pixels = (size_t)(height * width * C), small = (size_t)(rows * columns * K);
  const long taps = kernel * kernel * C, wide = (width + 2 * border) * C;
  const size_t weights = (size_t)(taps * K);
  float *x = normal(pixels, 1), *dy = normal(small, 3), *w = normal(weights, 2);
  for (size_t i = 0; i < weights; i++) w[i] /= sqrtf((float)K);
  float *factor = uniform((size_t)K, 0.5f, 1.5f, 9), *offset = uniform((size_t)K, -0.5f, 0.5f, 10);
  double *y = double_zeros(small), *dx = double_zeros(pixels), *dw = double_zeros(weights);
  for (long position = 0; position < rows * columns; position++) {
    for (long tap = 0; tap < taps; tap++) {
      const long iy = position / columns * stride - border + tap / C / kernel;
      const long ix = position % columns * stride - border + tap / C % kernel;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const long pixel = (iy * width + ix) * C + tap % C;
      for (long k = 0; k < K; k++) {
        y[position * K + k] += (double)x[pixel] * (double)w[tap * K + k];
        dx[pixel] += (double)dy[position * K + k] * (double)w[tap * K + k];
        dw[tap * K + k] += (double)x[pixel] * (double)dy[position * K + k];
      }
    }
  }
  const ladle_few s = {.width = width + 2 * border, .channels = C, .kernel_height = kernel, .run = kernel * C,
                       .stride = stride, .out_rows = rows, .out_width = columns, .out_channels = K};
  float *copy = zeros((size_t)((height + 2 * border) * wide) + 16);
  ladle_copy_into_border(x, height, width, C, -border, height + 2 * border, border, copy);
  float *found = zeros(small);
  ladle_few_forward(copy, s, w, NULL, NULL, 1, found);
  compare("y", C, kernel, found, y, small);
  for (size_t i = 0; i < small; i++) {
    const double value = y[i] * (double)factor[i % (size_t)K] + (double)offset[i % (size_t)K];
    y[i] = value > 0 ? value : (double)0.2f * value;
  }
  ladle_few_forward(copy, s, w, factor, offset, 0.2f, found);
  compare("y with an epilogue", C, kernel, found, y, small);

  float *gradient = zeros(weights);
  ladle_few band = s;
  band.out_rows = rows / 2;
  ladle_few_weight_gradient(copy, band, dy, 0, gradient);
  band.out_rows = rows - rows / 2;
  ladle_few_weight_gradient(copy + rows / 2 * stride * wide, band, dy + rows / 2 * columns * K, 1, gradient);
  for (size_t i = 0; i < weights; i++) {
    gradient[i] /= sqrtf((float)(rows * columns));
    dw[i] /= (double)sqrtf((float)(rows * columns));
  }
  compare("dw", C, kernel, gradient, dw, weights);

  float *lines = zeros((size_t)((taps + 15) / 16 * 16 * K)), *row = zeros((size_t)ladle_few_row_scalars(s));
  float *images = zeros(pixels);
  ladle_few_transpose(w, taps, K, lines);
  memset(copy, 0, (size_t)((height + 2 * border) * wide + 16) * sizeof(float));
  ladle_few_input_gradient(dy, s, lines, row, copy);
  ladle_copy_out_of_border(copy, height, width, C, border, images);
  compare("dx", C, kernel, images, dx, pixels);
}

void check_few_channels(void) {
  family("few channels");
  check_layer(1, 4, 2, 1, 64);
  check_layer(1, 3, 1, 1, 32);
  check_layer(3, 3, 1, 1, 37);
  check_layer(3, 4, 2, 1, 128);
  check_layer(3, 5, 2, 2, 96);
  check_layer(4, 5, 1, 0, 16);
}
