// What the kernel tests share: a call with an engine, random values from a printed seed, ragged batches with or without gaps, and the
// error measure of DESIGN.md 7.2. No kernel is reimplemented here; each test writes its own plain loop.
#ifndef OFFRAMP_TEST_CPU_SUPPORT_H
#define OFFRAMP_TEST_CPU_SUPPORT_H

#include "backends/cpu/kernels/Engine.h"
#include "runtime/abi/CpuKernels.h"

#include <boost/test/unit_test.hpp>
#include <cmath>
#include <array>
#include <random>
#include <vector>

namespace kernelTest {
using namespace offramp::cpu;
using Floats = std::vector<float>;

struct Call : offramp_call {
  explicit Call(EngineOptions options = {}) : offramp_call{} {
    if (options.threads == 0) options.threads = 2;
    engine = createEngine(options);
    BOOST_REQUIRE_MESSAGE(engine, "this CPU lacks the level the test asked for");
    exits = 1;
  }
  ~Call() {
    const char *error = engineTakeError(kernels());
    BOOST_TEST(!error);
    destroyEngine(kernels());
  }
  Call(const Call &) = delete;
  Engine *kernels() { return static_cast<Engine *>(engine); }
};

inline EngineOptions inMode(EngineMode mode, int threads = 2, GemmChoice gemm = GemmChoice::Own, SimdLevel level = SimdLevel::Best) {
  EngineOptions o;
  o.mode = mode, o.threads = threads, o.gemm = gemm, o.level = level;
  return o;
}

struct Random {
  std::mt19937_64 engine;
  explicit Random(uint64_t seed) : engine(seed) { BOOST_TEST_MESSAGE("seed " << seed); }
  float normal() { return std::normal_distribution<float>(0, 1)(engine); }
  int64_t below(int64_t n) { return int64_t(engine() % uint64_t(n)); }
  Floats floats(int64_t count) {
    Floats v(static_cast<size_t>(count));
    for (float &x : v) x = normal();
    return v;
  }
};

// ‖a - b‖ / ‖b‖; infinite when a value is not finite. unit: the terms are of order one and may cancel, so ‖b‖ counts as at least √count.
template <typename B> double relativeError(const Floats &a, const std::vector<B> &b, double unit = 0) {
  double difference = 0, size = unit * double(b.size());
  for (size_t i = 0; i < b.size(); ++i) {
    if (!std::isfinite(a[i])) return INFINITY;
    difference += (double(a[i]) - double(b[i])) * (double(a[i]) - double(b[i]));
    size += double(b[i]) * double(b[i]);
  }
  return size > 0 ? std::sqrt(difference / size) : std::sqrt(difference);
}

// A batch of ragged samples; gaps > 0 leaves dead rows between samples.
struct Batch : offramp_batch {
  std::vector<int32_t> ids, firsts, ats, lens, froms;
  explicit Batch(const std::vector<int32_t> &rowCounts, int32_t gap = 0) : offramp_batch{} {
    n = int64_t(rowCounts.size());
    int32_t next = int32_t(n);
    for (int32_t i = 0; i < int32_t(n); ++i) {
      ids.push_back(i), firsts.push_back(i), froms.push_back(i);
      next += gap;
      ats.push_back(next), lens.push_back(rowCounts[size_t(i)] - 1);
      next += rowCounts[size_t(i)] - 1;
    }
    rows = next, gapless = gap == 0;
    id = ids.data(), first = firsts.data(), at = ats.data(), len = lens.data(), from = froms.data();
  }
  int64_t row(int64_t sample, int64_t r) const { return r == 0 ? first[sample] : at[sample] + r - 1; }
};

// The forward product of a layer w[k, n] and the gradient of its input, one behind the other.
inline Floats layerProducts(Call &call, const float *w, const Floats &x, const Floats &dy, int64_t rows, int64_t k, int64_t n) {
  Floats y(size_t(rows * n)), dx(size_t(rows * k));
  offramp_cpu_linear(&call, x.data(), w, nullptr, y.data(), rows, k, n, 0);
  offramp_cpu_linear_dx(&call, dy.data(), w, dx.data(), rows, k, n, 0);
  y.insert(y.end(), dx.begin(), dx.end());
  return y;
}

} // namespace kernelTest
#endif
