// Batch normalisation over the rows of x [rows, C], fused with a leaky rectifier: act(v) = v > 0 ? v : slope * v.
// slope 1 is no activation, 0 a rectifier.
#ifndef LADLE_NORMALIZATION_H
#define LADLE_NORMALIZATION_H

// Per channel: the mean of these rows and the sum of squared deviations from it.
void ladle_channel_moments(const float *x, long rows, long C, float *mean, float *squares);

// y = act(x * scale + shift).
void ladle_affine_act(const float *x, long rows, long C, const float *scale, const float *shift, float slope, float *y);

// y = max(0, x * scale + shift + s), s a matrix like x.
void ladle_rectified_sum(const float *x, long rows, long C, const float *scale, const float *shift, const float *s,
                         float *y);

// Its gradient g = dy where y > 0, else 0, and per channel the sums of g and of g * (x - mean) over these rows. g may be
// dy.
void ladle_rectified_sum_backward(const float *y, const float *dy, const float *x, long rows, long C, const float *mean,
                                  float *g, float *sum, float *sum_product);

// dx = act'(x * scale + shift) * dy * scale; dx may be dy.
void ladle_affine_act_backward(const float *x, const float *dy, long rows, long C, const float *scale,
                               const float *shift, float slope, float *dx);

// With g = act'(x * scale + shift) * dy: per channel, sums of g and of g * (x - mean) over these rows.
void ladle_norm_backward_sums(const float *x, const float *dy, long rows, long C, const float *scale,
                              const float *shift, float slope, const float *mean, float *sum, float *sum_product);

// dx = g * scale + x * a + b with per-channel a and b (see BatchNorm.swift for what they hold); dx may be dy.
void ladle_norm_backward_apply(const float *x, const float *dy, long rows, long C, const float *scale,
                               const float *shift, float slope, const float *a, const float *b, float *dx);

// y = x + bias, per channel, in place.
void ladle_add_bias(float *x, long rows, long C, const float *bias);
// Sums over rows: sum[c] = sum of x[row, c].
void ladle_channel_sums(const float *x, long rows, long C, float *sum);

// y += x.
void ladle_accumulate(const float *x, long n, float *y);

#endif
