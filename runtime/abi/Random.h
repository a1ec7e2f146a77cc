/* The random numbers of rollouts and dropout: a pure function of (seed, visit, site, stage, element in the sample), never of the
 * place in a batch (DESIGN.md rule 9). Shared bit for bit by the reference and every backend. */
#ifndef OFFRAMP_ABI_RANDOM_H
#define OFFRAMP_ABI_RANDOM_H

#include <stdint.h>

static inline uint64_t offramp_mix(uint64_t x) { /* splitmix64 finaliser (Steele, Lea, Flood 2014) */
  x += 0x9E3779B97F4A7C15ull;
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

/* One key per (seed, visit, site, stage); elements are drawn from it. */
static inline uint64_t offramp_random_key(int64_t seed, int64_t visit, int64_t site, int64_t stage) {
  uint64_t k = offramp_mix((uint64_t)seed);
  k = offramp_mix(k ^ (uint64_t)visit);
  return offramp_mix(k ^ (((uint64_t)site << 32) | (uint64_t)(uint32_t)stage));
}

/* Uniform in [0, 1), 24 bits: exact in f32. */
static inline float offramp_random_uniform(uint64_t key, uint64_t element) {
  return (float)(offramp_mix(key ^ element) >> 40) * 0x1p-24f;
}
#endif
