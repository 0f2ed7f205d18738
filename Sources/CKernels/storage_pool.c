// Memory for tensors, kept when it is given back, so that a training step in steady state asks the system for nothing: a
// fresh 32 MB buffer costs 8192 page faults, a recycled one none.
//
// Small buffers (statistics of channels, biases, losses) come from free lists by size, four sizes per doubling; where a list is
// empty, a free buffer of up to twice the size serves. Large ones are blocks of an arena, whose free neighbours join.

#define _POSIX_C_SOURCE 200112L
#include <pthread.h>
#include <stdlib.h>

#include "ladle_runtime.h"
#include "storage_arena.h"

enum { sizes_per_doubling = 4, list_count = 1 + 8 * sizes_per_doubling, least = 256, largest_small = 64 << 10 };

typedef struct small {
  struct small *next;
} small;

static small *lists[list_count];  // 256 bytes to 64 KiB
static ladle_storage_statistics statistics;
static int64_t cached_small, live_large;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

// The list of a request of at most 64 KiB and, through `rounded`, the size of the buffers in it.
static int list_of(size_t bytes, size_t *rounded) {
  if (bytes <= least) {
    *rounded = least;
    return 0;
  }
  int log = 63 - __builtin_clzll((unsigned long long)(bytes - 1));  // 2^log <= bytes - 1 < 2^(log + 1)
  size_t quarter = (size_t)1 << (log - 2);
  size_t steps = (bytes - ((size_t)1 << log) + quarter - 1) / quarter;  // 1...4
  *rounded = ((size_t)1 << log) + steps * quarter;
  return (log - 8) * sizes_per_doubling + (int)steps;
}

// The size of the buffers in a list.
static size_t size_of(int index) {
  if (index == 0) return least;
  size_t power = (size_t)least << (index - 1) / sizes_per_doubling;
  return power + power / 4 * (size_t)((index - 1) % sizes_per_doubling + 1);
}

static void push(int index, void *memory, size_t size) {
  small *freed = memory;
  freed->next = lists[index];
  lists[index] = freed;
  cached_small += (int64_t)size;
}

static ladle_buffer small_buffer(size_t bytes) {
  ladle_buffer result = {0};
  int own = list_of(bytes, &result.size), index = own;
  int last = own + sizes_per_doubling < list_count ? own + sizes_per_doubling : list_count - 1;
  while (index < last && !lists[index]) index++;
  if (lists[index]) {
    result.memory = lists[index];
    result.size = size_of(index);
    lists[index] = lists[index]->next;
    cached_small -= (int64_t)result.size;
  } else {
    statistics.system_allocations++;
    if (posix_memalign(&result.memory, 64, result.size) != 0) result.memory = NULL;
    // A few more of the smallest, so that losses and biases find one whatever was taken by others in between.
    for (int more = 0; result.memory && result.size <= 4096 && more < 7; more++) {
      void *memory;
      if (posix_memalign(&memory, 64, result.size) != 0) break;
      push(own, memory, result.size);
    }
  }
  return result;
}

static ladle_buffer large_buffer(size_t bytes) {
  ladle_buffer result = {0};
  ladle_block *block = ladle_arena_allocate(bytes, &result.size);
  if (!block) return result;
  result.memory = ladle_arena_address(block);
  result.block = block;
  live_large += (int64_t)result.size;
  return result;
}

ladle_buffer ladle_allocate(size_t bytes) {
  pthread_mutex_lock(&lock);
  ladle_buffer result = bytes <= largest_small ? small_buffer(bytes) : large_buffer(bytes);
  if (result.memory) statistics.live_bytes += (int64_t)result.size;
  if (statistics.live_bytes > statistics.peak_bytes) statistics.peak_bytes = statistics.live_bytes;
  pthread_mutex_unlock(&lock);
  return result;
}

void ladle_release(ladle_buffer buffer) {
  if (!buffer.memory) return;
  pthread_mutex_lock(&lock);
  statistics.live_bytes -= (int64_t)buffer.size;
  if (buffer.block) {
    live_large -= (int64_t)buffer.size;
    ladle_arena_release(buffer.block);
  } else {
    size_t size;
    int index = list_of(buffer.size, &size);
    push(index, buffer.memory, size);
  }
  pthread_mutex_unlock(&lock);
}

void ladle_trim(void) {
  pthread_mutex_lock(&lock);
  for (int index = 0; index < list_count; index++) {
    while (lists[index]) {
      small *next = lists[index]->next;
      free(lists[index]);
      lists[index] = next;
    }
  }
  cached_small = 0;
  ladle_arena_trim();
  pthread_mutex_unlock(&lock);
}

ladle_storage_statistics ladle_storage_read(void) {
  pthread_mutex_lock(&lock);
  ladle_storage_statistics copy = statistics;
  ladle_arena_statistics arena = ladle_arena_read();
  copy.system_allocations += arena.requests;
  copy.cached_bytes = cached_small + arena.held_bytes - live_large;
  pthread_mutex_unlock(&lock);
  return copy;
}

void ladle_storage_reset_peak(void) {
  pthread_mutex_lock(&lock);
  statistics.peak_bytes = statistics.live_bytes;
  pthread_mutex_unlock(&lock);
}
