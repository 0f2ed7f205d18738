// Convolutions of images with few channels: the first layer of a network, and the last one of a generator, whose
// gradients these are. Patches are read where they lie, in an image that was copied into a border of zeros.
#ifndef LADLE_FEW_CHANNELS_H
#define LADLE_FEW_CHANNELS_H

// Some rows of one image and its convolution. A line of a kernel is `run` = kernel width * channels scalars in a row.
typedef struct {
  long width, channels;  // of the copy with its border
  long kernel_height, run, stride;
  long out_rows, out_width, out_channels;
} ladle_few;

// Rows [first, first + rows) of an image `x`, height x width x channels, with `border` zeros to the left and the right;
// zero where the image has no row. Or, with `back`, from the copy to the image: only rows and columns that exist.
void ladle_copy_into_border(const float *x, long height, long width, long channels, long first, long rows, long border,
                            float *copy);
void ladle_copy_out_of_border(const float *copy, long height, long width, long channels, long border, float *x);

// y = act((copy * w) factor + offset), w [kh, kw, channels, K]; factor and offset may be NULL, slope 1 is no activation.
void ladle_few_forward(const float *copy, ladle_few s, const float *w, const float *factor, const float *offset,
                       float slope, float *y);

// dw = or += patches of the copy, transposed, times dy.
void ladle_few_weight_gradient(const float *copy, ladle_few s, const float *dy, int accumulate, float *dw);

// Lines of 16 taps [line][K][16] of w: what the input gradient multiplies with.
void ladle_few_transpose(const float *w, long taps, long out_channels, float *lines);

// The copy's gradient += dy times the transposed weight. `row` has room for ladle_few_row_scalars(s) scalars; the copy
// has 16 scalars more than its rows need.
long ladle_few_row_scalars(ladle_few s);
void ladle_few_input_gradient(const float *dy, ladle_few s, const float *lines, float *row, float *copy);

#endif
