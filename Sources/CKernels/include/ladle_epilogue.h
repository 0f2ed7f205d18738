// What follows a convolution on the way to memory.
#ifndef LADLE_EPILOGUE_H
#define LADLE_EPILOGUE_H

#include <stddef.h>

// y = act(y * factor + offset) in place, per channel; act is the leaky rectifier of `slope`. factor may be NULL.
void ladle_epilogue(float *y, size_t rows, size_t C, const float *factor, const float *offset, float slope);

// dx = act'(y) * dy * factor, from the result y alone: a rectifier keeps signs; dx may be dy.
void ladle_epilogue_backward(const float *y, const float *dy, size_t rows, size_t C, const float *factor, float slope,
                             float *dx);

#endif
