#include "agreement.h"
#include "ladle_depthwise.h"

// 37 channels leave a remainder for every width of vector.
enum { batch = 2, height = 9, width = 14, channels = 37, kernel = 3 };

static void check_geometry(long stride, long dilation, long padding) {
  const long reach = dilation * (kernel - 1) + 1;
  const ladle_patches s = {.height = height, .width = width, .channels = channels, .pixel_stride = channels,
                           .kernel_height = kernel, .kernel_width = kernel, .stride_y = stride, .stride_x = stride,
                           .padding_y = padding, .padding_x = padding, .dilation_y = dilation, .dilation_x = dilation,
                           .out_height = (height + 2 * padding - reach) / stride + 1,
                           .out_width = (width + 2 * padding - reach) / stride + 1};
  const long rows = batch * s.out_height * s.out_width;
  const size_t pixels = batch * height * width * channels, n = (size_t)(rows * channels), weights = kernel * kernel * channels;
  float *x = normal(pixels, 1), *w = normal(weights, 2), *dy = normal(n, 3);
  float *y = zeros(n), *dx = zeros(pixels), *dw = zeros(weights);
  double *y_expected = double_zeros(n), *dx_expected = double_zeros(pixels), *dw_expected = double_zeros(weights);
  for (long row = 0; row < rows; row++) {
    for (long tap = 0; tap < kernel * kernel; tap++) {
      const long iy = row / s.out_width % s.out_height * stride - padding + tap / kernel * dilation;
      const long ix = row % s.out_width * stride - padding + tap % kernel * dilation;
      if (iy < 0 || iy >= height || ix < 0 || ix >= width) continue;
      const long pixel = ((row / (s.out_height * s.out_width) * height + iy) * width + ix) * channels;
      for (long c = 0; c < channels; c++) {
        const double value = (double)x[pixel + c], weight = (double)w[tap * channels + c];
        const double cotangent = (double)dy[row * channels + c];
        y_expected[row * channels + c] += value * weight;
        dx_expected[pixel + c] += cotangent * weight;
        dw_expected[tap * channels + c] += cotangent * value;
      }
    }
  }
  const agreement bound = sums_of((size_t)rows);
  ladle_depthwise(x, w, s, 0, batch * s.out_height, y);
  result(bound, "y", y, n);
  confirm(bound, "y", y, y_expected, n);
  ladle_depthwise_input_gradient(dy, w, s, 0, batch * height, dx);
  result(bound, "dx", dx, pixels);
  confirm(bound, "dx", dx, dx_expected, pixels);
  ladle_depthwise_weight_gradient(x, dy, s, 0, batch * s.out_height, dw);
  result(bound, "dw", dw, weights);
  confirm(bound, "dw", dw, dw_expected, weights);
}

void check_depthwise(void) {
  family("depthwise");
  for (long stride = 1; stride <= 2; stride++)
    for (long dilation = 1; dilation <= 2; dilation++)
      for (long padding = 0; padding <= 2; padding++) check_geometry(stride, dilation, padding);
}
