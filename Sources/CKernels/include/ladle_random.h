// Philox 4x32-10: Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
#ifndef LADLE_RANDOM_H
#define LADLE_RANDOM_H

#include <stddef.h>
#include <stdint.h>

// One block: four 32-bit words from a 128-bit counter and a 64-bit key.
void ladle_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]);

// Words first_block * 4 ... of the stream (key, counter high half `high`), n words.
void ladle_philox_words(uint64_t key, uint64_t high, uint64_t first_block, uint32_t *output, size_t n);

// n uniform numbers in [0, 1): the upper 24 bits of one word each, so every value is a multiple of 2^-24.
void ladle_philox_uniform(uint64_t key, uint64_t high, uint64_t first_block, float *output, size_t n);

// n standard normal numbers by Box-Muller, two from each pair of words.
void ladle_philox_normal(uint64_t key, uint64_t high, uint64_t first_block, float *output, size_t n);

#endif
