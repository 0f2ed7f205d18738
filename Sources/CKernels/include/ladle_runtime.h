// The thread pool and the storage pool.
#ifndef LADLE_RUNTIME_H
#define LADLE_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

// ---- Threads ---------------------------------------------------------------------------------------------

// Work on unit `unit`; `worker` is 0 for the calling thread, and below ladle_pool_threads().
typedef void (*ladle_unit_function)(void *context, long unit, int worker);

// Runs `function` for every unit in 0..<units, on the pool when it is free and on the calling thread alone when
// it is not (a call from inside a unit, or from two threads at once). Returns when every unit is done.
void ladle_parallel(long units, ladle_unit_function function, void *context);

// From now on the calling thread, which must not be the pool's own, runs the units of its calls itself: for work in the
// background, which would otherwise take the pool from who needs the results now.
void ladle_pool_stand_aside(void);

// How many threads, the caller included, work on a call. At first LADLE_THREADS, or the number of processors.
int ladle_pool_threads(void);
// Changes it (1...256); not while a call is running.
void ladle_pool_set_threads(int threads);

// ---- Storage ---------------------------------------------------------------------------------------------

// 64-byte aligned memory from size-bucketed free lists. NULL when the system has none.
// `held` becomes the buffer's size, at most 2.5 times what was asked for.
void *ladle_allocate(size_t bytes, size_t *held);
// Gives memory back to the free list of its bucket; `held` as ladle_allocate said.
void ladle_release(void *memory, size_t held);
// Returns every free buffer to the system.
void ladle_trim(void);

typedef struct {
  int64_t system_allocations;  // buffers asked from the system since the start
  int64_t live_bytes;          // handed out and not given back
  int64_t peak_bytes;          // the largest live_bytes since the last reset
  int64_t cached_bytes;        // in the free lists
} ladle_storage_statistics;
ladle_storage_statistics ladle_storage_read(void);
void ladle_storage_reset_peak(void);

#endif
