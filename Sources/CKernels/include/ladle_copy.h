// Copies that change the order of scalars.
#ifndef LADLE_COPY_H
#define LADLE_COPY_H

#include <stddef.h>

// y[r, c] = x[r, c]: x's steps are row_step and column_step, y's are y_row_step and 1. Tiled, so that neither side
// is read or written one scalar per cache line.
void ladle_copy_matrix(const float *x, size_t row_step, size_t column_step, float *y, size_t y_row_step, size_t rows,
                       size_t columns);

#endif
