#include <stdlib.h>
#include <string.h>

#include "dispatch.h"

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

#else

uint32_t ladle_cpu_features(void) {
#if defined(__ARM_NEON)
  return LADLE_CPU_NEON;
#else
  return 0;
#endif
}

#endif

_Atomic int ladle_simd_current = LADLE_SIMD_PORTABLE;

// Written by the constructor, read afterwards.
static ladle_simd_choice reason = LADLE_SIMD_AUTOMATIC;
static char word[32];

int ladle_simd_best(void) {
#if LADLE_HAS_LEVELS
  __builtin_cpu_init();
  if (__builtin_cpu_supports("x86-64-v4")) return LADLE_SIMD_AVX512;
  if (__builtin_cpu_supports("x86-64-v3")) return LADLE_SIMD_AVX2;
#endif
  return LADLE_SIMD_PORTABLE;
}

int ladle_simd_used(void) { return ladle_simd_level(); }

static int exists(int level) {
  return level == LADLE_SIMD_PORTABLE || level == LADLE_SIMD_AVX2 || level == LADLE_SIMD_AVX512;
}

int ladle_simd_force(int level) {
  if (!exists(level) || level > ladle_simd_best()) return 0;
  atomic_store_explicit(&ladle_simd_current, level, memory_order_relaxed);
  return 1;
}

#if defined(__ARM_NEON)
static const int has_neon = 1;
#else
static const int has_neon = 0;
#endif

const char *ladle_simd_name(int level) {
  if (level == LADLE_SIMD_AVX512) return "avx512";
  if (level == LADLE_SIMD_AVX2) return "avx2";
  return has_neon ? "neon" : "portable";
}

ladle_simd_choice ladle_simd_reason(void) { return reason; }
const char *ladle_simd_word(void) { return word; }

// Before main, while there is one thread; it needs no lock, and a kernel needs no check whether it has run.
__attribute__((constructor)) static void choose(void) {
  int best = ladle_simd_best(), level = best;
  const char *asked = getenv("LADLE_SIMD");
  if (asked && *asked) {
    strncpy(word, asked, sizeof word - 1);
    int named = !strcmp(asked, "portable") || !strcmp(asked, "neon") ? LADLE_SIMD_PORTABLE
                : !strcmp(asked, "avx2")                             ? LADLE_SIMD_AVX2
                : !strcmp(asked, "avx512")                           ? LADLE_SIMD_AVX512
                                                                     : -1;
    int lacking = named > best || (!strcmp(asked, "neon") && !has_neon);
    reason = named < 0 ? LADLE_SIMD_UNKNOWN : lacking ? LADLE_SIMD_UNSUPPORTED : LADLE_SIMD_REQUESTED;
    if (reason == LADLE_SIMD_REQUESTED) level = named;
  }
  atomic_store_explicit(&ladle_simd_current, level, memory_order_relaxed);
}
