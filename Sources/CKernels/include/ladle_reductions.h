// Reductions over rows or columns of a matrix, softmax and its relatives.
#ifndef LADLE_REDUCTIONS_H
#define LADLE_REDUCTIONS_H

#include <stddef.h>

typedef enum { LADLE_SUM, LADLE_MAXIMUM, LADLE_MINIMUM } ladle_reduction;

// The sum of n scalars: blocks in float, their sums in double.
double ladle_sum(const float *x, size_t n);

// y[r] = the reduction of x[r, 0..<columns]; rows are row_stride apart. columns >= 1.
void ladle_reduce_columns(ladle_reduction reduction, const float *x, size_t row_stride, float *y, size_t rows,
                          size_t columns);

// y[c] = the reduction of x[0..<rows, c]; rows are row_stride apart. rows >= 1.
void ladle_reduce_rows(ladle_reduction reduction, const float *x, size_t row_stride, float *y, size_t rows,
                       size_t columns);

// y[c] = the reduction of `count` partial results partials[0..<count, c]; sums in double, in order.
void ladle_combine(ladle_reduction reduction, const float *partials, float *y, size_t count, size_t columns);

// output[r] = the place of the first maximum of row r; a NaN counts as the maximum.
void ladle_argmax(const float *x, long *output, size_t rows, size_t columns);

// y[r, :] = exp(x[r, :]) / sum of exp(x[r, :]).
void ladle_softmax(const float *x, float *y, size_t rows, size_t columns);
// dx = y (dy - sum of dy y)
void ladle_softmax_backward(const float *y, const float *dy, float *dx, size_t rows, size_t columns);

// y[r, :] = x[r, :] - log of the sum of exp(x[r, :]).
void ladle_log_softmax(const float *x, float *y, size_t rows, size_t columns);
// dx = dy - exp(y) sum of dy
void ladle_log_softmax_backward(const float *y, const float *dy, float *dx, size_t rows, size_t columns);

// y[r] = log of the sum of exp(x[r, :]).
void ladle_log_sum_exp(const float *x, float *y, size_t rows, size_t columns);
// dx[r, :] = dy[r] exp(x[r, :] - y[r])
void ladle_log_sum_exp_backward(const float *x, const float *y, const float *dy, float *dx, size_t rows,
                                size_t columns);

#endif
