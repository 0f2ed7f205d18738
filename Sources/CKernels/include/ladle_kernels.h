// The loops BLAS does not have. One topic per .c file, with a header of the same stem; every function here is
// tested against naive Swift. A new header also needs its line in module.modulemap.
//
// Letters, used throughout:
//   n  number of scalars            N  images in a batch        H W  height and width
//   C  channels (innermost: NHWC)   K  output channels          x  input     y  output
//   dx dy ...  the gradient of the loss with respect to x, y, ...
//
// Kernels neither allocate nor start threads; the caller cuts the work into units whose size depends on the
// shape alone, so results do not depend on the number of threads.
#ifndef LADLE_KERNELS_H
#define LADLE_KERNELS_H

#endif
