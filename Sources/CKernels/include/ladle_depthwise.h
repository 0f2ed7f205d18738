// Depthwise convolution of NHWC images: every channel with a kernel of its own, no sum over channels.
#ifndef LADLE_DEPTHWISE_H
#define LADLE_DEPTHWISE_H

#include "ladle_convolution.h"

// The weight w is [kernel_height, kernel_width, C]; y and dy are [N, out_height, out_width, C]; x and dx are
// [N, H, W, C]. A line is one row of pixels of one image: line l of y is row l % out_height of image l / out_height.

// Lines first ..< first + lines of y.
void ladle_depthwise(const float *x, const float *w, ladle_patches shape, long first, long lines, float *y);

// Lines first ..< first + lines of dx: what the convolution's adjoint maps dy to.
void ladle_depthwise_input_gradient(const float *dy, const float *w, ladle_patches shape, long first, long lines,
                                    float *dx);

// dw, the part of the weight's gradient that lines first ..< first + lines of dy contribute.
void ladle_depthwise_weight_gradient(const float *x, const float *dy, ladle_patches shape, long first, long lines,
                                     float *dw);

#endif
