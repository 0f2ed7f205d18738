// The choice of a set; threads and storage, which have no sets, but atomics and code for each processor.
#include <stdatomic.h>
#include <string.h>

#include "agreement.h"
#include "ladle_cpu.h"
#include "ladle_lock.h"
#include "ladle_runtime.h"

enum { units = 500, jobs = 40 };

typedef struct { _Atomic int done[units]; long total; } work;

static void run_unit(void *context, long unit, int worker) {
  work *w = context;
  (void)worker;
  atomic_fetch_add(&w->done[unit], 1);
  ladle_lock();
  w->total += unit;
  ladle_unlock();
}

static void check_choice(void) {
  family("choice of a set");
  const int used = ladle_simd_used();
  static const int levels[] = {LADLE_SIMD_PORTABLE, LADLE_SIMD_AVX2, LADLE_SIMD_AVX512};
  for (int k = 0; k < 3; k++) {
    const int there = levels[k] <= ladle_simd_best();
    require(ladle_simd_force(levels[k]) == there, "a set can be forced if the machine has it");
    require(!there || ladle_simd_used() == levels[k], "a set that was forced is used");
  }
  require(!ladle_simd_force(1), "what is no set cannot be forced");
  require(ladle_simd_force(used), "the set in use can be forced");
  require(ladle_simd_reason() == LADLE_SIMD_REQUESTED, "LADLE_SIMD chose the set");
#if defined(__aarch64__) && defined(__ARM_NEON)
  const uint32_t features = LADLE_CPU_NEON;
#elif defined(__aarch64__)
  const uint32_t features = 0;
#else
  const uint32_t features = ladle_cpu_features() & ~(uint32_t)LADLE_CPU_NEON;
#endif
  require(ladle_cpu_features() == features, "arm64 has NEON, and nothing else has");
}

void check_runtime(void) {
  check_choice();
  family("threads and storage");
  // One by one, since each number is the first to use one more queue.
  for (int threads = 1; threads <= 40; threads++) {
    ladle_pool_set_threads(threads);
    int once = 1;
    for (int job = 0; job < jobs; job++) {
      work w;
      memset(&w, 0, sizeof w);
      ladle_parallel(units, run_unit, &w);
      for (int unit = 0; unit < units; unit++) once &= atomic_load(&w.done[unit]) == 1;
      once &= w.total == (long)units * (units - 1) / 2;
    }
    require(once, "every unit runs once");
  }
  for (size_t bytes = 1; bytes < (size_t)20 << 20; bytes = bytes * 3 + 1) {
    const ladle_buffer buffer = ladle_allocate(bytes);
    require(buffer.memory && buffer.size >= bytes, "storage is large enough");
    if (!buffer.memory) return;
    require((uintptr_t)buffer.memory % 64 == 0, "storage is aligned");
    memset(buffer.memory, 1, bytes);
    ladle_release(buffer);
  }
  ladle_trim();
  require(ladle_storage_read().live_bytes == 0 && ladle_storage_read().cached_bytes == 0, "storage is given back");
}
