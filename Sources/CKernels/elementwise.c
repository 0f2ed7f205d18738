#include "ladle_elementwise.h"

#include "dispatch.h"
#include "vector_math.h"

// One loop for each pair of column strides, so that a broadcast operand stays in a register.
#define ROWS(expression)                                                                                        \
  for (size_t r = 0; r < rows; r++) {                                                                           \
    const float *ar = a + r * a_row_stride, *br = b + r * b_row_stride;                                         \
    float *yr = y + r * columns;                                                                                \
    if (a_column_stride && b_column_stride) {                                                                   \
      LADLE_VECTORISE for (size_t c = 0; c < columns; c++) { float s = ar[c], t = br[c]; yr[c] = (expression); }\
    } else if (a_column_stride) {                                                                               \
      float t = br[0];                                                                                          \
      LADLE_VECTORISE for (size_t c = 0; c < columns; c++) { float s = ar[c]; yr[c] = (expression); }           \
    } else if (b_column_stride) {                                                                               \
      float s = ar[0];                                                                                          \
      LADLE_VECTORISE for (size_t c = 0; c < columns; c++) { float t = br[c]; yr[c] = (expression); }           \
    } else {                                                                                                    \
      float s = ar[0], t = br[0];                                                                               \
      float value = (expression);                                                                               \
      LADLE_VECTORISE for (size_t c = 0; c < columns; c++) yr[c] = value;                                       \
    }                                                                                                           \
  }                                                                                                             \
  break;

LADLE_KERNEL(
    void, ladle_binary,
    (ladle_binary_function function, const float *a, size_t a_row_stride, size_t a_column_stride, const float *b,
     size_t b_row_stride, size_t b_column_stride, float *y, size_t rows, size_t columns),
    (function, a, a_row_stride, a_column_stride, b, b_row_stride, b_column_stride, y, rows, columns)) {
  switch (function) {
    case LADLE_ADD: ROWS(s + t)
    case LADLE_SUBTRACT: ROWS(s - t)
    case LADLE_MULTIPLY: ROWS(s * t)
    case LADLE_DIVIDE: ROWS(s / t)
    case LADLE_EQUAL: ROWS(s == t ? 1.0f : 0.0f)
  }
}

LADLE_KERNEL(void, ladle_scale, (float a, const float *x, float *y, size_t n), (a, x, y, n)) {
  LADLE_VECTORISE for (size_t i = 0; i < n; i++) y[i] = a * x[i];
}
