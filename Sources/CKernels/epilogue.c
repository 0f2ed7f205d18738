#include "ladle_epilogue.h"

#include "dispatch.h"
#include "vector_math.h"

LADLE_KERNEL(void, ladle_epilogue,
             (float *y, size_t rows, size_t C, const float *factor, const float *offset, float slope),
             (y, rows, C, factor, offset, slope)) {
  for (size_t row = 0; row < rows; row++, y += C) {
    if (factor) {
      LADLE_VECTORISE for (size_t c = 0; c < C; c++) y[c] = y[c] * factor[c];
    }
    LADLE_VECTORISE for (size_t c = 0; c < C; c++) {
      const float value = y[c] + offset[c];
      y[c] = value > 0.0f ? value : value * slope;
    }
  }
}

LADLE_KERNEL(void, ladle_epilogue_backward,
             (const float *y, const float *dy, size_t rows, size_t C, const float *factor, float slope, float *dx),
             (y, dy, rows, C, factor, slope, dx)) {
  for (size_t row = 0; row < rows; row++, y += C, dy += C, dx += C) {
    LADLE_VECTORISE for (size_t c = 0; c < C; c++) dx[c] = (y[c] > 0.0f ? dy[c] : dy[c] * slope) * factor[c];
  }
}
