#include <string.h>

#include "agreement.h"
#include "ladle_random.h"

// The published answers for Philox 4x32-10 (Random123's kat_vectors).
static void check_known_answers(void) {
  static const uint32_t known[3][10] = {
      {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
      {~0u, ~0u, ~0u, ~0u, ~0u, ~0u, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
      {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09, 0x94fdcceb, 0x5001e420,
       0x24126ea1}};
  for (int i = 0; i < 3; i++) {
    uint32_t found[4];
    ladle_philox_block(known[i], known[i] + 4, found);
    require(!memcmp(found, known[i] + 6, sizeof found), "Philox gives the published words");
  }
}

void check_random(void) {
  family("Philox");
  check_known_answers();
  static const size_t counts[] = {1, 2, 3, 5, 63, 64, 1027, 40001};
  static uint32_t words[40001];
  for (size_t k = 0; k < sizeof counts / sizeof *counts; k++) {
    const size_t n = counts[k];
    const uint64_t key = 0x1234567890abcdefu + n, high = 77 + n, first = 0xfffffff0u;
    ladle_philox_words(key, high, first, words, n);
    float *halves = zeros(2 * n), *numbers = zeros(n);
    int equal = 1;
    for (size_t i = 0; i < n; i++) {
      halves[2 * i] = (float)(words[i] >> 16);
      halves[2 * i + 1] = (float)(words[i] & 0xffff);
      const uint64_t low = first + i / 4;
      const uint32_t counter[4] = {(uint32_t)low, (uint32_t)(low >> 32), (uint32_t)high, (uint32_t)(high >> 32)};
      const uint32_t keys[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
      uint32_t block[4];
      ladle_philox_block(counter, keys, block);
      equal &= block[i % 4] == words[i];
    }
    require(equal, "many words are those of single blocks");
    result(same_bits(), "words", halves, 2 * n);
    ladle_philox_uniform(key, high, first, numbers, n);
    result(same_bits(), "uniform", numbers, n);
    ladle_philox_normal(key, high, first, numbers, n);
    result(same_bits(), "normal", numbers, n);
  }
}
