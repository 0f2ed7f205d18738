// Patches of NHWC images: the two halves of convolution by matrix product.
#ifndef LADLE_CONVOLUTION_H
#define LADLE_CONVOLUTION_H

// A convolution of images [H, W, C] giving [out_height, out_width] positions. Rows of a patch matrix are output
// positions (image, y, x); columns are (kernel y, kernel x, channel), so that a row is kernel_height runs of
// kernel_width * C contiguous scalars. Neighbouring taps of the kernel are `dilation` pixels apart, neighbouring
// pixels `pixel_stride` scalars: more than C when the channels are one group of an image's.
typedef struct {
  long height, width, channels, pixel_stride;
  long kernel_height, kernel_width;
  long stride_y, stride_x, padding_y, padding_x;
  long dilation_y, dilation_x;
  long out_height, out_width;
} ladle_patches;

// Rows first_row ..< first_row + rows of the patch matrix of x [N, H, W, C], with zeros outside the image.
void ladle_gather_patches(const float *x, ladle_patches shape, long first_row, long rows, float *patches);

// The adjoint: adds rows of a patch matrix to the pixels of x that they were gathered from.
void ladle_scatter_patches(const float *patches, ladle_patches shape, long first_row, long rows, float *x);

// Maximum over windows, with the position of each maximum in its image plane (y * W + x); padding never wins.
// y and position are [rows, C] for output positions first_row ..< first_row + rows.
// Of x, or, if factor is not NULL, of act(x * factor + offset) per channel, act the leaky rectifier of `slope`.
void ladle_max_pool(const float *x, const float *factor, const float *offset, float slope, ladle_patches shape,
                    long first_row, long rows, float *y, int *position);
// dx of whole images first_image ..< first_image + images: dy [rows, C] added at the recorded positions, and else zero.
void ladle_max_pool_backward(const float *dy, const int *position, ladle_patches shape, long first_image, long images,
                             float *dx);

#endif
