// Functions of one or two scalars, applied to every element.
#ifndef LADLE_ELEMENTWISE_H
#define LADLE_ELEMENTWISE_H

#include <stddef.h>

typedef enum {
  LADLE_ADD,
  LADLE_SUBTRACT,
  LADLE_MULTIPLY,
  LADLE_DIVIDE,
  LADLE_EQUAL,  // 1 where equal, else 0
} ladle_binary_function;

// y[r, c] = f(a[r, c], b[r, c]). An operand's element (r, c) is at r * row_stride + c * column_stride; column
// strides are 0 or 1. y is contiguous; it may be the same array as an operand of the same layout.
void ladle_binary(ladle_binary_function function, const float *a, size_t a_row_stride, size_t a_column_stride,
                  const float *b, size_t b_row_stride, size_t b_column_stride, float *y, size_t rows, size_t columns);

// Functions of one scalar; p and q are their parameters. In brackets, what the derivative is computed from.
typedef enum {
  LADLE_RELU,           // [y] max(x, 0)
  LADLE_LEAKY_RELU,     // [y] x > 0 ? x : p x, with p >= 0
  LADLE_ELU,            // [y] x > 0 ? x : p (exp(x) - 1), with p >= 0
  LADLE_SOFTPLUS,       // [x] log(1 + exp(x))
  LADLE_TANH,           // [y]
  LADLE_SIGMOID,        // [y]
  LADLE_GELU,           // [x] x times the normal distribution function
  LADLE_GELU_TANH,      // [x] its approximation by tanh
  LADLE_SQUARE,         // [x]
  LADLE_SQUARE_ROOT,    // [y]
  LADLE_EXPONENTIAL,    // [y]
  LADLE_LOGARITHM,      // [x]
  LADLE_ABSOLUTE,       // [x]
  LADLE_POWER,          // [x] x^p
  LADLE_CLAMP,          // [x] to p...q
} ladle_unary_function;

void ladle_unary(ladle_unary_function function, float p, float q, const float *x, float *y, size_t n);

// dx = dy times the derivative, which is computed from `saved`: x or y, as said above.
void ladle_unary_backward(ladle_unary_function function, float p, float q, const float *saved, const float *dy,
                          float *dx, size_t n);

// y = a x
void ladle_scale(float a, const float *x, float *y, size_t n);

#endif
