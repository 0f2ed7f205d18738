// Size-bucketed free lists, so that a training step in steady state asks the system for nothing: a fresh 32 MB
// buffer costs 8192 page faults, a recycled one none.
//
// Sizes are rounded up to four buckets per doubling (at most a quarter is wasted). Where a bucket is empty, a free
// buffer of up to twice the size serves: activations of one layer become scratch of the next, and the process stays
// near what its tensors hold. Large buffers are aligned to 2 MB and offered to the kernel as huge pages.

#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

#include "ladle_runtime.h"

enum { bucket_count = 256, buckets_per_doubling = 4, huge_page = 2 << 20 };

typedef struct buffer {
  struct buffer *next;
} buffer;

static buffer *lists[bucket_count];
static ladle_storage_statistics statistics;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// The bucket of a request and, through `rounded`, the size of the buffers in it.
static int bucket_of(size_t bytes, size_t *rounded) {
  if (bytes <= 256) {
    *rounded = 256;
    return 0;
  }
  int log = 63 - __builtin_clzll((unsigned long long)(bytes - 1));  // 2^log <= bytes - 1 < 2^(log + 1)
  size_t quarter = (size_t)1 << (log - 2);
  size_t steps = (bytes - ((size_t)1 << log) + quarter - 1) / quarter;  // 1...4
  *rounded = ((size_t)1 << log) + steps * quarter;
  return 1 + (log - 8) * 4 + (int)steps - 1;
}

// The size of the buffers in a bucket.
static size_t size_of(int bucket) {
  if (bucket == 0) return 256;
  size_t power = (size_t)1 << (8 + (bucket - 1) / buckets_per_doubling);
  return power + power / 4 * (size_t)((bucket - 1) % buckets_per_doubling + 1);
}

void *ladle_allocate(size_t bytes, size_t *held) {
  size_t size;
  int bucket = bucket_of(bytes, &size);
  pthread_mutex_lock(&lock);
  int last = bucket + buckets_per_doubling < bucket_count ? bucket + buckets_per_doubling : bucket_count - 1;
  int source = bucket;
  while (source < last && !lists[source]) source++;
  buffer *found = lists[source];
  if (found) {
    size = size_of(source);
    lists[source] = found->next;
    statistics.cached_bytes -= (int64_t)size;
  } else {
    statistics.system_allocations++;
  }
  *held = size;
  statistics.live_bytes += (int64_t)size;
  if (statistics.live_bytes > statistics.peak_bytes) statistics.peak_bytes = statistics.live_bytes;
  pthread_mutex_unlock(&lock);
  if (found) return found;
  void *memory = NULL;
  if (posix_memalign(&memory, size >= 2 * huge_page ? huge_page : 64, size) != 0) return NULL;
#if defined(__linux__)
  if (size >= 2 * huge_page) madvise(memory, size, MADV_HUGEPAGE);
#endif
  return memory;
}

void ladle_release(void *memory, size_t held) {
  if (!memory) return;
  size_t size;
  int bucket = bucket_of(held, &size);
  pthread_mutex_lock(&lock);
  buffer *freed = memory;
  freed->next = lists[bucket];
  lists[bucket] = freed;
  statistics.live_bytes -= (int64_t)size;
  statistics.cached_bytes += (int64_t)size;
  pthread_mutex_unlock(&lock);
}

void ladle_trim(void) {
  pthread_mutex_lock(&lock);
  for (int bucket = 0; bucket < bucket_count; bucket++) {
    while (lists[bucket]) {
      buffer *next = lists[bucket]->next;
      free(lists[bucket]);
      lists[bucket] = next;
    }
  }
  statistics.cached_bytes = 0;
  pthread_mutex_unlock(&lock);
}

ladle_storage_statistics ladle_storage_read(void) {
  pthread_mutex_lock(&lock);
  ladle_storage_statistics copy = statistics;
  pthread_mutex_unlock(&lock);
  return copy;
}

void ladle_storage_reset_peak(void) {
  pthread_mutex_lock(&lock);
  statistics.peak_bytes = statistics.live_bytes;
  pthread_mutex_unlock(&lock);
}
