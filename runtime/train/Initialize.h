// Initial weights: a pure function of (seed, path of the weight, element), so the order of weights, a layer added before them or the number
// of threads changes nothing. Deliberately knows neither models nor artifacts: ranges of a flat block, as the manifest lists them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace offramp::runtime {

/// One weight's range of the flat block and how it starts.
struct InitialRange {
  std::string path;   ///< full name, e.g. `stage.3.linear_1.weight`: the key of its numbers
  int64_t offset = 0; ///< elements from the block's begin
  int64_t count = 0;
  std::string kind;   ///< `constant` (value `scale`), `normal` (standard deviation `scale`, mean 0), `uniform` (in [-scale, scale))
  double scale = 0;
};

/// The block of `elements` numbers; what lies between ranges is 0. Throws UserError for a kind that is none of the three and for a range
/// outside the block.
std::vector<float> initializeWeights(const std::vector<InitialRange> &ranges, int64_t elements, int64_t seed);

}  // namespace offramp::runtime
