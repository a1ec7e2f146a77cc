// The order in which an epoch visits samples: a permutation that is a pure function of (seed, epoch), so a resumed run needs no
// generator state. Also the hold-out draw, which is the same thing with another key.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace offramp::runtime {

class EpochOrder {
 public:
  /// Orders `rows` (row numbers of a data set) for an epoch. Epochs are counted over the whole run. Reuses memory.
  void shuffle(int64_t seed, int64_t epoch, std::span<const int64_t> rows);

  /// Row numbers in the order of visits.
  std::span<const int64_t> rows() const { return order; }
  /// The number of a visit, unique over epochs: the key of its random draws.
  int64_t visit(int64_t place) const { return epoch * (int64_t)order.size() + place; }

 private:
  std::vector<int64_t> order;
  int64_t epoch = 0;
};

/// `count` of the `rows`, ascending: the same draw for the same rows always.
std::vector<int64_t> drawHoldOut(std::span<const int64_t> rows, int64_t count);

}  // namespace offramp::runtime
