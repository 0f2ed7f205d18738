#include "ladle_copy.h"

#include <string.h>

#include "dispatch.h"

enum { tile = 16 };

LADLE_KERNEL(
    void, ladle_copy_matrix,
    (const float *x, size_t row_step, size_t column_step, float *y, size_t y_row_step, size_t rows, size_t columns),
    (x, row_step, column_step, y, y_row_step, rows, columns)) {
  if (column_step == 1) {
    for (size_t r = 0; r < rows; r++) memcpy(y + r * y_row_step, x + r * row_step, columns * sizeof(float));
    return;
  }
  for (size_t c0 = 0; c0 < columns; c0 += tile) {
    size_t c1 = columns - c0 < tile ? columns : c0 + tile;
    for (size_t r0 = 0; r0 < rows; r0 += tile) {
      size_t r1 = rows - r0 < tile ? rows : r0 + tile;
      for (size_t r = r0; r < r1; r++) {
        for (size_t c = c0; c < c1; c++) y[r * y_row_step + c] = x[r * row_step + c * column_step];
      }
    }
  }
}
