// Which level this file was compiled for, and its table. The choice between levels is made in ../SimdChoice.cpp.
#include "backends/cpu/kernels/simd/Simd.h"
#include "backends/cpu/kernels/simd/SimdTable.h"

namespace offramp::cpu::simd {
#define OFFRAMP_TEXT2(x) #x
#define OFFRAMP_TEXT(x) OFFRAMP_TEXT2(x)

extern const GemmTable OFFRAMP_SIMD_TABLE(gemm_);
extern const AttentionTable OFFRAMP_SIMD_TABLE(attention_);
extern const ElementTable OFFRAMP_SIMD_TABLE(element_);

extern const SimdTable OFFRAMP_SIMD_TABLE(table_);
const SimdTable OFFRAMP_SIMD_TABLE(table_) = {"x86-64-" OFFRAMP_TEXT(OFFRAMP_SIMD_LEVEL), &OFFRAMP_SIMD_TABLE(gemm_), &OFFRAMP_SIMD_TABLE(attention_),
                                              &OFFRAMP_SIMD_TABLE(element_)};
} // namespace offramp::cpu::simd
