// Support vector machines: the loops that take the time. See ladle_svm.h for the letters.
//
// Reductions run in explicit vector lanes: a compiler may not reorder a floating-point reduction, and without the
// lanes each of these loops would run one scalar at a time.

#include "ladle_svm.h"

#include <math.h>
#include <string.h>

#include "dispatch.h"

typedef float v8f __attribute__((ext_vector_type(8), aligned(4)));
typedef double v8d __attribute__((ext_vector_type(8), aligned(8)));

enum { block = 256 };

// ---- Sequential minimal optimisation -----------------------------------------------------------------------

LADLE_KERNEL(
    ladle_svm_extremes, ladle_svm_update,
    (size_t n, double step, const float *row_i, const float *row_j, double *v, const float *up, const float *low),
    (n, step, row_i, row_j, v, up, low)) {
  ladle_svm_extremes found = {-INFINITY, INFINITY, -1};
  size_t found_block = 0;
  for (size_t first = 0; first < n; first += block) {
    size_t end = first + block < n ? first + block : n;
    size_t t = first;
    v8d most = -INFINITY, least = INFINITY;
    for (; t + 8 <= end; t += 8) {
      v8d value = *(const v8d *)(v + t);
      if (row_i) {
        v8f difference = *(const v8f *)(row_i + t) - *(const v8f *)(row_j + t);
        value -= step * __builtin_convertvector(difference, v8d);
        *(v8d *)(v + t) = value;
      }
      v8d above = value + __builtin_convertvector(*(const v8f *)(up + t), v8d);
      v8d below = value + __builtin_convertvector(*(const v8f *)(low + t), v8d);
      most = above > most ? above : most;
      least = below < least ? below : least;
    }
    double highest = -INFINITY, lowest = INFINITY;
    for (int k = 0; k < 8; k++) {
      highest = most[k] > highest ? most[k] : highest;
      lowest = least[k] < lowest ? least[k] : lowest;
    }
    for (; t < end; t++) {
      if (row_i) v[t] -= step * (double)(row_i[t] - row_j[t]);
      double above = v[t] + (double)up[t], below = v[t] + (double)low[t];
      highest = above > highest ? above : highest;
      lowest = below < lowest ? below : lowest;
    }
    if (lowest < found.lowest) found.lowest = lowest;
    if (highest > found.highest) {
      found.highest = highest;
      found.first = 0;
      found_block = first;
    }
  }
  if (found.first < 0) return found;
  size_t t = found_block;
  while (v[t] + (double)up[t] != found.highest) t++;
  found.first = (int64_t)t;
  return found;
}

LADLE_KERNEL(
    int64_t, ladle_svm_second,
    (size_t n, double v_i, float diagonal_i, const float *row_i, const float *diagonal, const double *v,
     const float *low),
    (n, v_i, diagonal_i, row_i, diagonal, v, low)) {
  const float smallest = 1e-12f;
  float gains[block];
  float best = 0;
  int64_t found = -1;
  for (size_t first = 0; first < n; first += block) {
    size_t count = first + block < n ? block : n - first;
    const float *row = row_i + first, *own = diagonal + first, *mask = low + first;
    const double *violation = v + first;
    v8f most = 0;
    size_t t = 0;
    for (; t + 8 <= count; t += 8) {
      v8f gap = __builtin_convertvector(v_i - *(const v8d *)(violation + t), v8f) - *(const v8f *)(mask + t);
      v8f curvature = diagonal_i + *(const v8f *)(own + t) - 2 * *(const v8f *)(row + t);
      gap = gap > 0 ? gap : 0;
      curvature = curvature > smallest ? curvature : smallest;
      v8f gain = gap * gap / curvature;
      *(v8f *)(gains + t) = gain;
      most = gain > most ? gain : most;
    }
    float highest = 0;
    for (int k = 0; k < 8; k++) highest = most[k] > highest ? most[k] : highest;
    for (; t < count; t++) {
      float gap = (float)(v_i - violation[t]) - mask[t];
      float curvature = diagonal_i + own[t] - 2 * row[t];
      gap = gap > 0 ? gap : 0;
      curvature = curvature > smallest ? curvature : smallest;
      gains[t] = gap * gap / curvature;
      highest = gains[t] > highest ? gains[t] : highest;
    }
    if (highest > best) {
      best = highest;
      size_t s = 0;
      while (gains[s] != highest) s++;
      found = (int64_t)(first + s);
    }
  }
  return found;
}

LADLE_KERNEL(void, ladle_svm_subtract, (size_t n, double scale, const float *row, double *v), (n, scale, row, v)) {
  for (size_t t = 0; t < n; t++) v[t] -= scale * (double)row[t];
}

LADLE_KERNEL(void, ladle_svm_moments, (size_t n, const float *x, double *sum, double *squares), (n, x, sum, squares)) {
  v8d sums = 0, products = 0;
  size_t t = 0;
  for (; t + 8 <= n; t += 8) {
    v8d value = __builtin_convertvector(*(const v8f *)(x + t), v8d);
    sums += value;
    products += value * value;
  }
  double first = 0, second = 0;
  for (int k = 0; k < 8; k++) {
    first += sums[k];
    second += products[k];
  }
  for (; t < n; t++) {
    first += (double)x[t];
    second += (double)x[t] * (double)x[t];
  }
  *sum = first;
  *squares = second;
}

LADLE_KERNEL(void, ladle_svm_mark, (size_t n, const float *row, uint32_t *used), (n, row, used)) {
  for (size_t c = 0; c < n; c++) used[c] |= (uint32_t)(row[c] != 0);
}

LADLE_KERNEL(
    void, ladle_svm_shift,
    (size_t n, const float *row, const float *centre, float *output),
    (n, row, centre, output)) {
  for (size_t c = 0; c < n; c++) output[c] = row[c] - centre[c];
}

LADLE_KERNEL(void, ladle_svm_total, (size_t n, const float *row, double *sums), (n, row, sums)) {
  for (size_t c = 0; c < n; c++) sums[c] += (double)row[c];
}

LADLE_KERNEL(bool, ladle_svm_finite, (size_t n, const float *x), (n, x)) {
  uint32_t found = 0;
  for (size_t t = 0; t < n; t++) {
    uint32_t bits;
    memcpy(&bits, x + t, 4);
    // An exponent of ones: infinite or not a number.
    found |= (uint32_t)((bits & 0x7f800000u) == 0x7f800000u);
  }
  return !found;
}

// ---- Kernel rows -------------------------------------------------------------------------------------------

// e^x for x in [-87, 88]: 2^k e^r with |r| <= ln 2 / 2 and a polynomial of degree six; within 2 units in the last place.
LADLE_INLINE float exponential(float x) {
  x = x < -87.0f ? -87.0f : x;
  x = x > 88.0f ? 88.0f : x;
  float shifted = x * 1.44269504f + 12582912.0f;  // 1.5 * 2^23: the sum's low bits are the rounded integer
  int32_t bits;
  memcpy(&bits, &shifted, 4);
  float k = shifted - 12582912.0f;
  float r = (x - k * 0.693359375f) + k * 2.12194440e-4f;
  float p = 1.3888889e-3f;
  p = p * r + 8.3333333e-3f;
  p = p * r + 4.1666667e-2f;
  p = p * r + 1.6666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  int32_t scale_bits = (bits - 0x4B400000 + 127) << 23;
  float scale;
  memcpy(&scale, &scale_bits, 4);
  return p * scale;
}

LADLE_KERNEL(
    void, ladle_svm_rbf,
    (size_t n, float gamma, float norm, const float *norms, const float *dots, float *output),
    (n, gamma, norm, norms, dots, output)) {
  for (size_t t = 0; t < n; t++) {
    float distance = norm + norms[t] - 2 * dots[t];
    distance = distance > 0 ? distance : 0;
    output[t] = exponential(-gamma * distance);
  }
}

LADLE_KERNEL(
    void, ladle_svm_polynomial,
    (size_t n, float gamma, float constant, int degree, const float *dots, float *output),
    (n, gamma, constant, degree, dots, output)) {
  for (size_t first = 0; first < n; first += block) {
    size_t count = first + block < n ? block : n - first;
    float base[block], power[block];
    for (size_t t = 0; t < count; t++) base[t] = gamma * dots[first + t] + constant;
    for (size_t t = 0; t < count; t++) power[t] = 1;
    for (int left = degree; left > 0; left >>= 1) {
      if (left & 1)
        for (size_t t = 0; t < count; t++) power[t] *= base[t];
      for (size_t t = 0; t < count; t++) base[t] *= base[t];
    }
    memcpy(output + first, power, count * sizeof(float));
  }
}

LADLE_KERNEL(
    void, ladle_svm_sigmoid,
    (size_t n, float gamma, float constant, const float *dots, float *output),
    (n, gamma, constant, dots, output)) {
  for (size_t t = 0; t < n; t++) {
    float x = gamma * dots[t] + constant;
    float magnitude = x < 0 ? -x : x;
    float decay = exponential(-2 * magnitude);
    float y = (1 - decay) / (1 + decay);
    output[t] = x < 0 ? -y : y;
  }
}

LADLE_KERNEL(
    void, ladle_svm_gather,
    (size_t n, const float *row, const int32_t *columns, float *output),
    (n, row, columns, output)) {
  for (size_t t = 0; t < n; t++) output[t] = row[columns[t]];
}

LADLE_KERNEL(
    void, ladle_svm_sparse_products,
    (size_t n, const int32_t *rows, const uint32_t *start, const uint32_t *column, const float *value,
     const float *transposed, float *output, size_t stride),
    (n, rows, start, column, value, transposed, output, stride)) {
  enum { tile = 32 };
  float products[tile][ladle_svm_batch];
  for (size_t first = 0; first < n; first += tile) {
    size_t count = first + tile < n ? tile : n - first;
    for (size_t t = 0; t < count; t++) {
      size_t row = rows ? (size_t)rows[first + t] : first + t;
      // Two pairs of sums, so that each multiply-add does not wait for the one before it.
      v8f a = 0, b = 0, c = 0, d = 0;
      uint32_t k = start[row], end = start[row + 1];
      for (; k + 2 <= end; k += 2) {
        const float *p = transposed + (size_t)column[k] * ladle_svm_batch;
        const float *q = transposed + (size_t)column[k + 1] * ladle_svm_batch;
        a += value[k] * *(const v8f *)p;
        b += value[k] * *(const v8f *)(p + 8);
        c += value[k + 1] * *(const v8f *)q;
        d += value[k + 1] * *(const v8f *)(q + 8);
      }
      if (k < end) {
        const float *p = transposed + (size_t)column[k] * ladle_svm_batch;
        a += value[k] * *(const v8f *)p;
        b += value[k] * *(const v8f *)(p + 8);
      }
      *(v8f *)products[t] = a + c;
      *(v8f *)(products[t] + 8) = b + d;
    }
    for (size_t k = 0; k < ladle_svm_batch; k++)
      for (size_t t = 0; t < count; t++) output[k * stride + first + t] = products[t][k];
  }
}

LADLE_KERNEL(size_t, ladle_svm_nonzeros, (size_t n, const float *row), (n, row)) {
  uint32_t found = 0;
  for (size_t c = 0; c < n; c++) found += row[c] != 0;
  return found;
}

void ladle_svm_compress(size_t count, const float *row, uint32_t *column, float *value) {
  // Without a branch: every entry is written, and overwritten by the next if it was zero.
  for (size_t c = 0, found = 0; found < count; c++) {
    column[found] = (uint32_t)c;
    value[found] = row[c];
    found += row[c] != 0;
  }
}

// ---- Dual coordinate descent -------------------------------------------------------------------------------

LADLE_INLINE int any_nonzero(size_t count, const float *x) {
  int any = 0;
  if (count == 8) {
    for (int k = 0; k < 8; k++) any |= x[k] != 0;
  } else {
    for (size_t k = 0; k < count; k++) any |= x[k] != 0;
  }
  return any;
}

LADLE_KERNEL(size_t, ladle_svm_count_blocks, (size_t n, const float *row), (n, row)) {
  size_t found = 0;
  for (size_t c = 0; c < n; c += 8) found += (size_t)any_nonzero(c + 8 <= n ? 8 : n - c, row + c);
  return found;
}

LADLE_KERNEL(
    void, ladle_svm_compress_blocks,
    (size_t count, size_t n, const float *row, uint32_t *index, float *value),
    (count, n, row, index, value)) {
  for (size_t c = 0, found = 0; found < count; c += 8) {
    size_t width = c + 8 <= n ? 8 : n - c;
    if (!any_nonzero(width, row + c)) continue;
    index[found] = (uint32_t)(c / 8);
    memset(value + 8 * found, 0, 8 * sizeof(float));
    memcpy(value + 8 * found, row + c, width * sizeof(float));
    found++;
  }
}

// One compressed row.
typedef struct {
  const uint32_t *index;
  const float *value;
  size_t count;
} blocks;

LADLE_INLINE float dot(blocks x, const float *w) {
  v8f a = 0, b = 0, c = 0, d = 0;
  size_t k = 0;
  for (; k + 4 <= x.count; k += 4) {
    const float *value = x.value + 8 * k;
    a += *(const v8f *)value * *(const v8f *)(w + 8 * (size_t)x.index[k]);
    b += *(const v8f *)(value + 8) * *(const v8f *)(w + 8 * (size_t)x.index[k + 1]);
    c += *(const v8f *)(value + 16) * *(const v8f *)(w + 8 * (size_t)x.index[k + 2]);
    d += *(const v8f *)(value + 24) * *(const v8f *)(w + 8 * (size_t)x.index[k + 3]);
  }
  for (; k < x.count; k++) a += *(const v8f *)(x.value + 8 * k) * *(const v8f *)(w + 8 * (size_t)x.index[k]);
  v8f sum = (a + b) + (c + d);
  return ((sum[0] + sum[4]) + (sum[1] + sum[5])) + ((sum[2] + sum[6]) + (sum[3] + sum[7]));
}

LADLE_INLINE void add(blocks x, float scale, float *w) {
  for (size_t k = 0; k < x.count; k++)
    *(v8f *)(w + 8 * (size_t)x.index[k]) += scale * *(const v8f *)(x.value + 8 * k);
}

LADLE_KERNEL(
    ladle_svm_pass, ladle_svm_descend,
    (const uint32_t *start, const uint32_t *index, const float *value, const float *sign, const double *upper,
     const double *ridge, const double *diagonal, double bias_scale, double *alpha, float *w, double *bias_weight,
     int32_t *order, int64_t active, const uint32_t *random, double shrink_above, double shrink_below),
    (start, index, value, sign, upper, ridge, diagonal, bias_scale, alpha, w, bias_weight, order, active, random,
     shrink_above, shrink_below)) {
  ladle_svm_pass pass = {-INFINITY, INFINITY, active};
  for (int64_t i = active - 1; i > 0; i--) {
    int64_t j = (int64_t)(((uint64_t)random[i] * (uint64_t)(i + 1)) >> 32);
    int32_t other = order[j];
    order[j] = order[i];
    order[i] = other;
  }
  for (int64_t s = 0; s < pass.active; s++) {
    int32_t t = order[s];
    if (s + 2 < pass.active) {
      // The order is random: the processor cannot guess which row comes next.
      const float *next = value + 8 * (size_t)start[order[s + 2]];
      for (int line = 0; line < 8; line++) __builtin_prefetch(next + 16 * line);
    }
    blocks row = {index + start[t], value + 8 * (size_t)start[t], start[t + 1] - start[t]};
    double y = (double)sign[t], before = alpha[t];
    double decision = (double)dot(row, w) + *bias_weight * bias_scale;
    double gradient = y * decision - 1 + before * ridge[t];
    double projected = gradient;
    int beyond = 0;
    if (before <= 0) {
      beyond = gradient > shrink_above;
      projected = gradient < 0 ? gradient : 0;
    } else if (before >= upper[t]) {
      beyond = gradient < shrink_below;
      projected = gradient > 0 ? gradient : 0;
    }
    if (beyond) {
      order[s--] = order[--pass.active];
      order[pass.active] = t;
      continue;
    }
    pass.highest = projected > pass.highest ? projected : pass.highest;
    pass.lowest = projected < pass.lowest ? projected : pass.lowest;
    if (projected > 1e-12 || projected < -1e-12) {
      double after = before - gradient / diagonal[t];
      after = after > 0 ? after : 0;
      after = after < upper[t] ? after : upper[t];
      double step = (after - before) * y;
      alpha[t] = after;
      add(row, (float)step, w);
      *bias_weight += step * bias_scale;
    }
  }
  return pass;
}
