#include <math.h>
#include <string.h>

#include "dispatch.h"
#include "ladle_random.h"

LADLE_INLINE void block(uint32_t c0, uint32_t c1, uint32_t c2, uint32_t c3, uint32_t k0, uint32_t k1,
                        uint32_t *output) {
  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    uint32_t n0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0, n2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c1 = (uint32_t)p1;
    c3 = (uint32_t)p0;
    c0 = n0;
    c2 = n2;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  output[0] = c0;
  output[1] = c1;
  output[2] = c2;
  output[3] = c3;
}

void ladle_philox_block(const uint32_t counter[4], const uint32_t key[2], uint32_t output[4]) {
  block(counter[0], counter[1], counter[2], counter[3], key[0], key[1], output);
}

LADLE_KERNEL(
    void, ladle_philox_words,
    (uint64_t key, uint64_t high, uint64_t first_block, uint32_t *output, size_t n),
    (key, high, first_block, output, n)) {
  const uint32_t c2 = (uint32_t)high, c3 = (uint32_t)(high >> 32), k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
  // Blocks do not depend on each other: this loop vectorises.
  const size_t whole = n / 4;
  for (size_t i = 0; i < whole; i++) {
    uint64_t low = first_block + i;
    block((uint32_t)low, (uint32_t)(low >> 32), c2, c3, k0, k1, output + 4 * i);
  }
  if (n % 4) {
    uint32_t words[4];
    uint64_t low = first_block + whole;
    block((uint32_t)low, (uint32_t)(low >> 32), c2, c3, k0, k1, words);
    memcpy(output + 4 * whole, words, n % 4 * sizeof(uint32_t));
  }
}

enum { words_at_once = 1024 };

LADLE_KERNEL(
    void, ladle_philox_uniform,
    (uint64_t key, uint64_t high, uint64_t first_block, float *output, size_t n),
    (key, high, first_block, output, n)) {
  uint32_t words[words_at_once];
  for (size_t start = 0; start < n; start += words_at_once) {
    size_t count = n - start < words_at_once ? n - start : words_at_once;
    ladle_philox_words_body(key, high, first_block + start / 4, words, count);
    for (size_t i = 0; i < count; i++) output[start + i] = (float)(words[i] >> 8) * 0x1p-24f;
  }
}

void ladle_philox_normal(uint64_t key, uint64_t high, uint64_t first_block, float *output, size_t n) {
  uint32_t words[words_at_once];
  for (size_t start = 0; start < n; start += words_at_once) {
    size_t count = n - start < words_at_once ? n - start : words_at_once;
    ladle_philox_words(key, high, first_block + start / 4, words, (count + 1) & ~(size_t)1);
    for (size_t i = 0; i < count; i += 2) {
      // In double precision, then rounded once; the first uniform is in (0, 1], so its logarithm is finite.
      double radius = sqrt(-2.0 * log(((double)words[i] + 1.0) * 0x1p-32));
      double angle = 6.283185307179586476925286766559 * ((double)words[i + 1] * 0x1p-32);
      output[start + i] = (float)(radius * cos(angle));
      if (i + 1 < count) output[start + i + 1] = (float)(radius * sin(angle));
    }
  }
}
