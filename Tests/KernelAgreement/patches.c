#include "agreement.h"
#include "ladle_convolution.h"

enum { batch = 3, height = 9, width = 11, most_channels = 24 };

static long out(long n, long padding, long kernel, long dilation, long stride) {
  return (n + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1;
}

static ladle_patches shaped(long channels, long pixel, long kernel, long stride, long padding, long dilation) {
  return (ladle_patches){.height = height, .width = width, .channels = channels, .pixel_stride = pixel,
                         .kernel_height = kernel, .kernel_width = kernel, .stride_y = stride, .stride_x = stride,
                         .padding_y = padding, .padding_x = padding, .dilation_y = dilation, .dilation_x = dilation,
                         .out_height = out(height, padding, kernel, dilation, stride),
                         .out_width = out(width, padding, kernel, dilation, stride)};
}

static void check_shape(ladle_patches s) {
  const long rows = batch * s.out_height * s.out_width, run = s.kernel_height * s.kernel_width * s.channels;
  const size_t pixels = (size_t)(batch * height * width * s.pixel_stride), n = (size_t)(rows * run);
  float *x = normal(pixels, 1), *patches = zeros(n), *dx = zeros(pixels);
  double *expected = double_zeros(n), *scattered = double_zeros(pixels);
  for (long i = 0; i < rows * run; i++) {
    const long row = i / run, tap = i % run / s.channels, c = i % s.channels;
    const long iy = row / s.out_width % s.out_height * s.stride_y - s.padding_y + tap / s.kernel_width * s.dilation_y;
    const long ix = row % s.out_width * s.stride_x - s.padding_x + tap % s.kernel_width * s.dilation_x;
    if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
    const long place = ((row / (s.out_height * s.out_width) * height + iy) * width + ix) * s.pixel_stride + c;
    expected[i] = (double)x[place];
    scattered[place] += expected[i];
  }
  // In two pieces, as two threads would.
  ladle_gather_patches(x, s, 0, rows / 3, patches);
  ladle_gather_patches(x, s, rows / 3, rows - rows / 3, patches + rows / 3 * run);
  result(same_bits(), "gathered", patches, n);
  confirm(same_bits(), "gathered", patches, expected, n);
  ladle_scatter_patches(patches, s, 0, rows, dx);
  result(same_bits(), "scattered", dx, pixels);
  confirm(within(1e-6), "scattered", dx, scattered, pixels);
}

static void check_pooling(ladle_patches s) {
  const long rows = batch * s.out_height * s.out_width;
  const size_t n = (size_t)(rows * s.channels), pixels = (size_t)(batch * height * width * s.channels);
  float *x = normal(pixels, 1), *y = zeros(n), *dy = normal(n, 2), *dx = zeros(pixels), *places = zeros(n);
  float *factor = uniform((size_t)s.channels, 0.5f, 1.5f, 7), *offset = uniform((size_t)s.channels, -0.5f, 0.5f, 8);
  static int position[batch * height * width * most_channels];
  double *expected = double_zeros(n);
  for (size_t i = 0; i < n; i++) {
    const long row = (long)i / s.channels, c = (long)i % s.channels, image = row / (s.out_height * s.out_width);
    int first = 1;
    for (long tap = 0; tap < s.kernel_height * s.kernel_width; tap++) {
      const long iy = row / s.out_width % s.out_height * s.stride_y - s.padding_y + tap / s.kernel_width;
      const long ix = row % s.out_width * s.stride_x - s.padding_x + tap % s.kernel_width;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const double value = (double)x[((image * height + iy) * width + ix) * s.channels + c];
      if (first || value > expected[i]) expected[i] = value;
      first = 0;
    }
  }
  ladle_max_pool(x, NULL, NULL, 1, s, 0, rows, y, position);
  for (size_t i = 0; i < n; i++) places[i] = (float)position[i];
  result(same_bits(), "maxima", y, n);
  confirm(same_bits(), "maxima", y, expected, n);
  result(same_bits(), "places of maxima", places, n);
  ladle_max_pool_backward(dy, position, s, 0, batch, dx);
  result(same_bits(), "maxima backward", dx, pixels);
  ladle_max_pool(x, factor, offset, 0.2f, s, 0, rows, y, position);
  result(within(1e-6), "maxima of mapped values", y, n);
}

void check_patches(void) {
  family("patches and pooling");
  for (long padding = 0; padding <= 2; padding++) {
    check_shape(shaped(5, 5, 3, 2, padding, 1));
    check_shape(shaped(1, 1, 5, 1, padding, 1));
    check_shape(shaped(3, 3, 4, 2, padding, 1));
    check_shape(shaped(20, 20, 3, 1, padding, 1));
    check_shape(shaped(5, 5, 3, 1, padding, 2));
    check_shape(shaped(5, 15, 3, 1, padding, 1));
  }
  check_pooling(shaped(5, 5, 3, 2, 1, 1));
  check_pooling(shaped(most_channels, most_channels, 2, 2, 0, 1));
}
