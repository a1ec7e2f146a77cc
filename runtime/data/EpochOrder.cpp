// Fisher–Yates over the random numbers of runtime/abi/Random.h.
#include "runtime/data/EpochOrder.h"

#include "runtime/abi/Random.h"

#include <algorithm>
#include <utility>

namespace offramp::runtime {
namespace {

// Sites of draws in programs count from 0; these two can never meet them.
constexpr int64_t orderSite = -1;
constexpr int64_t holdOutSite = -2;

void permute(std::vector<int64_t> &order, uint64_t key) {
  for (size_t i = order.size(); i > 1; --i) {
    // The high half of a 64 × 64 bit product: uniform in [0, i) up to i / 2^64.
    size_t j = (size_t)(((unsigned __int128)offramp_mix(key ^ i) * i) >> 64);
    std::swap(order[i - 1], order[j]);
  }
}

}  // namespace

void EpochOrder::shuffle(int64_t seed, int64_t epochNumber, std::span<const int64_t> rows) {
  order.assign(rows.begin(), rows.end());
  epoch = epochNumber;
  permute(order, offramp_random_key(seed, epoch, orderSite, 0));
}

std::vector<int64_t> drawHoldOut(std::span<const int64_t> rows, int64_t count) {
  std::vector<int64_t> order(rows.begin(), rows.end());
  permute(order, offramp_random_key(0, 0, holdOutSite, 0));
  order.resize((size_t)std::min<int64_t>(count, (int64_t)order.size()));
  std::sort(order.begin(), order.end());
  return order;
}

}  // namespace offramp::runtime
