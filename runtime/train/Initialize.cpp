// Normal numbers by Box and Muller (1958) from the counter-based uniform numbers of runtime/abi/Random.h.
#include "runtime/train/Initialize.h"

#include "runtime/abi/Random.h"
#include "runtime/core/Error.h"

#include <algorithm>
#include <cmath>

namespace offramp::runtime {

namespace {

constexpr double kTwoPi = 6.283185307179586;

/// FNV-1a, 64 bits: stable over machines and versions, which std::hash is not.
uint64_t hashOf(const std::string &path) {
  uint64_t hash = 0xcbf29ce484222325ull;
  for (unsigned char c : path) hash = (hash ^ c) * 0x100000001b3ull;
  return hash;
}

/// Uniform in (0, 1], so that its logarithm is finite; 53 bits from two draws would add nothing that f32 weights can hold.
double positiveUniform(uint64_t key, uint64_t element) { return 1.0 - (double)offramp_random_uniform(key, element); }

/// Elements 2i and 2i+1 share one pair of draws: radius and angle.
double normal(uint64_t key, int64_t element) {
  uint64_t pair = (uint64_t)element / 2 * 2;
  double radius = std::sqrt(-2 * std::log(positiveUniform(key, pair))), angle = kTwoPi * offramp_random_uniform(key, pair + 1);
  return radius * (element % 2 ? std::sin(angle) : std::cos(angle));
}

}  // namespace

std::vector<float> initializeWeights(const std::vector<InitialRange> &ranges, int64_t elements, int64_t seed) {
  std::vector<float> block(elements, 0.0f);
  for (const InitialRange &range : ranges) {
    if (range.offset < 0 || range.count < 0 || range.offset + range.count > elements)
      userError("weight `{}`: elements {} to {} are outside the block of {}; rebuild the artifact", range.path, range.offset,
                range.offset + range.count, elements);
    float *to = block.data() + range.offset;
    uint64_t key = offramp_mix(offramp_mix((uint64_t)seed) ^ hashOf(range.path));
    if (range.kind == "constant") {
      std::fill_n(to, range.count, (float)range.scale);
    } else if (range.kind == "normal") {
      for (int64_t i = 0; i < range.count; ++i) to[i] = (float)(range.scale * normal(key, i));
    } else if (range.kind == "uniform") {
      for (int64_t i = 0; i < range.count; ++i) to[i] = (float)(range.scale * (2.0 * offramp_random_uniform(key, i) - 1.0));
    } else {
      userError("weight `{}`: initial value `{}` is none of constant, normal, uniform", range.path, range.kind);
    }
  }
  return block;
}

}  // namespace offramp::runtime
