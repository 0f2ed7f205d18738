#include "ladle_cpu.h"

#if defined(__x86_64__)

uint32_t ladle_cpu_features(void) {
  uint32_t features = 0;
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.2")) features |= LADLE_CPU_SSE42;
  if (__builtin_cpu_supports("avx2")) features |= LADLE_CPU_AVX2;
  if (__builtin_cpu_supports("fma")) features |= LADLE_CPU_FMA;
  if (__builtin_cpu_supports("avx512f")) features |= LADLE_CPU_AVX512F;
  if (__builtin_cpu_supports("avx512bw")) features |= LADLE_CPU_AVX512BW;
  if (__builtin_cpu_supports("avx512dq")) features |= LADLE_CPU_AVX512DQ;
  if (__builtin_cpu_supports("avx512vl")) features |= LADLE_CPU_AVX512VL;
  if (__builtin_cpu_supports("avx512vnni")) features |= LADLE_CPU_AVX512VNNI;
  if (__builtin_cpu_supports("avx512bf16")) features |= LADLE_CPU_AVX512BF16;
  return features;
}

// LADLE_CLONES applies on Linux with clang only; the loader's resolver asks the same questions.
#if defined(__linux__) && defined(__clang__)
int ladle_cpu_level(void) {
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return 4;
  if (__builtin_cpu_supports("x86-64-v3")) return 3;
  return 1;
}
#else
int ladle_cpu_level(void) { return 0; }
#endif

#else

uint32_t ladle_cpu_features(void) {
#if defined(__ARM_NEON)
  return LADLE_CPU_NEON;
#else
  return 0;
#endif
}

int ladle_cpu_level(void) { return 0; }

#endif
