// Convolutions by Winograd's method: transforms of tiles, and the products between them.
//
// x [N, H, W, C] is the large image of a convolution, y [N, H', W', K] the small one, w [kh, kw, C, K]. With stride 2
// the image and the kernel are taken as 4 phases of every second pixel and tap, which are further channels: there are
// stride^2 times the blocks of C channels. A tile is m x m positions of y; its transform has n^2 frequencies: n is m + r - 1
// with r taps per phase and axis, or 3 for images of 2 x 2 (winograd_transforms.h). Everything in the frequency domain is
// stored in lines of 16 channels, 64-byte aligned and zero beyond the last channel:
//
//   v   [frequency][block of 16 of C, phase by phase][tile][16]       transformed x
//   p   [frequency][block of 16 of K][tile][16]                       transformed dy, and the products that become y
//   u   [frequency][block of 16 of K][C, phase by phase][16]          transformed w, and its gradient
//   ut  [frequency][block of 16 of C, phase by phase][K][16]          the same transposed
//
// `frequency` below is the distance of two frequencies and `block` that of two blocks, in scalars; tiles [first, first +
// count) of the batch, image by image and row by row, are stored from index 0.
#ifndef LADLE_WINOGRAD_H
#define LADLE_WINOGRAD_H

typedef struct {
  long height, width, channels;              // of x
  long out_height, out_width, out_channels;  // of y
  long kernel_height, kernel_width, stride, padding_y, padding_x;
  long outputs, taps;     // m and r: (4, 3), (4, 2), (2, 3) or (2, 2)
  long frequencies;       // n
  long tiles_y, tiles_x;  // of one image
} ladle_winograd;

// What is done to every scalar of an image as it is read: act(value * factor + offset) per channel, act the leaky
// rectifier of `slope`. Nothing if factor is NULL. The zeros around the image stay zeros.
typedef struct {
  const float *factor, *offset;
  float slope;
} ladle_channel_map;

// v from x.
void ladle_winograd_input(const float *x, ladle_channel_map map, ladle_winograd s, long first, long count, float *v,
                          long frequency, long block);

// p from dy: the adjoint of ladle_winograd_output without its epilogue.
void ladle_winograd_cotangent(const float *dy, ladle_channel_map map, ladle_winograd s, long first, long count, float *p,
                              long frequency, long block);

// y from p: act(value * factor + offset) per channel with act the leaky rectifier of `slope` (1 is none). factor and
// offset may be NULL. p holds blocks [first_block, first_block + blocks) of K.
void ladle_winograd_output(const float *p, long frequency, long block, ladle_winograd s, long first, long count,
                           long first_block, long blocks, const float *factor, const float *offset, float slope,
                           float *y);

// dx from transformed gradients v: the adjoint of ladle_winograd_input. `first` and `count` are whole rows of tiles.
// Tiles overlap: what an earlier tile of the same call wrote is added to. With `joins_above` and `joins_below`, other
// calls have written the tiles above the first row and below the last, and what they share is added to as well. v holds
// blocks [first_block, first_block + blocks) of C, phase by phase.
void ladle_winograd_input_gradient(const float *v, long frequency, long block, ladle_winograd s, long first, long count,
                                   long first_block, long blocks, int joins_above, int joins_below, float *dx);

// u from w, for rows [first, first + count) of C, phase by phase, and blocks [first_line, first_line + lines) of K: the part
// that u holds, its blocks of K `line` scalars apart.
void ladle_winograd_weight(const float *w, ladle_winograd s, long first, long count, long first_line, long lines,
                           float *u, long frequency, long line);

// ut from w, for blocks [first, first + count) of 16 of C, phase by phase, and blocks [first_line, first_line + lines) of K:
// the part that ut holds, its blocks of C `block` scalars apart.
void ladle_winograd_weight_transposed(const float *w, ladle_winograd s, long first, long count, long first_line,
                                      long lines, float *ut, long frequency, long block);

// dw from the gradient of u, for the same part.
void ladle_winograd_weight_gradient(const float *u, long frequency, long line, ladle_winograd s, long first, long count,
                                    long first_line, long lines, float *dw);

// Blocks of 16 channels that a product sums over: `first` of them, and `second` more after a gap.
typedef struct { long first, gap, second; } ladle_blocks;

// Blocks of 16 channels of rows: c [line][row][16] = or += sum over i of a [i / 16][row][i % 16] b [line][i][16]. Every sum is
// taken in one order whatever the number of rows or lines. a and b begin with the first block that counts; lines of b
// and of c are b_line and c_line scalars apart.
void ladle_line_products(const float *a, long rows, long a_block, ladle_blocks blocks, const float *b, long b_line,
                         long lines, float *c, long c_line, int accumulate);

// c [line][i][16] = or += sum over rows of a [i / 16][row][i % 16] b [line][row][16].
void ladle_line_correlations(const float *a, long rows, long a_block, long blocks, const float *b, long b_line,
                             long lines, float *c, long c_line, int accumulate);

#endif
