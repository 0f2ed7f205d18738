#include <math.h>
#include <stdio.h>

#include "agreement.h"
#include "ladle_winograd.h"

enum { batch = 5, channels = 20, out_channels = 37, line = 16 };

// A convolution with a border of one, and its gradients, tap by tap in double precision.
typedef struct { double *y, *dx, *dw; } direct;

static direct directly(ladle_winograd s, const float *x, const float *w, const float *dy) {
  const long C = s.channels, K = s.out_channels;
  direct d = {double_zeros((size_t)(batch * s.out_height * s.out_width * K)),
              double_zeros((size_t)(batch * s.height * s.width * C)),
              double_zeros((size_t)(s.kernel_height * s.kernel_width * C * K))};
  for (long position = 0; position < batch * s.out_height * s.out_width; position++) {
    const long image = position / (s.out_height * s.out_width);
    const long oy = position / s.out_width % s.out_height, ox = position % s.out_width;
    const float *cotangent = dy + position * K;
    double *to = d.y + position * K;
    for (long tap = 0; tap < s.kernel_height * s.kernel_width; tap++) {
      const long iy = oy * s.stride - 1 + tap / s.kernel_width;
      const long ix = ox * s.stride - 1 + tap % s.kernel_width;
      if (iy < 0 || iy >= s.height || ix < 0 || ix >= s.width) continue;
      for (long c = 0; c < C; c++) {
        const long pixel = ((image * s.height + iy) * s.width + ix) * C + c;
        const double value = (double)x[pixel];
        double gradient = 0;
        for (long k = 0; k < K; k++) {
          const double weight = (double)w[(tap * C + c) * K + k];
          to[k] += value * weight;
          gradient += (double)cotangent[k] * weight;
          d.dw[(tap * C + c) * K + k] += value * (double)cotangent[k];
        }
        d.dx[pixel] += gradient;
      }
    }
  }
  return d;
}

static void compare(const char *what, long kernel, long tile, const float *values, const double *expected, size_t n) {
  char part[48];
  snprintf(part, sizeof part, "%s, %ld x %ld, tiles of %ld", what, kernel, kernel, tile);
  result(sums_of(2500), part, values, n);
  confirm(sums_of(2500), part, values, expected, n);
}

// The blocks of C that take part in a frequency: of a kernel that the stride does not divide, the second phase of an axis
// has nothing at the last one.
static ladle_blocks needed_blocks(ladle_winograd s, long blocks, long frequency) {
  const long side = s.frequencies, phase = blocks / (s.stride * s.stride);
  const int uneven = s.stride == 2 && s.kernel_height == 2 * s.taps - 1;
  const int last_y = uneven && frequency / side == side - 1, last_x = uneven && frequency % side == side - 1;
  if (last_y && last_x) return (ladle_blocks){phase, 0, 0};
  if (last_y) return (ladle_blocks){2 * phase, 0, 0};
  if (last_x) return (ladle_blocks){phase, phase, phase};
  return (ladle_blocks){blocks, 0, 0};
}

static void check_plan(long size, long kernel, long stride, long tile) {
  const long out = (size + 2 - kernel) / stride + 1, taps = (kernel + stride - 1) / stride;
  const long closed = size == 2 && kernel == 3 && stride == 1, padding = closed ? 0 : 1;
  const long side = closed ? 3 : tile + taps - 1;
  const ladle_winograd s = {.height = size, .width = size, .channels = channels, .out_height = out, .out_width = out,
                            .out_channels = out_channels, .kernel_height = kernel, .kernel_width = kernel,
                            .stride = stride, .padding_y = padding, .padding_x = padding, .outputs = tile,
                            .taps = taps, .frequencies = side,
                            .tiles_y = (out + tile - 1) / tile, .tiles_x = (out + tile - 1) / tile};
  const long C = channels, K = out_channels, frequencies = side * side;
  const long in_blocks = stride * stride * ((C + line - 1) / line), out_blocks = (K + line - 1) / line;
  const long pitch = in_blocks * line * line;
  const long tiles = batch * s.tiles_y * s.tiles_x, block = tiles * line;
  const long in_frequency = (in_blocks * tiles | 1) * line, out_frequency = (out_blocks * tiles | 1) * line;
  const long weight_frequency = (in_blocks * line * out_blocks + 1) * line;
  const size_t large = (size_t)(batch * size * size * C), small = (size_t)(batch * out * out * K);
  const size_t weights = (size_t)(kernel * kernel * C * K);

  float *raw = normal(large, 1), *x = zeros(large), *dy = normal(small, 3), *w = normal(weights, 2);
  for (size_t i = 0; i < weights; i++) w[i] *= 1 / sqrtf((float)(kernel * kernel * C));
  // What is read is act(raw * factor + offset).
  float *factor = uniform((size_t)C, 0.5f, 1.5f, 7), *offset = uniform((size_t)C, -0.5f, 0.5f, 8);
  const ladle_channel_map map = {factor, offset, 0.2f}, none = {NULL, NULL, 0};
  for (size_t i = 0; i < large; i++) {
    const float value = raw[i] * factor[i % (size_t)C] + offset[i % (size_t)C];
    x[i] = value > 0 ? value : 0.2f * value;
  }
  const direct expected = directly(s, x, w, dy);
  float *v = zeros((size_t)(frequencies * in_frequency)), *p = zeros((size_t)(frequencies * out_frequency));
  float *u = zeros((size_t)(frequencies * weight_frequency));

  ladle_winograd_input(raw, map, s, 0, tiles, v, in_frequency, block);
  ladle_winograd_weight(w, s, 0, in_blocks * line, 0, out_blocks, u, weight_frequency, pitch);
  for (long f = 0; f < frequencies; f++)
    ladle_line_products(v + f * in_frequency, tiles, block, needed_blocks(s, in_blocks, f), u + f * weight_frequency,
                        pitch, out_blocks, p + f * out_frequency, block, 0);
  float *y = zeros(small);
  ladle_winograd_output(p, out_frequency, block, s, 0, tiles, 0, out_blocks, NULL, NULL, 1, y);
  compare("y", kernel, tile, y, expected.y, small);
  float *k_factor = uniform((size_t)K, 0.5f, 1.5f, 9), *k_offset = uniform((size_t)K, -0.5f, 0.5f, 10);
  double *fused = double_zeros(small);
  for (size_t i = 0; i < small; i++) {
    const double value = expected.y[i] * (double)k_factor[i % (size_t)K] + (double)k_offset[i % (size_t)K];
    fused[i] = value > 0 ? value : (double)0.2f * value;
  }
  ladle_winograd_output(p, out_frequency, block, s, 0, tiles, 0, out_blocks, k_factor, k_offset, 0.2f, y);
  compare("y with an epilogue", kernel, tile, y, fused, small);

  ladle_winograd_cotangent(dy, none, s, 0, tiles, p, out_frequency, block);
  float *dw = zeros(weights);
  for (long f = 0; f < frequencies; f++)
    ladle_line_correlations(v + f * in_frequency, tiles, block, in_blocks, p + f * out_frequency, block, out_blocks,
                            u + f * weight_frequency, pitch, 0);
  ladle_winograd_weight_gradient(u, weight_frequency, pitch, s, 0, in_blocks * line, 0, out_blocks, dw);
  // The weight's gradient is a sum over the positions: brought to about one.
  for (size_t i = 0; i < weights; i++) {
    dw[i] /= sqrtf((float)(batch * out * out));
    expected.dw[i] /= (double)sqrtf((float)(batch * out * out));
  }
  compare("dw", kernel, tile, dw, expected.dw, weights);

  // In two halves of K, the second added to the first.
  const long half = (out_blocks + 1) / 2;
  for (long first = 0; first < out_blocks; first += half) {
    const long held = out_blocks - first < half ? out_blocks - first : half;
    ladle_winograd_weight_transposed(w, s, 0, in_blocks, first, held, u, weight_frequency, held * line * line);
    for (long f = 0; f < frequencies; f++)
      ladle_line_products(p + f * out_frequency + first * block, tiles, block, (ladle_blocks){held, 0, 0},
                          u + f * weight_frequency, held * line * line, in_blocks, v + f * in_frequency, block,
                          first > 0);
  }
  float *dx = zeros(large);
  ladle_winograd_input_gradient(v, in_frequency, block, s, 0, tiles, 0, in_blocks, 0, 0, dx);
  compare("dx", kernel, tile, dx, expected.dx, large);
}

void check_winograd(void) {
  family("Winograd and lines");
  for (long tile = 2; tile <= 4; tile += 2) {
    check_plan(13, 3, 1, tile);
    check_plan(13, 3, 2, tile);
    check_plan(13, 4, 2, tile);
    check_plan(13, 5, 2, tile);
  }
  check_plan(2, 3, 1, 2);
}
