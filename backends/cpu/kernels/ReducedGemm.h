// Products of linear layers in bf16 or int8, on several threads: weights packed once in that precision until they change (inference keeps no
// f32 copy), rows converted at every call. Which thread computes an element never changes its bits, nor does the number of rows. Training
// is in bf16 only: both sides of the gradients' products are rounded too (ReducedGradients.cpp), sums are f32.
#ifndef OFFRAMP_CPU_REDUCED_GEMM_H
#define OFFRAMP_CPU_REDUCED_GEMM_H

#include "backends/cpu/kernels/EngineState.h"

namespace offramp::cpu {

// dst[rows, n] = epilogue(src[rows, k]·w[k, n] + bias). For products with isReduced(k, n), in an engine that has a reduced kernel.
void reducedLinear(Engine &e, const float *src, const float *w, const float *bias, float *dst, int64_t rows, int64_t k, int64_t n, int64_t epilogue);
// dx[rows, k] = (or +=) dy[rows, n]·w[k, n]ᵀ
void reducedInputGradient(Engine &e, const float *dy, const float *w, float *dx, int64_t rows, int64_t k, int64_t n, bool accumulate);
// dw[k, n] += x[rows, k]ᵀ·dy[rows, n]
void reducedWeightGradient(Engine &e, const float *x, const float *dy, float *dw, int64_t rows, int64_t k, int64_t n);

// What both files share. w[k, n], or as the right-hand side [n, k] when transposed; null: out of memory.
const void *reducedWeights(Engine &e, const float *w, int64_t k, int64_t n, bool transposed);
// dst[rows, n] = epilogue(src[rows, k]·packed[k, n] + bias)
void reducedProduct(Engine &e, const float *src, const void *packed, const float *bias, float *dst, int64_t rows, int64_t k, int64_t n,
                    int64_t epilogue);
constexpr int64_t kConvertGrain = 16384;   // values whose conversion is worth a thread: several microseconds
inline int64_t floatsFor(int64_t bytes) { return (bytes + 3) / 4; }
inline int64_t panelsOf(const ReducedKernel &kernel, int64_t n) { return (n + kernel.panelWidth - 1) / kernel.panelWidth; }

} // namespace offramp::cpu
#endif
