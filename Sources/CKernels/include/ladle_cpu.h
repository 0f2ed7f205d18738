// What the processor can do, for records and for `ladle doctor`; no kernel branches on it (LADLE_CLONES does that).
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

// 4, 3 or 1: the level of x86-64 (v4 has AVX-512, v3 has AVX2 and FMA) whose clones of the kernels run here;
// 0 on another architecture, or where kernels have no clones.
int ladle_cpu_level(void);

#endif
