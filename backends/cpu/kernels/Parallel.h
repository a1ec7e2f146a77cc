// Work on several threads in parts that are fixed beforehand. Work that threads take as they have time: SharedParts.h.
#ifndef OFFRAMP_CPU_PARALLEL_H
#define OFFRAMP_CPU_PARALLEL_H

#include "backends/cpu/kernels/Team.h"

#include <cstdint>
#include <type_traits>

namespace offramp::cpu {

// body(part, parts) for every part, on up to `parts` threads, the caller among them.
template <typename Body> void onThreads(int parts, Body &&body) {
  if (parts <= 1) {
    body(0, 1);
    return;
  }
  using Plain = std::remove_reference_t<Body>;
  Team::mine().run(parts, [](void *data, int part, int count) { (*static_cast<Plain *>(data))(part, count); },
                   const_cast<void *>(static_cast<const void *>(&body)));
}

// Part `thread` of `threads` of [0, count): borders are multiples of `unit`.
struct Part {
  int64_t begin, end;
};
inline Part partOf(int64_t count, int64_t unit, int thread, int threads) {
  int64_t units = (count + unit - 1) / unit;
  int64_t begin = units * thread / threads * unit, end = units * (thread + 1) / threads * unit;
  return {begin < count ? begin : count, end < count ? end : count};
}

// Threads worth starting for `count` items when each should get at least `grain`.
inline int threadsFor(int64_t count, int64_t grain, int most) {
  int64_t parts = grain > 0 ? count / grain : count;
  return parts < 1 ? 1 : parts < most ? int(parts) : most;
}

} // namespace offramp::cpu
#endif
