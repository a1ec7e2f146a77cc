// Work that threads take in blocks as they have time. What is computed never depends on who took a block.
#ifndef OFFRAMP_CPU_SHARED_PARTS_H
#define OFFRAMP_CPU_SHARED_PARTS_H

#include "backends/cpu/kernels/Parallel.h"

#include <array>

namespace offramp::cpu {

// Items in blocks: of whole units, from `least` to `most` of them.
struct BlockSize {
  int64_t unit = 1, least = 1, most = int64_t(1) << 30;
};

// [0, count) taken in blocks while threads have time. Every thread has the part of partOf and takes blocks from its front, for the sake of its caches;
// then it takes blocks from the back of the part with most left. Blocks become smaller towards the end of a part. A CPU that is shared with others' work
// (a virtual machine's, a core's second thread) so does less instead of being waited for.
class SharedParts {
public:
  static constexpr int kMostThreads = 256;
  SharedParts(int64_t count, BlockSize size, int threads) : count(count), size(size), threads(threads) {
    const int64_t units = (count + size.unit - 1) / size.unit;
    for (int t = 0; t < threads; ++t) {
      const Part part = partOf(units, 1, t, threads);
      left[size_t(t)].units.store(word(part.begin, part.end), std::memory_order_relaxed);
    }
  }
  // False: nothing is left.
  bool take(int thread, Part &block) {
    if (takeFrom(thread, true, block)) return true;
    for (;;) {
      int fullest = -1;
      int64_t most = 0;
      for (int t = 0; t < threads; ++t)
        if (const int64_t units = length(left[size_t(t)].units.load(std::memory_order_relaxed)); units > most) fullest = t, most = units;
      if (fullest < 0) return false;
      if (takeFrom(fullest, false, block)) return true;
    }
  }

private:
  struct alignas(64) Range {
    std::atomic<uint64_t> units;   // end << 32 | begin
  };
  static uint64_t word(int64_t begin, int64_t end) { return uint64_t(end) << 32 | uint64_t(begin); }
  static int64_t beginOf(uint64_t w) { return int64_t(w & 0xffffffff); }
  static int64_t endOf(uint64_t w) { return int64_t(w >> 32); }
  static int64_t length(uint64_t w) { return endOf(w) - beginOf(w); }

  bool takeFrom(int thread, bool front, Part &block) {
    std::atomic<uint64_t> &units = left[size_t(thread)].units;
    uint64_t now = units.load(std::memory_order_relaxed);
    while (length(now) > 0) {
      int64_t some = length(now) / 2;
      if (some > size.most) some = size.most;
      if (some < size.least) some = length(now) < size.least ? length(now) : size.least;
      const int64_t begin = front ? beginOf(now) : endOf(now) - some, end = begin + some;
      if (!units.compare_exchange_weak(now, front ? word(end, endOf(now)) : word(beginOf(now), begin), std::memory_order_relaxed)) continue;
      block = {begin * size.unit, end * size.unit < count ? end * size.unit : count};
      return true;
    }
    return false;
  }

  int64_t count;
  BlockSize size;
  int threads;
  std::array<Range, kMostThreads> left;   // of every thread's part
};

// body(thread, begin, end) for blocks that make up [0, count). `thread` is below `threads` and no two bodies run with the same one.
template <typename Body> void onBlocks(int threads, int64_t count, BlockSize size, Body &&body) {
  if (threads > SharedParts::kMostThreads) threads = SharedParts::kMostThreads;
  if (count <= 0) return;
  if (threads <= 1) return body(0, int64_t(0), count);
  SharedParts parts(count, size, threads);
  onThreads(threads, [&](int thread, int) {
    for (Part block; parts.take(thread, block);) body(thread, block.begin, block.end);
  });
}

} // namespace offramp::cpu
#endif
