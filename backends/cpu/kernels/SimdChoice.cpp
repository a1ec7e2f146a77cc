// Picks the vector code for the CPU at hand. Nothing here is compiled for a level of its own.
#include "backends/cpu/kernels/simd/SimdTable.h"

namespace offramp::cpu {
namespace simd {
extern const SimdTable table_v1, table_v3, table_v4;
}

const SimdTable *simdTable(SimdLevel level) {
  __builtin_cpu_init();
  bool v3 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  bool v4 = v3 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512cd");
  switch (level) {
  case SimdLevel::V4: return v4 ? &simd::table_v4 : nullptr;
  case SimdLevel::V3: return v3 ? &simd::table_v3 : nullptr;
  case SimdLevel::V1: return &simd::table_v1;
  case SimdLevel::Best: break;
  }
  return v4 ? &simd::table_v4 : v3 ? &simd::table_v3 : &simd::table_v1;
}

} // namespace offramp::cpu
