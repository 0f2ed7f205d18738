// Best fit with free neighbours joined, in addresses that are reserved at once and opened as they are needed.
//
// A training step asks for a few hundred sizes, 64 KB to 64 MB, in the same order every time. In free lists by size what
// one size leaves serves no other; here a free neighbourhood is one block, whatever was in it, and the process stays
// within a few percent of what its tensors hold.

#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "storage_arena.h"

// Blocks are multiples of `unit`; addresses are opened `step` at a time, the size of a huge page. Free blocks are listed by
// size, four classes per doubling.
enum { unit = 4096, step = 2 << 20, class_count = 256 };

#if defined(__APPLE__)
enum { give_back = MADV_FREE };
#else
enum { give_back = MADV_DONTNEED };
#endif

typedef struct region {
  char *start;
  size_t reserved, opened;  // bytes
  ladle_block *last;
} region;

struct ladle_block {
  ladle_block *before, *after;   // neighbours by address
  ladle_block *previous, *next;  // in the list of its class, while it is free
  char *start;
  size_t size;
  size_t held;  // while it is free: how much of it the system has not got back
  int is_free;
};

static ladle_block *lists[class_count];
static ladle_block *unused;  // descriptions of no block, linked by `next`
static region current;       // the one that is being filled
static ladle_arena_statistics statistics;

static int class_of(size_t size) {
  int log = 63 - __builtin_clzll((unsigned long long)size);  // at least 12, since a block is no smaller than `unit`
  return (log - 12) * 4 + (int)(size >> (log - 2) & 3);
}

static void enlist(ladle_block *block) {
  ladle_block **list = &lists[class_of(block->size)];
  block->is_free = 1;
  block->previous = NULL;
  block->next = *list;
  if (*list) (*list)->previous = block;
  *list = block;
}

static void delist(ladle_block *block) {
  block->is_free = 0;
  if (block->next) block->next->previous = block->previous;
  if (block->previous) block->previous->next = block->next;
  else lists[class_of(block->size)] = block->next;
}

static ladle_block *described(char *start, size_t size, size_t held) {
  if (!unused) {
    enum { many = 128 };
    ladle_block *fresh = calloc(many, sizeof *fresh);
    if (!fresh) return NULL;
    for (int i = 0; i < many; i++) {
      fresh[i].next = unused;
      unused = fresh + i;
    }
  }
  ladle_block *block = unused;
  unused = block->next;
  *block = (ladle_block){.start = start, .size = size, .held = held};
  return block;
}

// Makes `block` and the free block behind it one.
static void absorb(ladle_block *block, ladle_block *behind) {
  block->size += behind->size;
  block->held += behind->held;
  block->after = behind->after;
  if (behind->after) behind->after->before = block;
  else if (current.last == behind) current.last = block;
  behind->next = unused;
  unused = behind;
}

// Begins another region with room for `bytes`. Addresses cost nothing: twice what the machine has of memory, or as many as
// the system grants.
static int reserve(size_t bytes) {
  size_t most = 2 * (size_t)sysconf(_SC_PHYS_PAGES) * (size_t)sysconf(_SC_PAGESIZE);
  for (size_t size = most > bytes ? most : bytes; size >= bytes; size /= 2) {
    char *start = mmap(NULL, size + step, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED) continue;
#if defined(__linux__)
    madvise(start, size + step, MADV_HUGEPAGE);
#endif
    size_t skipped = (step - (uintptr_t)start % step) % step;
    current = (region){.start = start + skipped, .reserved = size / step * step};
    return 1;
  }
  return 0;
}

// A free block of at least `size` at the end of what is open, not listed.
static ladle_block *opened(size_t size) {
  ladle_block *last = current.last;
  int extends = last && last->is_free;
  size_t missing = (size - (extends ? last->size : 0) + step - 1) / step * step;
  if (missing > current.reserved - current.opened) return reserve(missing + step) ? opened(size) : NULL;
  char *end = current.start + current.opened;
  ladle_block *block = described(end, missing, missing);
  if (!block) return NULL;
  if (mprotect(end, missing, PROT_READ | PROT_WRITE) != 0) {
    block->next = unused;
    unused = block;
    return NULL;
  }
  statistics.requests++;
  statistics.held_bytes += (int64_t)missing;
  current.opened += missing;
  current.last = block;
  block->before = last;
  if (last) last->after = block;
  if (!extends) return block;
  delist(last);
  absorb(last, block);
  return last;
}

// The smallest free block that holds `size`, not listed any more, or NULL.
static ladle_block *found(size_t size) {
  for (int class = class_of(size); class < class_count; class++) {
    ladle_block *best = NULL;
    for (ladle_block *block = lists[class]; block; block = block->next) {
      if (block->size < size) continue;
      if (!best || block->size < best->size || (block->size == best->size && block->start < best->start)) best = block;
    }
    if (!best) continue;
    delist(best);
    return best;
  }
  return NULL;
}

ladle_block *ladle_arena_allocate(size_t bytes, size_t *size) {
  *size = (bytes + unit - 1) / unit * unit;
  ladle_block *block = found(*size);
  if (!block) block = opened(*size);
  if (!block) return NULL;
  size_t held = block->held < *size ? block->held : *size;
  if (block->size > *size) {
    ladle_block *rest = described(block->start + *size, block->size - *size, block->held - held);
    if (rest) {
      rest->before = block;
      rest->after = block->after;
      if (rest->after) rest->after->before = rest;
      else if (current.last == block) current.last = rest;
      block->after = rest;
      block->size = *size;
      enlist(rest);
    } else {
      *size = block->size;
      held = block->held;
    }
  }
  if (held < *size) {
    statistics.requests++;
    statistics.held_bytes += (int64_t)(*size - held);
  }
  return block;
}

void *ladle_arena_address(const ladle_block *block) { return block->start; }

void ladle_arena_release(ladle_block *block) {
  block->held = block->size;
  if (block->after && block->after->is_free) {
    delist(block->after);
    absorb(block, block->after);
  }
  if (block->before && block->before->is_free) {
    delist(block->before);
    block = block->before;
    absorb(block, block->after);
  }
  enlist(block);
}

void ladle_arena_trim(void) {
  for (int class = 0; class < class_count; class++) {
    for (ladle_block *block = lists[class]; block; block = block->next) {
      if (block->held == 0 || madvise(block->start, block->size, give_back) != 0) continue;
      statistics.held_bytes -= (int64_t)block->held;
      block->held = 0;
    }
  }
}

ladle_arena_statistics ladle_arena_read(void) { return statistics; }
