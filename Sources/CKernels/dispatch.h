// One source for every instruction set: the kernel's body is compiled once for each, and a call goes to the one that
// was chosen when the program started (see ladle_cpu.h), which LADLE_SIMD can force. Internal to the kernels.
//
//   LADLE_KERNEL(void, ladle_scale, (float a, const float *x, float *y, size_t n), (a, x, y, n)) {
//     for (size_t i = 0; i < n; i++) y[i] = a * x[i];
//   }
//
// Bodies, and what they call, must be inlined to be compiled for the set: helpers are LADLE_INLINE. A kernel may call
// another's body (`ladle_scale_body`), or the other by its name, which dispatches again.
#ifndef LADLE_DISPATCH_H
#define LADLE_DISPATCH_H

#include <stdatomic.h>

#include "ladle_cpu.h"

#define LADLE_INLINE static inline __attribute__((always_inline))

// Where kernels are compiled for several instruction sets. Elsewhere there is the compiler's baseline alone: on arm64
// that has NEON.
#if defined(__x86_64__) && defined(__linux__) && defined(__clang__)
#define LADLE_HAS_LEVELS 1
#else
#define LADLE_HAS_LEVELS 0
#endif

// The level in use; written before main, and by ladle_simd_force.
extern _Atomic int ladle_simd_current;

// LADLE_SIMD_PORTABLE (0), LADLE_SIMD_AVX2 (3) or LADLE_SIMD_AVX512 (4).
LADLE_INLINE int ladle_simd_level(void) {
  return atomic_load_explicit(&ladle_simd_current, memory_order_relaxed);
}

#if LADLE_HAS_LEVELS

// Tuned for x86-64 in general: clang's own tuning for this level keeps to vectors of 256 bits.
#define LADLE_TARGET_AVX512 __attribute__((target("arch=x86-64-v4,tune=x86-64")))
#define LADLE_TARGET_AVX2 __attribute__((target("arch=x86-64-v3")))

// Ends in the head of the body, whose braces follow. R is the result's type, PARAMS the parameters and ARGS their
// names, both in parentheses.
#define LADLE_KERNEL(R, name, PARAMS, ARGS)                                              \
  LADLE_INLINE R name##_body PARAMS;                                                     \
  LADLE_TARGET_AVX512 static R name##_avx512 PARAMS { return name##_body ARGS; }         \
  LADLE_TARGET_AVX2 static R name##_avx2 PARAMS { return name##_body ARGS; }             \
  __attribute__((noinline)) static R name##_portable PARAMS { return name##_body ARGS; } \
  R name PARAMS {                                                                        \
    switch (ladle_simd_level()) {                                                        \
      case LADLE_SIMD_AVX512: return name##_avx512 ARGS;                                 \
      case LADLE_SIMD_AVX2: return name##_avx2 ARGS;                                     \
      default: return name##_portable ARGS;                                              \
    }                                                                                    \
  }                                                                                      \
  LADLE_INLINE R name##_body PARAMS

// For kernels whose register tiles differ: a statement for each set, in terms of PARAMS.
#define LADLE_KERNEL_BY_LEVEL(name, PARAMS, ARGS, AVX512, AVX2, PORTABLE)  \
  LADLE_TARGET_AVX512 static void name##_avx512 PARAMS { AVX512; }         \
  LADLE_TARGET_AVX2 static void name##_avx2 PARAMS { AVX2; }               \
  __attribute__((noinline)) static void name##_portable PARAMS { PORTABLE; } \
  void name PARAMS {                                                       \
    switch (ladle_simd_level()) {                                          \
      case LADLE_SIMD_AVX512: name##_avx512 ARGS; break;                   \
      case LADLE_SIMD_AVX2: name##_avx2 ARGS; break;                       \
      default: name##_portable ARGS;                                       \
    }                                                                      \
  }

#else

#define LADLE_KERNEL_BY_LEVEL(name, PARAMS, ARGS, AVX512, AVX2, PORTABLE) \
  void name PARAMS { PORTABLE; }

#define LADLE_KERNEL(R, name, PARAMS, ARGS)     \
  LADLE_INLINE R name##_body PARAMS;            \
  R name PARAMS { return name##_body ARGS; }    \
  LADLE_INLINE R name##_body PARAMS

#endif

#endif
