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

// Memory that is 64-byte aligned, and where it came from.
typedef struct {
  void *memory;  // NULL when the system has none
  size_t size;   // at least what was asked for: at most 2.5 times that, and from 64 KiB on less than 4 KiB more
  void *block;   // of the arena, or NULL
} ladle_buffer;

// `bytes` bytes, recycled ones where there are. Contents are undefined.
ladle_buffer ladle_allocate(size_t bytes);
// Gives memory back for reuse.
void ladle_release(ladle_buffer buffer);
// Returns all memory that is free to the system.
void ladle_trim(void);

typedef struct {
  int64_t system_allocations;  // times that memory was asked from the system since the start
  int64_t live_bytes;          // handed out and not given back
  int64_t peak_bytes;          // the largest live_bytes since the last reset
  int64_t cached_bytes;        // free, and not given back to the system
} ladle_storage_statistics;
ladle_storage_statistics ladle_storage_read(void);
void ladle_storage_reset_peak(void);

#endif
