#include <math.h>

#include "dispatch.h"
#include "ladle_elementwise.h"
#include "vector_math.h"

#define EACH(expression)                              \
  LADLE_VECTORISE for (size_t i = 0; i < n; i++) {    \
    float s = x[i];                                   \
    y[i] = (expression);                              \
  }                                                   \
  break;

// Beyond 15 standard deviations the distribution function is 0 or 1 in float, and x times it is 0 or x.
LADLE_INLINE float gelu(float x) {
  float bell;
  float above = x < -15.0f ? -15.0f : x;
  return above * ladle_normal_distribution(ladle_clamp(x, -15.0f, 15.0f), &bell);
}

LADLE_INLINE float gelu_derivative(float x) {
  float bell, clamped = ladle_clamp(x, -15.0f, 15.0f);
  float distribution = ladle_normal_distribution(clamped, &bell);
  return distribution + clamped * (0.39894228f * bell);
}

// 2 sqrt(2 / pi), since (1 + tanh(u)) / 2 is the sigmoid of 2 u.
static const float gelu_scale = 1.59576912f, gelu_cubic = 0.044715f;

LADLE_INLINE float gelu_tanh(float x) {
  float above = x < -15.0f ? -15.0f : x;
  float u = ladle_clamp(x, -15.0f, 15.0f);
  return above * ladle_sigmoid(gelu_scale * (u + gelu_cubic * (u * u * u)));
}

LADLE_INLINE float gelu_tanh_derivative(float x) {
  float u = ladle_clamp(x, -15.0f, 15.0f);
  float gate = ladle_sigmoid(gelu_scale * (u + gelu_cubic * (u * u * u)));
  return gate + gate * (1.0f - gate) * (u * gelu_scale * (1.0f + 3.0f * gelu_cubic * (u * u)));
}

LADLE_KERNEL(
    void, ladle_unary,
    (ladle_unary_function function, float p, float q, const float *x, float *y, size_t n),
    (function, p, q, x, y, n)) {
  switch (function) {
    // `<=`, so that NaN is kept and -0 becomes 0.
    case LADLE_RELU: EACH(s <= 0.0f ? 0.0f : s)
    case LADLE_LEAKY_RELU: EACH(s <= 0.0f ? p * s : s)
    case LADLE_ELU: EACH(s < 0.0f ? p * ladle_expm1_nonpositive(s) : s)
    case LADLE_SOFTPLUS: EACH(ladle_softplus(s))
    case LADLE_TANH: EACH(ladle_tanh(s))
    case LADLE_SIGMOID: EACH(ladle_sigmoid(s))
    case LADLE_GELU: EACH(gelu(s))
    case LADLE_GELU_TANH: EACH(gelu_tanh(s))
    case LADLE_SQUARE: EACH(s * s)
    case LADLE_SQUARE_ROOT: EACH(sqrtf(s))
    case LADLE_EXPONENTIAL: EACH(ladle_exp(s))
    case LADLE_LOGARITHM: EACH(ladle_log(s))
    case LADLE_ABSOLUTE: EACH(fabsf(s))
    case LADLE_CLAMP: EACH(ladle_clamp(s, p, q))
    case LADLE_POWER:
      if (p == 3.0f) {
        LADLE_VECTORISE for (size_t i = 0; i < n; i++) y[i] = x[i] * x[i] * x[i];
      } else if (p == -1.0f) {
        LADLE_VECTORISE for (size_t i = 0; i < n; i++) y[i] = 1.0f / x[i];
      } else {
        for (size_t i = 0; i < n; i++) y[i] = powf(x[i], p);
      }
      break;
  }
}

#define EACH_BACKWARD(expression)                     \
  LADLE_VECTORISE for (size_t i = 0; i < n; i++) {    \
    float s = saved[i], d = dy[i];                    \
    dx[i] = (expression);                             \
  }                                                   \
  break;

LADLE_KERNEL(
    void, ladle_unary_backward,
    (ladle_unary_function function, float p, float q, const float *saved, const float *dy, float *dx, size_t n),
    (function, p, q, saved, dy, dx, n)) {
  switch (function) {
    case LADLE_RELU: EACH_BACKWARD(s <= 0.0f ? 0.0f : d)
    case LADLE_LEAKY_RELU: EACH_BACKWARD(s <= 0.0f ? p * d : d)
    case LADLE_ELU: EACH_BACKWARD(s <= 0.0f ? d * (s + p) : d)
    case LADLE_SOFTPLUS: EACH_BACKWARD(d * ladle_sigmoid(s))
    case LADLE_TANH: EACH_BACKWARD(d * (1.0f - s * s))
    case LADLE_SIGMOID: EACH_BACKWARD(d * (s * (1.0f - s)))
    case LADLE_GELU: EACH_BACKWARD(d * gelu_derivative(s))
    case LADLE_GELU_TANH: EACH_BACKWARD(d * gelu_tanh_derivative(s))
    case LADLE_SQUARE: EACH_BACKWARD(d * (s + s))
    case LADLE_SQUARE_ROOT: EACH_BACKWARD(d * (0.5f / s))
    case LADLE_EXPONENTIAL: EACH_BACKWARD(d * s)
    case LADLE_LOGARITHM: EACH_BACKWARD(d / s)
    case LADLE_ABSOLUTE: EACH_BACKWARD(s > 0.0f ? d : s < 0.0f ? -d : 0.0f * s)
    case LADLE_CLAMP: EACH_BACKWARD(s < p ? 0.0f : s > q ? 0.0f : d)
    case LADLE_POWER:
      if (p == 3.0f) {
        LADLE_VECTORISE for (size_t i = 0; i < n; i++) dx[i] = dy[i] * (3.0f * (saved[i] * saved[i]));
      } else if (p == -1.0f) {
        LADLE_VECTORISE for (size_t i = 0; i < n; i++) dx[i] = -dy[i] / (saved[i] * saved[i]);
      } else {
        for (size_t i = 0; i < n; i++) dx[i] = dy[i] * (p * powf(saved[i], p - 1.0f));
      }
      break;
  }
}
