// What the tests of products in bf16 and int8 share: every kernel that this CPU has, beside the kernels for instructions that it may lack over
// models of these; memory as kernels want it.
#ifndef OFFRAMP_TEST_CPU_REDUCED_SUPPORT_H
#define OFFRAMP_TEST_CPU_REDUCED_SUPPORT_H

#include "Support.h"

#include "backends/cpu/kernels/simd/ReducedTable.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>

namespace offramp::cpu::simd {
extern const ReducedKernel bf16_modeldot, bf16_modeltiles, int8_modeldot, int8_modeltiles;
}

namespace kernelTest {

struct Kernel {
  Precision precision;
  const ReducedKernel *kernel;
  bool model;   // not for an engine
  std::string name() const { return std::string(precision == Precision::Bf16 ? "bf16 " : "int8 ") + (model && kernel->panelWidth == 32 ? "model of " : "") + kernel->name; }
};

inline std::vector<Kernel> kernelsHere() {
  std::vector<Kernel> all;
  for (Precision precision : {Precision::Bf16, Precision::Int8}) {
    int count = 0;
    const ReducedKernel *const *kernels = reducedKernels(precision, &count);
    for (int i = 0; i < count; ++i) all.push_back({precision, kernels[i], false});
  }
  if (simdTable(SimdLevel::V3)) {   // what the models are compiled for
    all.push_back({Precision::Bf16, &simd::bf16_modeldot, true}), all.push_back({Precision::Bf16, &simd::bf16_modeltiles, true});
    all.push_back({Precision::Int8, &simd::int8_modeldot, true}), all.push_back({Precision::Int8, &simd::int8_modeltiles, true});
  }
  static bool printed = false;
  if (!printed)
    for (const Kernel &k : all) std::printf("kernel: %s%s\n", k.name().c_str(), k.kernel->emulated ? " (emulated)" : "");
  printed = true;
  return all;
}

// To nearest even.
inline float bf16(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, 4);
  bits += 0x7fff + (bits >> 16 & 1);
  bits &= 0xffff0000u;
  std::memcpy(&x, &bits, 4);
  return x;
}

using Memory = std::unique_ptr<char, decltype(&std::free)>;
inline Memory memoryOf(int64_t bytes) { return {static_cast<char *>(std::aligned_alloc(64, size_t((bytes + 63) / 64 * 64 + 64))), &std::free}; }

inline EngineOptions inPrecision(Precision precision, const ReducedKernel *kernel = nullptr, int threads = 2) {
  EngineOptions o = inMode(EngineMode::Inference, threads);
  o.precision = precision;
  if (kernel) o.kernel = kernel->name;
  return o;
}

} // namespace kernelTest
#endif
