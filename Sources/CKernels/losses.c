#include "ladle_losses.h"

#include "dispatch.h"
#include "row_reductions.h"

// Terms are written to a small array, then added: the loops that compute them stay elementwise, and the sums go
// through ladle_block_sum and double.
enum { block = 512 };

LADLE_KERNEL(
    double, ladle_cross_entropy,
    (const float *x, const long *labels, float scale, float *dx, size_t rows, size_t columns),
    (x, labels, scale, dx, rows, columns)) {
  double loss = 0.0;
  float shifts[ladle_row_block], sums[ladle_row_block];
  size_t at_once = ladle_rows_at_once(columns);
  for (size_t start = 0; start < rows; start += at_once) {
    size_t count = rows - start < at_once ? rows - start : at_once;
    const float *xs = x + start * columns;
    const long *places = labels + start;
    if (dx) {
      float *dxs = dx + start * columns;
      ladle_exponentials(xs, dxs, shifts, count, columns);
      for (size_t r = 0; r < count; r++) {
        float *dxr = dxs + r * columns;
        sums[r] = ladle_block_sum(dxr, columns);
        float factor = scale / sums[r];
        LADLE_VECTORISE for (size_t c = 0; c < columns; c++) dxr[c] *= factor;
        dxr[places[r]] -= scale;
      }
    } else {
      ladle_sums_of_exponentials(xs, shifts, sums, count, columns);
    }
    LADLE_VECTORISE for (size_t r = 0; r < count; r++) sums[r] = ladle_log(sums[r]);
    for (size_t r = 0; r < count; r++) {
      loss += (double)sums[r] + ((double)shifts[r] - (double)xs[r * columns + (size_t)places[r]]);
    }
  }
  return loss;
}

// The gradient and the losses from the same exponential.
LADLE_INLINE float logistic_term(float x, float t, float *gradient) {
  float e = ladle_exp_nonpositive(-fabsf(x));
  *gradient = (x < 0.0f ? e : 1.0f) / (1.0f + e) - t;
  return ((x > 0.0f ? x : 0.0f) - x * t) + ladle_log1p_unit(e);
}

LADLE_KERNEL(
    double, ladle_binary_cross_entropy,
    (const float *x, const float *target, float constant, float scale, float *dx, float *dtarget, size_t n),
    (x, target, constant, scale, dx, dtarget, n)) {
  double loss = 0.0;
  float terms[block], gradients[block];
  for (size_t start = 0; start < n; start += block) {
    size_t count = n - start < block ? n - start : block;
    const float *xs = x + start;
    if (target) {
      const float *ts = target + start;
      LADLE_VECTORISE for (size_t i = 0; i < count; i++) terms[i] = logistic_term(xs[i], ts[i], gradients + i);
    } else {
      LADLE_VECTORISE for (size_t i = 0; i < count; i++) terms[i] = logistic_term(xs[i], constant, gradients + i);
    }
    loss += (double)ladle_block_sum(terms, count);
    if (dx) {
      LADLE_VECTORISE for (size_t i = 0; i < count; i++) dx[start + i] = scale * gradients[i];
    }
    if (dtarget) {
      LADLE_VECTORISE for (size_t i = 0; i < count; i++) dtarget[start + i] = -scale * xs[i];
    }
  }
  return loss;
}

LADLE_KERNEL(
    double, ladle_squared_error,
    (const float *a, const float *b, float scale, float *da, size_t n),
    (a, b, scale, da, n)) {
  double loss = 0.0;
  float terms[block], twice = 2.0f * scale;
  for (size_t start = 0; start < n; start += block) {
    size_t count = n - start < block ? n - start : block;
    const float *as = a + start, *bs = b + start;
    LADLE_VECTORISE for (size_t i = 0; i < count; i++) terms[i] = as[i] - bs[i];
    if (da) {
      LADLE_VECTORISE for (size_t i = 0; i < count; i++) da[start + i] = twice * terms[i];
    }
    LADLE_VECTORISE for (size_t i = 0; i < count; i++) terms[i] *= terms[i];
    loss += (double)ladle_block_sum(terms, count);
  }
  return loss;
}

LADLE_KERNEL(
    double, ladle_absolute_error,
    (const float *a, const float *b, float scale, float *da, size_t n),
    (a, b, scale, da, n)) {
  double loss = 0.0;
  float terms[block];
  for (size_t start = 0; start < n; start += block) {
    size_t count = n - start < block ? n - start : block;
    const float *as = a + start, *bs = b + start;
    LADLE_VECTORISE for (size_t i = 0; i < count; i++) terms[i] = as[i] - bs[i];
    if (da) {
      LADLE_VECTORISE for (size_t i = 0; i < count; i++) {
        float difference = terms[i];
        // 0 for 0, and NaN for NaN.
        da[start + i] = difference > 0.0f ? scale : difference < 0.0f ? -scale : difference;
      }
    }
    LADLE_VECTORISE for (size_t i = 0; i < count; i++) terms[i] = fabsf(terms[i]);
    loss += (double)ladle_block_sum(terms, count);
  }
  return loss;
}
