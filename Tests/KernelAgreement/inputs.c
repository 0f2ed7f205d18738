#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agreement.h"

static void *memory(size_t bytes) {
  size_t rounded = (bytes + 64) / 64 * 64;
  void *found = aligned_alloc(64, rounded);
  if (!found) {
    fputs("error: no memory\n", stderr);
    exit(2);
  }
  memset(found, 0, rounded);
  return found;
}

float *zeros(size_t count) { return memory(count * sizeof(float)); }
double *double_zeros(size_t count) { return memory(count * sizeof(double)); }

float *copied(const float *x, size_t count) {
  float *result = zeros(count);
  memcpy(result, x, count * sizeof(float));
  return result;
}

// Splitmix64: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
static uint64_t next(uint64_t *state) {
  uint64_t z = *state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

static float unit(uint64_t *state) { return (float)(next(state) >> 40) * 0x1p-24f; }

float *uniform(size_t count, float low, float high, uint64_t seed) {
  float *x = zeros(count);
  for (size_t i = 0; i < count; i++) x[i] = low + (high - low) * unit(&seed);
  return x;
}

// A sum of twelve uniform numbers has variance one.
static void fill_normal(float *x, size_t count, uint64_t seed) {
  for (size_t i = 0; i < count; i++) {
    float sum = -6;
    for (int k = 0; k < 12; k++) sum += unit(&seed);
    x[i] = sum;
  }
}

float *normal(size_t count, uint64_t seed) {
  float *x = zeros(count);
  fill_normal(x, count, seed);
  return x;
}

float *normal_after_extremes(size_t count, uint64_t seed) {
  static const float special[extremes] = {
      0,    -0.0f, 1,   -1,      INFINITY, -INFINITY, NAN,   FLT_TRUE_MIN, -FLT_MIN, 88.7f,
      -87.4f, -104,  15, -15, FLT_MAX,  1e-20f,    -1e10f, 0.5f,         3};
  float *x = zeros(extremes + count);
  memcpy(x, special, sizeof special);
  fill_normal(x + extremes, count, seed);
  return x;
}
