// What the families of this program share: inputs, results and the bounds between them. The program runs every kernel
// under one instruction set and writes the results to a file; files of other sets and processors are compared with it.
// scripts/check-arm64 builds and runs it. The bounds are those of Tests/TensorTests/Kernels/InstructionSetTests.swift.
#ifndef LADLE_AGREEMENT_H
#define LADLE_AGREEMENT_H

#include <stddef.h>
#include <stdint.h>

// |a - b| <= bound max(1, |a|); with bound 0 the same bits, any NaN for a NaN.
typedef struct { double bound; } agreement;

agreement same_bits(void);
agreement within(double bound);
// 1e-6 sqrt(terms), for sums of terms of about one.
agreement sums_of(size_t terms);

// Results that follow belong to the family `name`, until the next call.
void family(const char *name);

// A result to be compared with that of other instruction sets.
void result(agreement agreement, const char *part, const float *values, size_t count);
void result_double(agreement agreement, const char *part, const double *values, size_t count);

// A result that a naive computation in double precision must confirm, here and now.
void confirm(agreement agreement, const char *part, const float *values, const double *expected, size_t count);
// Something that holds or does not.
void require(int holds, const char *what);

// Memory for `count` scalars, zero, aligned to 64 bytes; it lives as long as the program.
float *zeros(size_t count);
double *double_zeros(size_t count);
float *copied(const float *x, size_t count);

// Numbers that depend on the seed alone: no function of a library and no order of sums that a processor could change.
float *normal(size_t count, uint64_t seed);
float *uniform(size_t count, float low, float high, uint64_t seed);
// Numbers of every size and the special ones, 19 of them, followed by `count` normal ones.
enum { extremes = 19 };
float *normal_after_extremes(size_t count, uint64_t seed);

void check_random(void);
void check_elementwise(void);
void check_copies(void);
void check_reductions(void);
void check_losses(void);
void check_normalization(void);
void check_winograd(void);
void check_few_channels(void);
void check_products(void);
void check_patches(void);
void check_depthwise(void);
void check_optimizers(void);
void check_support_vectors(void);
void check_runtime(void);

#endif
