// The hot loops of support vector machines: working-set selection, gradient updates, kernel rows, coordinate descent.
#ifndef LADLE_SVM_H
#define LADLE_SVM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Letters, used throughout this file:
//   n   active samples        K_i K_j  rows i and j of the kernel matrix over the active samples
//   v   y - K b, the violation of each sample (b: the signed dual variables); double, the rest float
//   up  0 where b may grow, -infinity elsewhere        low  0 where b may shrink, +infinity elsewhere

// ---- Sequential minimal optimisation -----------------------------------------------------------------------

typedef struct {
  double highest;  // the largest v where b may grow; -infinity when there is none
  double lowest;   // the smallest v where b may shrink; +infinity when there is none
  int64_t first;   // where `highest` is first met; -1 when there is none
} ladle_svm_extremes;

// v <- v - step (K_i - K_j), and the extremes of the result, in one pass. K_i may be NULL: no update.
ladle_svm_extremes ladle_svm_update(
    size_t n, double step, const float *row_i, const float *row_j, double *v, const float *up, const float *low);

// The second index by second-order information (Fan, Chen and Lin 2005, WSS 2): the sample that may shrink, with
// v < v_i, of the largest (v_i - v)^2 / (K_ii + K_tt - 2 K_it); -1 when there is none.
int64_t ladle_svm_second(
    size_t n, double v_i, float diagonal_i, const float *row_i, const float *diagonal, const double *v,
    const float *low);

// v <- v - scale K_s: one sample's share in every violation.
void ladle_svm_subtract(size_t n, double scale, const float *row, double *v);

// Whether every scalar is finite.
bool ladle_svm_finite(size_t n, const float *x);
// The sum of the scalars and of their squares, in double.
void ladle_svm_moments(size_t n, const float *x, double *sum, double *squares);
// used[c] is set where row[c] is not zero, and else left alone.
void ladle_svm_mark(size_t n, const float *row, uint32_t *used);
// output = row - centre.
void ladle_svm_shift(size_t n, const float *row, const float *centre, float *output);
// sums += row.
void ladle_svm_total(size_t n, const float *row, double *sums);

// ---- Kernel rows -------------------------------------------------------------------------------------------

// output[t] = exp(-gamma max(0, norm + norms[t] - 2 dots[t])). In place is allowed.
void ladle_svm_rbf(size_t n, float gamma, float norm, const float *norms, const float *dots, float *output);
// output[t] = (gamma dots[t] + constant)^degree.
void ladle_svm_polynomial(size_t n, float gamma, float constant, int degree, const float *dots, float *output);
// output[t] = tanh(gamma dots[t] + constant).
void ladle_svm_sigmoid(size_t n, float gamma, float constant, const float *dots, float *output);
// output[t] = row[columns[t]].
void ladle_svm_gather(size_t n, const float *row, const int32_t *columns, float *output);

// Samples whose products are formed together.
enum { ladle_svm_batch = 16 };

// output[b * stride + t] = x_t . z_b for t in 0..<n and the 16 vectors z, given transposed as [dimension, 16]. Rows x
// are compressed: the non-zeros of row r are entries start[r]..<start[r + 1] of column and value; x_t is row rows[t],
// or row t when `rows` is NULL.
void ladle_svm_sparse_products(
    size_t n, const int32_t *rows, const uint32_t *start, const uint32_t *column, const float *value,
    const float *transposed, float *output, size_t stride);

// How many entries of one row are not zero.
size_t ladle_svm_nonzeros(size_t n, const float *row);
// Those entries, `count` of them.
void ladle_svm_compress(size_t count, const float *row, uint32_t *column, float *value);

// ---- Dual coordinate descent -------------------------------------------------------------------------------

// Rows compressed to the blocks of eight columns that have a non-zero: block k of row r, for k in
// start[r]..<start[r + 1], holds columns 8 index[k] ..< 8 index[k] + 8, scalars value[8 k] onwards.

// How many blocks of one row of n columns have a non-zero.
size_t ladle_svm_count_blocks(size_t n, const float *row);
// Those blocks, `count` of them.
void ladle_svm_compress_blocks(size_t count, size_t n, const float *row, uint32_t *index, float *value);

typedef struct {
  double highest, lowest;  // the extremes of the projected gradient over the pass
  int64_t active;          // samples left active: the first ones of the order
} ladle_svm_pass;

// One pass over the first `active` samples of `order` in random order (one word of `random` each). A sample at a bound
// whose gradient lies beyond `shrink_above` or `shrink_below` is moved behind the active ones. For each sample:
//   sign      y                              upper     the largest alpha (infinity for the squared hinge)
//   ridge     1 / (2 C) for the squared hinge, else 0  diagonal  x . x + bias_scale^2 + ridge
// and w = sum of alpha y x, *bias_weight = sum of alpha y bias_scale, the weight of a constant feature bias_scale.
ladle_svm_pass ladle_svm_descend(
    const uint32_t *start, const uint32_t *index, const float *value, const float *sign, const double *upper,
    const double *ridge, const double *diagonal, double bias_scale, double *alpha, float *w, double *bias_weight,
    int32_t *order, int64_t active, const uint32_t *random, double shrink_above, double shrink_below);

#endif
