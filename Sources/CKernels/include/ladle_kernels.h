// The loops BLAS does not have. One topic per .c file; every function here is tested against naive Swift.
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

#include <stddef.h>
#include <stdint.h>

#include "ladle_runtime.h"

#endif
