// Which kernels for bf16 and int8 this CPU has. Asks the CPU and, for the tile registers, the operating system's leave to use them. Nothing
// here is compiled for a level of its own.
#include "backends/cpu/kernels/simd/ReducedTable.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace offramp::cpu {
namespace simd {
extern const ReducedKernel bf16_v1, bf16_v3, bf16_v4, bf16_v4bf16, bf16_amx;
extern const ReducedKernel int8_v1, int8_v3, int8_v3vnni, int8_v4, int8_v4vnni, int8_amx;
}

namespace {

struct Features {
  bool avxVnni = false, avx512Vnni = false, avx512Bf16 = false, amxBf16 = false, amxInt8 = false;
  // Intel's CPUs since Sapphire Rapids take two cycles for the product of bf16 pairs in vector registers, half the rate of f32: they leave it to tile
  // registers. A virtual machine may hide these, and then widening to f32 is faster.
  bool slowBf16Dot = false;
};

// Tile registers are given to a process that asks, once for all its threads.
bool tilesAllowed() {
  constexpr long kRequest = 0x1023, kTileData = 18;   // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
  return syscall(SYS_arch_prctl, kRequest, kTileData) == 0;
}

Features featuresOfThisCpu() {
  Features f;
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return f;
  const unsigned subleaves = a;
  f.avx512Vnni = c >> 11 & 1;
  const bool avx512Fp16 = d >> 23 & 1;   // came with the tile registers
  bool tile = d >> 24 & 1, tileBf16 = d >> 22 & 1, tileInt8 = d >> 25 & 1;
  if (subleaves >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) f.avxVnni = a >> 4 & 1, f.avx512Bf16 = a >> 5 & 1;
  unsigned vendor = 0;
  __get_cpuid(0, &a, &vendor, &c, &d);
  f.slowBf16Dot = avx512Fp16 && vendor == signature_INTEL_ebx;
  if (tile && (tileBf16 || tileInt8) && tilesAllowed()) f.amxBf16 = tileBf16, f.amxInt8 = tileInt8;
  return f;
}

std::vector<const ReducedKernel *> kernelsOf(Precision precision) {
  const Features f = featuresOfThisCpu();
  const bool v4 = simdTable(SimdLevel::V4), v3 = simdTable(SimdLevel::V3), bf16 = precision == Precision::Bf16;
  std::vector<const ReducedKernel *> list;
  auto add = [&](bool has, const ReducedKernel &kernel) {
    if (has) list.push_back(&kernel);
  };
  if (precision == Precision::F32) return list;
  add(bf16 && v4 && f.amxBf16, simd::bf16_amx);
  add(bf16 && v4 && f.avx512Bf16 && !f.slowBf16Dot, simd::bf16_v4bf16);
  add(bf16 && v4, simd::bf16_v4);
  add(bf16 && v4 && f.avx512Bf16 && f.slowBf16Dot, simd::bf16_v4bf16);
  add(bf16 && v3, simd::bf16_v3);
  add(bf16, simd::bf16_v1);
  add(!bf16 && v4 && f.amxInt8, simd::int8_amx);
  add(!bf16 && v4 && f.avx512Vnni, simd::int8_v4vnni);
  add(!bf16 && v3 && f.avxVnni, simd::int8_v3vnni);
  add(!bf16 && v4, simd::int8_v4);
  add(!bf16 && v3, simd::int8_v3);
  add(!bf16, simd::int8_v1);
  return list;
}

} // namespace

const ReducedKernel *const *reducedKernels(Precision precision, int *count) {
  static const std::vector<const ReducedKernel *> bf16 = kernelsOf(Precision::Bf16), int8 = kernelsOf(Precision::Int8), none;
  const auto &list = precision == Precision::Bf16 ? bf16 : precision == Precision::Int8 ? int8 : none;
  *count = int(list.size());
  return list.data();
}

} // namespace offramp::cpu
