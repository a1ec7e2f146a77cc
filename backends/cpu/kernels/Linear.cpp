// Linear layers: forward, both gradients, bias gradient. Inference: the own kernel over weights packed once, at every row count, so that a
// row's bits do not depend on the batch and no call allocates; with a reduced precision, the kernels of ReducedGemm.h. Training in f32: the own
// kernel too, packing weights that learn as it goes and frozen ones once (so the bits do not depend on the thread count either). oneDNN's
// products, as fast, are for comparison only (tests/benchmark/KernelBench.cpp prints both): they run on OpenMP's threads, which stall where other
// processes compute (Team.h).
#include "backends/cpu/kernels/OneDnnMatmul.h"
#include "backends/cpu/kernels/OwnGemm.h"
#include "backends/cpu/kernels/ReducedGemm.h"

namespace offramp::cpu {
namespace {

constexpr int64_t kPlainMacs = 65536;       // below this a product is computed from the weights as they lie
constexpr int64_t kPlainRows = 128;         // … and below so many rows: packing would cost more than the strided read

// The product over weights packed once. False: there was no memory to pack them.
bool frozenProduct(Engine &e, GemmArgs g, const float *w, bool transposed) {
  const int64_t rows = transposed ? g.n : g.k, columns = transposed ? g.k : g.n;   // of w
  g.b = packedOnce(e, w, rows, columns, transposed, e.simd->gemm->packedSize(g.k, g.n),
                   [&](float *to) { packOnThreads(e, w, g.k, g.n, transposed, to); });
  g.ldb = 0;
  if (g.b) ownGemm(e, g);
  return g.b;
}

} // namespace
} // namespace offramp::cpu

using namespace offramp::cpu;

void offramp_cpu_linear(offramp_call *call, const float *src, const float *w, const float *bias, float *dst, int64_t rows, int64_t k, int64_t n,
                        int64_t epilogue) {
  if (rows <= 0 || n <= 0) return;
  mark(call, CallKind::Linear);
  Engine &e = engineOf(call);
  if (e.reduced && isReduced(k, n)) return reducedLinear(e, src, w, bias, dst, rows, k, n, epilogue);
  GemmArgs g{src, k, 1, w, n, bias, dst, n, rows, k, n, epilogue};
  const bool own = e.options.gemm == GemmChoice::Own;
  if (own && e.isFrozen(w) && frozenProduct(e, g, w, false)) return;
  if (!own &&
      e.matmuls->run(e, MatmulKind::Forward, src, w, bias, dst, rows, k, n, epilogue == OFFRAMP_EPILOGUE_ADD, epilogue)) {
    if (epilogue == OFFRAMP_EPILOGUE_GELU || epilogue == OFFRAMP_EPILOGUE_TANH)
      onBlocks(threadsFor(rows * n, 8192, e.threads), rows * n, {64},
               [&](int, int64_t begin, int64_t end) { e.simd->element->applyEpilogue(dst + begin, end - begin, epilogue); });
    return;
  }
  if (rows > kPlainRows && rows * k * n > kPlainMacs && ownGemmPacking(e, g, w, false)) return;
  ownGemm(e, g);
}

void offramp_cpu_linear_dx(offramp_call *call, const float *dy, const float *w, float *dx, int64_t rows, int64_t k, int64_t n, int64_t accumulate) {
  if (rows <= 0 || k <= 0) return;
  Engine &e = engineOf(call);
  if (e.reduced && isReduced(k, n)) return reducedInputGradient(e, dy, w, dx, rows, k, n, accumulate != 0);
  if (e.options.gemm == GemmChoice::OneDnn &&
      e.matmuls->run(e, MatmulKind::Dx, dy, w, nullptr, dx, rows, k, n, accumulate != 0, OFFRAMP_EPILOGUE_NONE)) return;
  GemmArgs g{dy, n, 1, nullptr, 0, nullptr, dx, k, rows, n, k, accumulate ? OFFRAMP_EPILOGUE_ADD : OFFRAMP_EPILOGUE_NONE};
  if (e.isFrozen(w) && frozenProduct(e, g, w, true)) return;
  if (!ownGemmPacking(e, g, w, true)) e.fail("out of memory while transposing weights for a gradient");
}

void offramp_cpu_linear_dw(offramp_call *call, const float *x, const float *dy, float *dw, int64_t rows, int64_t k, int64_t n) {
  if (rows <= 0 || k <= 0 || n <= 0) return;
  Engine &e = engineOf(call);
  if (e.reduced && isReduced(k, n)) return reducedWeightGradient(e, x, dy, dw, rows, k, n);
  if (e.options.gemm == GemmChoice::OneDnn && e.matmuls->run(e, MatmulKind::Dw, x, dy, nullptr, dw, rows, k, n, true, OFFRAMP_EPILOGUE_NONE)) return;
  if (rows * k * n > kPlainMacs && ownWeightGradient(e, x, dy, dw, rows, k, n)) return;
  ownGemm(e, {x, 1, k, dy, n, nullptr, dw, n, k, rows, n, OFFRAMP_EPILOGUE_ADD});
}

void offramp_cpu_column_sum(offramp_call *call, const float *src, float *out, int64_t rows, int64_t c) {
  if (rows <= 0 || c <= 0) return;
  Engine &e = engineOf(call);
  // Whole columns, of whole kernel calls if there are enough: no partial sums between threads.
  onBlocks(rows * c < 65536 ? 1 : threadsFor(c, 16, e.threads), c, {c < 64 * e.threads ? 16 : 64},
           [&](int, int64_t begin, int64_t end) { e.simd->element->columnSum(src + begin, c, rows, end - begin, out + begin); });
}
