#include "agreement.h"
#include "ladle_epilogue.h"
#include "ladle_normalization.h"

enum { rows = 2003 };

static double leaky(double v, double slope) { return v > 0 ? v : slope * v; }

static void check_channels(long C) {
  const size_t n = (size_t)(rows * C), channels = (size_t)C;
  const agreement bound = sums_of(rows);
  float *x = normal(n, 1), *dy = normal(n, 4), *s = normal(n, 6), *y = zeros(n), *dx = zeros(n);
  float *scale = uniform(channels, 0.5f, 1.5f, 2), *shift = uniform(channels, -0.5f, 0.5f, 3);
  float *mean = zeros(channels), *squares = zeros(channels), *sum = zeros(channels), *product = zeros(channels);
  double *means = double_zeros(channels), *deviations = double_zeros(channels), *expected = double_zeros(n);
  for (size_t i = 0; i < n; i++) x[i] += 0.5f;
  for (size_t i = 0; i < n; i++) means[i % channels] += (double)x[i] / rows;
  for (size_t i = 0; i < n; i++) {
    const double d = (double)x[i] - means[i % channels];
    deviations[i % channels] += d * d;
  }
  ladle_channel_moments(x, rows, C, mean, squares);
  result(bound, "means", mean, channels);
  result(bound, "squared deviations", squares, channels);
  confirm(bound, "means", mean, means, channels);
  confirm(bound, "squared deviations", squares, deviations, channels);
  ladle_affine_act(x, rows, C, scale, shift, 0.2f, y);
  for (size_t i = 0; i < n; i++)
    expected[i] = leaky((double)x[i] * (double)scale[i % channels] + (double)shift[i % channels], (double)0.2f);
  result(bound, "affine map and rectifier", y, n);
  confirm(within(1e-6), "affine map and rectifier", y, expected, n);
  ladle_rectified_sum(x, rows, C, scale, shift, s, y);
  result(bound, "rectified sum", y, n);
  for (size_t c = 0; c < channels; c++) mean[c] = (float)means[c];
  // Signs of `s`, not of the sum above: a value near the kink of a rectifier may fall on either side.
  double *kept = double_zeros(n), *kept_sum = double_zeros(channels), *kept_product = double_zeros(channels);
  for (size_t i = 0; i < n; i++) {
    kept[i] = s[i] > 0 ? (double)dy[i] : 0;
    kept_sum[i % channels] += kept[i];
    kept_product[i % channels] += kept[i] * ((double)x[i] - (double)mean[i % channels]);
  }
  ladle_rectified_sum_backward(s, dy, x, rows, C, mean, dx, sum, product);
  result(same_bits(), "rectified sum backward", dx, n);
  confirm(same_bits(), "rectified sum backward", dx, kept, n);
  result(bound, "sums of a rectified sum's gradient", sum, channels);
  confirm(bound, "sums of a rectified sum's gradient", sum, kept_sum, channels);
  result(bound, "products of a rectified sum's gradient", product, channels);
  confirm(bound, "products of a rectified sum's gradient", product, kept_product, channels);
  // Slope 1: a value near the kink of a rectifier may fall on either side.
  ladle_affine_act_backward(x, dy, rows, C, scale, shift, 1, dx);
  result(bound, "affine map backward", dx, n);
  ladle_norm_backward_sums(x, dy, rows, C, scale, shift, 1, mean, sum, product);
  result(bound, "sums of the gradient", sum, channels);
  result(bound, "sums of products with the gradient", product, channels);
  ladle_norm_backward_apply(x, dy, rows, C, scale, shift, 1, shift, scale, dx);
  result(bound, "normalisation backward", dx, n);
  ladle_channel_sums(x, rows, C, sum);
  result(bound, "channel sums", sum, channels);
  float *biased = copied(x, n);
  ladle_add_bias(biased, rows, C, shift);
  result(bound, "bias", biased, n);
  ladle_accumulate(dy, (long)n, biased);
  result(bound, "accumulated", biased, n);
  float *epilogue = copied(x, n);
  ladle_epilogue(epilogue, rows, channels, scale, shift, 0.2f);
  result(bound, "epilogue", epilogue, n);
  confirm(within(1e-6), "epilogue", epilogue, expected, n);
  for (size_t i = 0; i < n; i++) epilogue[i] = (float)expected[i];
  ladle_epilogue_backward(epilogue, dy, rows, channels, scale, 0.2f, dx);
  result(bound, "epilogue backward", dx, n);
}

void check_normalization(void) {
  family("normalisation");
  check_channels(3);
  check_channels(16);
  check_channels(37);
}
