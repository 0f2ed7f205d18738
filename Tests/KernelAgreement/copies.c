#include "agreement.h"
#include "ladle_copy.h"
#include "ladle_reductions.h"

void check_copies(void) {
  family("copies and extrema");
  enum { rows = 37, columns = 57, wide = 64 };
  float *x = normal(rows * columns, 1), *y = zeros(columns * wide);
  double *expected = double_zeros(columns * wide);
  ladle_copy_matrix(x, 1, columns, y, wide, columns, rows);
  for (int c = 0; c < columns; c++)
    for (int r = 0; r < rows; r++) expected[c * wide + r] = (double)x[r * columns + c];
  result(same_bits(), "transposed", y, columns * wide);
  confirm(same_bits(), "transposed", y, expected, columns * wide);
  ladle_copy_matrix(x, columns, 1, y, wide, rows, columns);
  result(same_bits(), "wider rows", y, rows * wide);

  // Nearly equal numbers, NaN and infinities, in lengths around a vector.
  static const size_t widths[] = {1, 5, 8, 19, 57};
  float *special = normal_after_extremes(rows * columns, 1), *found = zeros(rows * columns);
  long places[rows * columns];
  for (int k = 0; k < 5; k++) {
    const size_t width = widths[k], high = rows * columns / width;
    for (int reduction = LADLE_MAXIMUM; reduction <= LADLE_MINIMUM; reduction++) {
      ladle_reduce_columns((ladle_reduction)reduction, x, width, found, high, width);
      result(same_bits(), "extrema of rows", found, high);
      ladle_reduce_rows((ladle_reduction)reduction, x, width, found, high, width);
      result(same_bits(), "extrema of columns", found, width);
      ladle_reduce_columns((ladle_reduction)reduction, special + 2, width, found, high, width);
      result(same_bits(), "special extrema", found, high);
      ladle_combine((ladle_reduction)reduction, x, found, high, width);
      result(same_bits(), "combined extrema", found, width);
    }
    ladle_argmax(special, places, high, width);
    for (size_t r = 0; r < high; r++) {
      size_t best = 0;
      for (size_t c = 1; c < width; c++) {
        const float here = special[r * width + c], most = special[r * width + best];
        if (most == most && (here > most || here != here)) best = c;
      }
      found[r] = (float)places[r];
      expected[r] = (double)best;
    }
    confirm(same_bits(), "places of maxima", found, expected, high);
    result(same_bits(), "places of maxima", found, high);
  }
}
