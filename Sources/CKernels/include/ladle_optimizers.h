// Optimizer steps, each in one pass over a parameter; and the passes over a gradient that precede them.
//
// Letters:  n number of scalars   p parameter   g gradient   m v b a  state of the parameter, n scalars each
#ifndef LADLE_OPTIMIZERS_H
#define LADLE_OPTIMIZERS_H

#include <stddef.h>

// d = g + decay p;  b = momentum b + d;  p -= rate (nesterov ? d + momentum b : b). Without momentum b is NULL and
// p -= rate d.
void ladle_sgd(size_t n, float *p, const float *g, float *b, float rate, float momentum, int nesterov, float decay);

typedef struct {
  float beta1, beta2;            // decay of the two moments
  float fresh1, fresh2;          // 1 - beta1, 1 - beta2, rounded once
  float step_size;               // learning rate / (1 - beta1^t)
  float second_correction;       // 1 / sqrt(1 - beta2^t)
  float epsilon;
  float coupled_decay;           // added to the gradient, times p (Adam)
  float keep;                    // multiplies p first (AdamW: 1 - learning rate * decay)
} ladle_adam_settings;

// p = keep p;  m, v = moments of g + coupled_decay p;  p -= step_size m / (sqrt(v) second_correction + epsilon).
void ladle_adam(size_t n, float *p, const float *g, float *m, float *v, const ladle_adam_settings *settings);

typedef struct {
  float rate, smoothing, fresh;  // fresh = 1 - smoothing, rounded once
  float epsilon, momentum, decay;
} ladle_rmsprop_settings;

// v = running mean of g^2;  a (NULL unless centred) = running mean of g;  b (NULL without momentum) accumulates
// g / (sqrt(v - a^2) + epsilon). A variance that rounding made negative counts as zero.
void ladle_rmsprop(size_t n, float *p, const float *g, float *v, float *a, float *b,
                   const ladle_rmsprop_settings *settings);

// 1 if every scalar is finite, else 0.
int ladle_all_finite(size_t n, const float *x);
// The sum of squares in double precision; always added up in the same order.
double ladle_sum_of_squares(size_t n, const float *x);
// x *= factor.
void ladle_scale_in_place(size_t n, float *x, float factor);

#endif
