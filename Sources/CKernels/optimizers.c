#include <math.h>
#include <stdint.h>
#include <string.h>

#include "dispatch.h"
#include "ladle_optimizers.h"

LADLE_KERNEL(
    void, ladle_sgd,
    (size_t n, float *restrict p, const float *restrict g, float *restrict b, float rate, float momentum, int nesterov,
     float decay),
    (n, p, g, b, rate, momentum, nesterov, decay)) {
  if (!b) {
    for (size_t i = 0; i < n; i++) p[i] -= rate * (g[i] + decay * p[i]);
  } else if (nesterov) {
    for (size_t i = 0; i < n; i++) {
      float d = g[i] + decay * p[i];
      b[i] = momentum * b[i] + d;
      p[i] -= rate * (d + momentum * b[i]);
    }
  } else {
    for (size_t i = 0; i < n; i++) {
      b[i] = momentum * b[i] + (g[i] + decay * p[i]);
      p[i] -= rate * b[i];
    }
  }
}

LADLE_KERNEL(
    void, ladle_adam,
    (size_t n, float *restrict p, const float *restrict g, float *restrict m, float *restrict v,
     const ladle_adam_settings *settings),
    (n, p, g, m, v, settings)) {
  ladle_adam_settings s = *settings;
  for (size_t i = 0; i < n; i++) {
    float x = s.keep * p[i];
    float d = g[i] + s.coupled_decay * p[i];
    float first = s.beta1 * m[i] + s.fresh1 * d;
    float second = s.beta2 * v[i] + s.fresh2 * (d * d);
    m[i] = first;
    v[i] = second;
    p[i] = x - s.step_size * first / (sqrtf(second) * s.second_correction + s.epsilon);
  }
}

LADLE_KERNEL(
    void, ladle_rmsprop,
    (size_t n, float *restrict p, const float *restrict g, float *restrict v, float *restrict a, float *restrict b,
     const ladle_rmsprop_settings *settings),
    (n, p, g, v, a, b, settings)) {
  ladle_rmsprop_settings s = *settings;
  // Blocks, so that the options are looked at once for many scalars and the loops stay free of branches.
  enum { block = 512 };
  float direction[block];
  for (size_t start = 0; start < n; start += block) {
    size_t count = n - start < block ? n - start : block;
    float *bp = p + start, *bv = v + start;
    const float *bg = g + start;
    if (a) {
      float *ba = a + start;
      for (size_t i = 0; i < count; i++) {
        float d = bg[i] + s.decay * bp[i];
        float square = s.smoothing * bv[i] + s.fresh * (d * d);
        float mean = s.smoothing * ba[i] + s.fresh * d;
        float variance = square - mean * mean;
        bv[i] = square;
        ba[i] = mean;
        variance = variance < 0 ? 0 : variance;  // written so that a NaN stays a NaN
        direction[i] = d / (sqrtf(variance) + s.epsilon);
      }
    } else {
      for (size_t i = 0; i < count; i++) {
        float d = bg[i] + s.decay * bp[i];
        float square = s.smoothing * bv[i] + s.fresh * (d * d);
        bv[i] = square;
        direction[i] = d / (sqrtf(square) + s.epsilon);
      }
    }
    if (b) {
      float *bb = b + start;
      for (size_t i = 0; i < count; i++) {
        bb[i] = s.momentum * bb[i] + direction[i];
        bp[i] -= s.rate * bb[i];
      }
    } else {
      for (size_t i = 0; i < count; i++) bp[i] -= s.rate * direction[i];
    }
  }
}

LADLE_KERNEL(int, ladle_all_finite, (size_t n, const float *x), (n, x)) {
  enum { block = 4096 };
  for (size_t start = 0; start < n; start += block) {
    size_t count = n - start < block ? n - start : block;
    uint32_t found = 0;
    for (size_t i = 0; i < count; i++) {
      uint32_t bits;
      memcpy(&bits, x + start + i, sizeof bits);
      // An exponent of all ones, that is an infinity or a NaN, is the only one that carries into the sign bit.
      found |= (bits & 0x7f800000u) + 0x00800000u;
    }
    if (found & 0x80000000u) return 0;
  }
  return 1;
}

LADLE_KERNEL(double, ladle_sum_of_squares, (size_t n, const float *x), (n, x)) {
  enum { lanes = 16 };
  double sums[lanes] = {0};
  size_t i = 0;
  for (; i + lanes <= n; i += lanes) {
    for (int lane = 0; lane < lanes; lane++) sums[lane] += (double)x[i + lane] * (double)x[i + lane];
  }
  for (int lane = 0; i < n; i++, lane++) sums[lane] += (double)x[i] * (double)x[i];
  double total = 0;
  for (int lane = 0; lane < lanes; lane++) total += sums[lane];
  return total;
}

LADLE_KERNEL(void, ladle_scale_in_place, (size_t n, float *x, float factor), (n, x, factor)) {
  for (size_t i = 0; i < n; i++) x[i] *= factor;
}
