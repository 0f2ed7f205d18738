// Products of row-major matrices by a packed micro-kernel, for the sizes at which a BLAS spends its time on the way.
#ifndef LADLE_MATRIX_H
#define LADLE_MATRIX_H

// Scalars of scratch that a product with so many columns needs.
long ladle_matrix_scratch(long columns);

// C [rows, columns] = or += op(A) op(B), op the transpose where asked; the strides are between rows as stored. Every
// element is summed in one order whatever the number of rows and columns, so its bits do not depend on them. `scratch`
// is 64-byte aligned.
void ladle_matrix_product(int transpose_a, int transpose_b, long rows, long columns, long inner, const float *a,
                          long a_stride, const float *b, long b_stride, float *c, long c_stride, int accumulate,
                          float *scratch);

#endif
