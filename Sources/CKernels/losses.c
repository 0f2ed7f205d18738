#include "ladle_losses.h"

#include "ladle_runtime.h"
#include "row_reductions.h"

// Terms are written to a small array, then added: the loops that compute them stay elementwise, hence exact in
// order, and the sums go through ladle_block_sum and double.
enum { block = 512 };

LADLE_CLONES
double ladle_cross_entropy(const float *x, const long *labels, float scale, float *dx, size_t rows, size_t columns) {
  double loss = 0.0;
  for (size_t r = 0; r < rows; r++) {
    const float *xr = x + r * columns;
    float shift = ladle_row_maximum(xr, columns);
    float total;
    if (dx) {
      float *dxr = dx + r * columns;
      LADLE_VECTORISE for (size_t c = 0; c < columns; c++) dxr[c] = ladle_exp(xr[c] - shift);
      total = ladle_block_sum(dxr, columns);
      float factor = scale / total;
      LADLE_VECTORISE for (size_t c = 0; c < columns; c++) dxr[c] *= factor;
      dxr[labels[r]] -= scale;
    } else {
      double sum = 0.0;
      float terms[block];
      for (size_t start = 0; start < columns; start += block) {
        size_t count = columns - start < block ? columns - start : block;
        LADLE_VECTORISE for (size_t c = 0; c < count; c++) terms[c] = ladle_exp(xr[start + c] - shift);
        sum += (double)ladle_block_sum(terms, count);
      }
      total = (float)sum;
    }
    loss += (double)ladle_log(total) + ((double)shift - (double)xr[labels[r]]);
  }
  return loss;
}

// The gradient and the losses from the same exponential.
LADLE_INLINE float logistic_term(float x, float t, float *gradient) {
  float e = ladle_exp_nonpositive(-fabsf(x));
  *gradient = (x < 0.0f ? e : 1.0f) / (1.0f + e) - t;
  return ((x > 0.0f ? x : 0.0f) - x * t) + ladle_log1p_unit(e);
}

LADLE_CLONES
double ladle_binary_cross_entropy(const float *x, const float *target, float constant, float scale, float *dx,
                                  float *dtarget, size_t n) {
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

LADLE_CLONES
double ladle_squared_error(const float *a, const float *b, float scale, float *da, size_t n) {
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

LADLE_CLONES
double ladle_absolute_error(const float *a, const float *b, float scale, float *da, size_t n) {
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
