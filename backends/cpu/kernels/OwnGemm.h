// The own matrix kernel on several threads. Which thread computes an element never changes its bits.
#ifndef OFFRAMP_CPU_OWN_GEMM_H
#define OFFRAMP_CPU_OWN_GEMM_H

#include "backends/cpu/kernels/EngineState.h"

namespace offramp::cpu {

void ownGemm(Engine &e, const GemmArgs &g);
// Packs w (or its transpose: then w is [n, k]) into `packed` on several threads.
void packOnThreads(Engine &e, const float *w, int64_t k, int64_t n, bool transposed, float *packed);
// Like ownGemm with weights that may change at every call: w[k, n], or w[n, k] when transposed. False: out of memory.
bool ownGemmPacking(Engine &e, const GemmArgs &g, const float *w, bool transposed);
// dw[k, n] += x[rows, k]ᵀ·dy[rows, n]. False: out of memory.
bool ownWeightGradient(Engine &e, const float *x, const float *dy, float *dw, int64_t rows, int64_t k, int64_t n);

} // namespace offramp::cpu
#endif
