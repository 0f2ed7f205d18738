// Weights to frequencies and their gradients back: the filter side of Winograd's method.

#include "ladle_winograd.h"
#include "lines.h"
#include "winograd_transforms.h"

// Rows of a weight are hundreds of lines apart, and of each a few lines are taken, which is nothing that hardware
// foresees: they are asked for this many rows before their turn, into the second cache, since in the first they would all
// share a few places.
enum { rows_ahead = 8 };

// Row `row` of C, phase by phase: which channel it is, and of which phase. Rows that pad a block have none.
typedef struct { long channel, phase_y, phase_x; int exists; } weight_row;

LADLE_INLINE weight_row row_of(ladle_winograd s, long row) {
  const long padded = (s.channels + ladle_lanes - 1) / ladle_lanes * ladle_lanes, phase = row / padded;
  return (weight_row){row % padded, phase / s.stride, phase % s.stride, row % padded < s.channels};
}

// Where the outputs lie of the tap of phase row i and column j and one channel of the large image.
LADLE_INLINE long tap_place(ladle_winograd s, weight_row at, long i, long j) {
  const long ky = i * s.stride + at.phase_y, kx = j * s.stride + at.phase_x;
  return ((ky * s.kernel_width + kx) * s.channels + at.channel) * s.out_channels;
}

// 16 of them, zero beyond the kernel.
LADLE_INLINE ladle_line tap_line(const float *w, ladle_winograd s, weight_row at, long i, long j, long lanes) {
  const long ky = i * s.stride + at.phase_y, kx = j * s.stride + at.phase_x;
  if (!at.exists || ky >= s.kernel_height || kx >= s.kernel_width) return (ladle_line)0.0f;
  return ladle_load(w + tap_place(s, at, i, j), lanes);
}

// The frequencies of r x r taps, `pitch` lines apart, stored `frequency` scalars apart, as far as the phase has them.
LADLE_INLINE void store_frequencies(const int m, const int r, const int n, ladle_winograd s, weight_row at,
                                    const ladle_line *taps,
                                    const int pitch, float *to, long frequency) {
  ladle_line half[most][most];
  LADLE_UNROLL for (int j = 0; j < r; j++) {
    ladle_line column[most], mixed[most];
    LADLE_UNROLL for (int i = 0; i < r; i++) column[i] = taps[(i * r + j) * pitch];
    ladle_taps_to_frequencies(m, r, n, column, mixed);
    LADLE_UNROLL for (int i = 0; i < n; i++) half[i][j] = mixed[i];
  }
  const int lacks_row = LACKS_LAST(s, s.kernel_height, at.phase_y);
  const int lacks_column = LACKS_LAST(s, s.kernel_width, at.phase_x);
  LADLE_UNROLL for (int i = 0; i < n; i++) {
    if (i < n - 1 || !lacks_row) {
      ladle_line mixed[most];
      ladle_taps_to_frequencies(m, r, n, half[i], mixed);
      LADLE_UNROLL for (int j = 0; j < n - 1; j++) *(ladle_line *)(to + (i * n + j) * frequency) = mixed[j];
      if (!lacks_column) *(ladle_line *)(to + (i * n + n - 1) * frequency) = mixed[n - 1];
    }
  }
}

LADLE_INLINE void weight_rows(const int m, const int r, const int n, const float *w, ladle_winograd s, long first,
                              long count,
                              long first_line, long lines, float *u, long frequency, long line_pitch) {
  const long K = s.out_channels;
  for (long row = 0; row < count; row++) {
    const weight_row at = row_of(s, first + row);
    for (long line = 0; line < lines; line++) {
      const long k = (first_line + line) * ladle_lanes, lanes = K - k < ladle_lanes ? K - k : ladle_lanes;
      ladle_line taps[most * most];
      LADLE_UNROLL for (int i = 0; i < r; i++) {
        LADLE_UNROLL for (int j = 0; j < r; j++) {
          taps[i * r + j] = tap_line(w + k, s, at, i, j, lanes);
          __builtin_prefetch(w + k + tap_place(s, at, i, j) + rows_ahead * K, 0, 2);
        }
      }
      store_frequencies(m, r, n, s, at, taps, 1, u + line * line_pitch + row * ladle_lanes, frequency);
    }
  }
}

// The taps are transposed, not the frequencies, of which there are up to six times as many.
LADLE_INLINE void transposed_blocks(const int m, const int r, const int n, const float *w, ladle_winograd s, long first,
                                    long count, long first_line, long lines, float *ut, long frequency, long pitch) {
  const long K = s.out_channels;
  ladle_line taps[most * most][ladle_lanes];
  for (long block = 0; block < count; block++) {
    for (long line = 0; line < lines; line++) {
      const long k = (first_line + line) * ladle_lanes, lanes = K - k < ladle_lanes ? K - k : ladle_lanes;
      for (int i = 0; i < r; i++) {
        for (int j = 0; j < r; j++) {
          for (long c = 0; c < ladle_lanes; c++) {
            const weight_row at = row_of(s, (first + block) * ladle_lanes + c);
            taps[i * r + j][c] = tap_line(w + k, s, at, i, j, lanes);
            // A line from each of a hundred rows, and then the next of each: more streams than hardware follows.
            __builtin_prefetch(w + k + 2 * ladle_lanes + tap_place(s, at, i, j), 0, 2);
          }
          ladle_transpose_lines(taps[i * r + j]);
        }
      }
      const weight_row at = row_of(s, (first + block) * ladle_lanes);
      float *to = ut + block * pitch + line * ladle_lanes * ladle_lanes;
      for (int row = 0; row < ladle_lanes; row++)
        store_frequencies(m, r, n, s, at, taps[0] + row, ladle_lanes, to + row * ladle_lanes, frequency);
    }
  }
}

LADLE_INLINE void gradient_rows(const int m, const int r, const int n, const float *u, long frequency, long line_pitch,
                                ladle_winograd s, long first, long count, long first_line, long lines, float *dw) {
  const long K = s.out_channels, tap = s.channels * K;
  for (long row = 0; row < count; row++) {
    const weight_row at = row_of(s, first + row);
    if (!at.exists) continue;
    const int lacks_row = LACKS_LAST(s, s.kernel_height, at.phase_y);
    const int lacks_column = LACKS_LAST(s, s.kernel_width, at.phase_x);
    for (long line = 0; line < lines; line++) {
      const long k = (first_line + line) * ladle_lanes, lanes = K - k < ladle_lanes ? K - k : ladle_lanes;
      const float *from = u + line * line_pitch + row * ladle_lanes;
      ladle_line half[most][most];
      LADLE_UNROLL for (int j = 0; j < n; j++) {
        ladle_line values[most], mixed[most];
        LADLE_UNROLL for (int i = 0; i < n; i++) {
          const int stored = (i < n - 1 || !lacks_row) && (j < n - 1 || !lacks_column);
          values[i] = stored ? *(const ladle_line *)(from + (i * n + j) * frequency) : (ladle_line)0.0f;
        }
        ladle_frequencies_to_taps(m, r, n, values, mixed);
        LADLE_UNROLL for (int i = 0; i < r; i++) half[i][j] = mixed[i];
      }
      LADLE_UNROLL for (int i = 0; i < r; i++) {
        ladle_line taps[most];
        ladle_frequencies_to_taps(m, r, n, half[i], taps);
        LADLE_UNROLL for (int j = 0; j < r; j++) {
          const long ky = i * s.stride + at.phase_y, kx = j * s.stride + at.phase_x;
          if (ky >= s.kernel_height || kx >= s.kernel_width) continue;
          float *to = dw + (ky * s.kernel_width + kx) * tap + at.channel * K + k;
          ladle_store(to, taps[j], lanes);
          __builtin_prefetch(to + rows_ahead * K, 1, 2);
        }
      }
    }
  }
}

LADLE_KERNEL(void, ladle_winograd_weight,
             (const float *w, ladle_winograd s, long first, long count, long first_line, long lines, float *u,
              long frequency, long line),
             (w, s, first, count, first_line, lines, u, frequency, line)) {
  BY_SIZE(weight_rows, w, s, first, count, first_line, lines, u, frequency, line)
}

LADLE_KERNEL(void, ladle_winograd_weight_transposed,
             (const float *w, ladle_winograd s, long first, long count, long first_line, long lines, float *ut,
              long frequency, long block),
             (w, s, first, count, first_line, lines, ut, frequency, block)) {
  BY_SIZE(transposed_blocks, w, s, first, count, first_line, lines, ut, frequency, block)
}

LADLE_KERNEL(void, ladle_winograd_weight_gradient,
             (const float *u, long frequency, long line, ladle_winograd s, long first, long count, long first_line,
              long lines, float *dw),
             (u, frequency, line, s, first, count, first_line, lines, dw)) {
  BY_SIZE(gradient_rows, u, frequency, line, s, first, count, first_line, lines, dw)
}
