// Elementary functions as straight-line code, so that loops over them vectorise: no branch, no table, no library
// call. The polynomials are minimax fits (Lawson's iteration on Chebyshev nodes, weighted for relative error).
//
// Accuracy in float: exp, log and log1p within 2e-7 relative, tanh, sigmoid and the normal distribution within 2e-7
// absolute; infinities give the limits, NaN gives NaN.
#ifndef LADLE_VECTOR_MATH_H
#define LADLE_VECTOR_MATH_H

#include <math.h>
#include <stdint.h>

#include "dispatch.h"

// Vectorise the next loop: input and output are either the same array or disjoint.
#define LADLE_VECTORISE _Pragma("clang loop vectorize(assume_safety)")

LADLE_INLINE float ladle_from_bits(int32_t bits) {
  union { int32_t bits; float value; } both = {.bits = bits};
  return both.value;
}

LADLE_INLINE int32_t ladle_to_bits(float value) {
  union { float value; int32_t bits; } both = {.value = value};
  return both.bits;
}

// 2^n for -126 <= n <= 127.
LADLE_INLINE float ladle_power_of_two(int32_t n) { return ladle_from_bits((n + 127) << 23); }

// exp(x) = 2^n (1 + p) with n an integer and |p| < 0.42; x is clamped to where the result is neither 0 nor infinite
// before rounding. NaN passes the comparisons.
LADLE_INLINE float ladle_reduced_exp(float x, int32_t *n) {
  x = x > 89.0f ? 89.0f : x;
  x = x < -105.0f ? -105.0f : x;
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
  const float magic = 12582912.0f;
  float shifted = x * 1.44269504f + magic;
  float whole = shifted - magic;
  float r = x - whole * 0.693359375f;
  r = r + whole * 2.12194440e-4f;
  float p = 1.395172e-03f;
  p = p * r + 8.369599e-03f;
  p = p * r + 4.1666187e-02f;
  p = p * r + 1.6666512e-01f;
  p = p * r + 0.5f;
  *n = ladle_to_bits(shifted) - ladle_to_bits(magic);
  return p * (r * r) + r;
}

LADLE_INLINE float ladle_exp(float x) {
  int32_t n;
  float p = ladle_reduced_exp(x, &n);
  // In two steps: 2^n alone may overflow, or be too small to be a normal number.
  int32_t half = n >> 1;
  return ((1.0f + p) * ladle_power_of_two(half)) * ladle_power_of_two(n - half);
}

// exp(x) for x <= 0, flushing to zero below -87: one step fewer.
LADLE_INLINE float ladle_exp_nonpositive(float x) {
  int32_t n;
  float p = ladle_reduced_exp(x, &n);
  n = n < -127 ? -127 : n;
  return (1.0f + p) * ladle_power_of_two(n);
}

// exp(x) - 1 for x <= 0 without cancellation.
LADLE_INLINE float ladle_expm1_nonpositive(float x) {
  int32_t n;
  float p = ladle_reduced_exp(x, &n);
  n = n < -126 ? -126 : n;
  float scale = ladle_power_of_two(n);
  return scale * p + (scale - 1.0f);
}

// log((1 + s) / (1 - s)) for 0 <= |s| <= 1/3.
LADLE_INLINE float ladle_log_ratio(float s) {
  float z = s * s;
  float p = 1.21504664e-01f;
  p = p * z + 1.0713829e-01f;
  p = p * z + 1.4308442e-01f;
  p = p * z + 1.9999439e-01f;
  p = p * z + 3.3333337e-01f;
  float twice = s + s;
  return twice + twice * (z * p);
}

// log(1 + u) for 0 <= u <= 1.
LADLE_INLINE float ladle_log1p_unit(float u) { return ladle_log_ratio(u / (2.0f + u)); }

LADLE_INLINE float ladle_log(float x) {
  int tiny = x < 1.17549435e-38f;
  float scaled = tiny ? x * 8388608.0f : x;
  int32_t bits = ladle_to_bits(scaled);
  // Centre the mantissa on 1: [sqrt(1/2), sqrt(2)).
  int32_t exponent = (bits - 0x3f3504f3) >> 23;
  float mantissa = ladle_from_bits(bits - (int32_t)((uint32_t)exponent << 23));
  float whole = (float)(exponent - (tiny ? 23 : 0));
  float f = mantissa - 1.0f;
  float result = ladle_log_ratio(f / (2.0f + f)) + whole * -2.12194440e-4f;
  result = result + whole * 0.693359375f;
  result = x == 0.0f ? -INFINITY : result;
  result = x < 0.0f ? NAN : result;
  result = x == INFINITY ? INFINITY : result;
  return x != x ? x : result;
}

LADLE_INLINE float ladle_tanh(float x) {
  float a = fabsf(x);
  float z = a * a;
  float p = -5.717045e-03f;
  p = p * z + 2.0650588e-02f;
  p = p * z + -5.3743497e-02f;
  p = p * z + 1.3331491e-01f;
  p = p * z + -3.3333284e-01f;
  float small = a + a * (z * p);
  float e = ladle_exp_nonpositive(-2.0f * a);
  float large = (1.0f - e) / (1.0f + e);
  return copysignf(a < 0.625f ? small : large, x);
}

LADLE_INLINE float ladle_sigmoid(float x) {
  float e = ladle_exp_nonpositive(-fabsf(x));
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

// log(1 + exp(x)).
LADLE_INLINE float ladle_softplus(float x) {
  return (x > 0.0f ? x : 0.0f) + ladle_log1p_unit(ladle_exp_nonpositive(-fabsf(x)));
}

// The standard normal distribution function at x, and exp(-x^2 / 2) through `bell`. |x| <= 15.
LADLE_INLINE float ladle_normal_distribution(float x, float *bell) {
  // erfc(a) = t P(t) exp(-a^2) with t = 1 / (1 + 0.3 a), fitted on 0 <= a <= 10.7.
  float a = fabsf(x) * 0.70710678f;
  float t = 1.0f / (1.0f + 0.3f * a);
  float p = -1.2955613e-01f;
  p = p * t + 4.8573768e-01f;
  p = p * t + -5.126709e-01f;
  p = p * t + 5.482144e-01f;
  p = p * t + -9.503061e-02f;
  p = p * t + 2.1510828e-01f;
  p = p * t + 1.4828597e-01f;
  p = p * t + 1.7072386e-01f;
  p = p * t + 1.6918741e-01f;
  float e = ladle_exp_nonpositive(-0.5f * (x * x));
  *bell = e;
  float tail = 0.5f * e * (t * p);
  return x > 0.0f ? 1.0f - tail : tail;
}

LADLE_INLINE float ladle_clamp(float x, float low, float high) {
  x = x < low ? low : x;
  return x > high ? high : x;
}

#endif
