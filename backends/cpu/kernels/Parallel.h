// Fork and join on libgomp's pool, called directly so that no compiler's OpenMP runtime comes in. Work is split into one contiguous
// part per thread: the split depends on the thread count only.
#ifndef OFFRAMP_CPU_PARALLEL_H
#define OFFRAMP_CPU_PARALLEL_H

#include <cstdint>
#include <type_traits>

extern "C" {
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);
}

namespace offramp::cpu {

// body(thread, threads) on `threads` threads, the caller among them.
template <typename Body> void onThreads(int threads, Body &&body) {
  if (threads <= 1) {
    body(0, 1);
    return;
  }
  using Plain = std::remove_reference_t<Body>;
  struct Trampoline {
    static void run(void *data) { (*static_cast<Plain *>(data))(omp_get_thread_num(), omp_get_num_threads()); }
  };
  GOMP_parallel(Trampoline::run, const_cast<void *>(static_cast<const void *>(&body)), unsigned(threads), 0);
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
