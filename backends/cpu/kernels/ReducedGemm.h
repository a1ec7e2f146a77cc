// Products of inference whose weights are bf16 or int8, on several threads: weights packed once in that precision (no f32 copy is kept), rows
// converted at every call. Which thread computes an element never changes its bits, nor does the number of rows.
#ifndef OFFRAMP_CPU_REDUCED_GEMM_H
#define OFFRAMP_CPU_REDUCED_GEMM_H

#include "backends/cpu/kernels/EngineState.h"

namespace offramp::cpu {

// dst[rows, n] = epilogue(src[rows, k]·w[k, n] + bias). For products with isReduced(k, n), in an engine that has a reduced kernel.
void reducedLinear(Engine &e, const float *src, const float *w, const float *bias, float *dst, int64_t rows, int64_t k, int64_t n, int64_t epilogue);

} // namespace offramp::cpu
#endif
