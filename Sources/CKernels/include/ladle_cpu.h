// What the processor can do, and which of the kernels' instruction sets is in use.
#ifndef LADLE_CPU_H
#define LADLE_CPU_H

#include <stdint.h>

enum {
  LADLE_CPU_SSE42 = 1,
  LADLE_CPU_AVX2 = 2,
  LADLE_CPU_FMA = 4,
  LADLE_CPU_AVX512F = 8,
  LADLE_CPU_AVX512BW = 16,
  LADLE_CPU_AVX512DQ = 32,
  LADLE_CPU_AVX512VL = 64,
  LADLE_CPU_AVX512VNNI = 128,
  LADLE_CPU_AVX512BF16 = 256,
  LADLE_CPU_NEON = 512,
};

// The features the processor and the operating system support together, as a sum of the above.
uint32_t ladle_cpu_features(void);

// What the kernels are compiled for; the numbers are those of the levels of x86-64.
enum {
  LADLE_SIMD_PORTABLE = 0,  // the compiler's baseline: SSE2 on x86-64, NEON on arm64
  LADLE_SIMD_AVX2 = 3,      // AVX2 and FMA
  LADLE_SIMD_AVX512 = 4,    // AVX-512 F, BW, CD, DQ and VL
};

// The highest level that this machine has and the kernels were compiled for.
int ladle_simd_best(void);

// The level in use. When the program starts it is the one that the variable LADLE_SIMD names (portable, avx2, avx512,
// neon), and the highest when it names none or one that cannot be had.
int ladle_simd_used(void);

// Changes the level; 0 and no change when this machine lacks it. For tests, while no kernel runs.
int ladle_simd_force(int level);

// `avx512`, `avx2`, `portable`; the baseline of arm64 is called `neon`.
const char *ladle_simd_name(int level);

typedef enum {
  LADLE_SIMD_AUTOMATIC,    // LADLE_SIMD is not set, or empty
  LADLE_SIMD_REQUESTED,    // it names the level that was chosen
  LADLE_SIMD_UNSUPPORTED,  // it names a level that this machine lacks
  LADLE_SIMD_UNKNOWN,      // it names none
} ladle_simd_choice;

// Why the level at the start was chosen, and the first 31 bytes of LADLE_SIMD as they were then.
ladle_simd_choice ladle_simd_reason(void);
const char *ladle_simd_word(void);

#endif
