// Large buffers, cut from a range of addresses.
#ifndef LADLE_STORAGE_ARENA_H
#define LADLE_STORAGE_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct ladle_block ladle_block;

typedef struct {
  int64_t requests;    // times that memory was asked from the system
  int64_t held_bytes;  // that the system gave and has not got back, in use or free
} ladle_arena_statistics;

// Nothing here locks: callers take turns.

// A block of at least `bytes` > 0, 64-byte aligned; its size becomes `*size`. NULL when the system has none.
ladle_block *ladle_arena_allocate(size_t bytes, size_t *size);
void *ladle_arena_address(const ladle_block *block);
void ladle_arena_release(ladle_block *block);
// Returns the memory of free blocks to the system; their addresses stay.
void ladle_arena_trim(void);
ladle_arena_statistics ladle_arena_read(void);

#endif
