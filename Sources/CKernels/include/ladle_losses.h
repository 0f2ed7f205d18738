// Losses on logits or values: one pass gives the sum of the losses and, where asked for, the gradient.
//
// `scale` multiplies the gradient (one over the number of terms, for a mean). Gradients may be NULL.
#ifndef LADLE_LOSSES_H
#define LADLE_LOSSES_H

#include <stddef.h>

// The sum over rows of log(sum of exp(x[r, :])) - x[r, label]. Labels are in 0..<columns.
double ladle_cross_entropy(const float *x, const long *labels, float scale, float *dx, size_t rows, size_t columns);

// The sum of softplus(x) - x t; t is target[i], or `constant` if target is NULL. dtarget = -scale x.
double ladle_binary_cross_entropy(const float *x, const float *target, float constant, float scale, float *dx,
                                  float *dtarget, size_t n);

// The sum of (a - b)^2; da = 2 scale (a - b).
double ladle_squared_error(const float *a, const float *b, float scale, float *da, size_t n);

// The sum of |a - b|; da = scale sign(a - b), 0 where equal.
double ladle_absolute_error(const float *a, const float *b, float scale, float *da, size_t n);

#endif
