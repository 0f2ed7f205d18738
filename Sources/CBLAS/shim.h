#include <cblas.h>
#include <lapacke.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

// Present only in builds of OpenBLAS that choose their kernels at run time.
extern void gotoblas_dynamic_init(void) __attribute__((weak));
extern void gotoblas_dynamic_quit(void) __attribute__((weak));

// One thread per call, and kernels that fit the processor. OpenBLAS picks its kernels by a table of model numbers;
// a processor newer than the table gets the oldest kernels (SSE3), an eighth of the speed. Then the choice is made
// again by what the processor can do, unless OPENBLAS_CORETYPE says what the user wants. Call before any other BLAS
// function.
static inline void ladle_configure_blas(void) {
#if defined(__x86_64__)
  const char *core = openblas_get_corename();
  int is_fallback = core && (!strcasecmp(core, "Prescott") || !strcasecmp(core, "Core2") || !strcasecmp(core, "Nehalem") ||
                             !strcasecmp(core, "generic"));
  if (is_fallback && !getenv("OPENBLAS_CORETYPE") && gotoblas_dynamic_init && gotoblas_dynamic_quit) {
    __builtin_cpu_init();
    const char *better = NULL;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512vl"))
      better = "SkylakeX";
    else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
      better = "Haswell";
    if (better) {
      setenv("OPENBLAS_CORETYPE", better, 1);
      gotoblas_dynamic_quit();
      gotoblas_dynamic_init();
      unsetenv("OPENBLAS_CORETYPE");
    }
  }
#endif
  openblas_set_num_threads(1);
}
