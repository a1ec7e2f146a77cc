// Splits a product over rows when there are many, over column panels when there are few: then every thread reads its own weights only.
#include "backends/cpu/kernels/OwnGemm.h"

namespace offramp::cpu {

static int64_t panelsOf(const Engine &e, int64_t n) { return (n + e.simd->gemm->panelWidth - 1) / e.simd->gemm->panelWidth; }

void ownGemm(Engine &e, const GemmArgs &g) {
  const GemmTable &gemm = *e.simd->gemm;
  int64_t panels = panelsOf(e, g.n);
  int threads = threadsFor(g.rows * g.k * g.n, e.forkMacs / 2, e.threads);
  bool byRows = g.rows >= 4 * gemm.tileRows * threads || panels < threads;
  if (byRows) threads = threadsFor(g.rows, gemm.tileRows, threads);
  onThreads(threads, [&](int thread, int count) {
    if (!byRows) {
      Part p = partOf(panels, 1, thread, count);
      gemm.multiply(&g, p.begin, p.end);
      return;
    }
    Part p = partOf(g.rows, gemm.tileRows, thread, count);
    if (p.begin >= p.end) return;
    GemmArgs part = g;
    part.a += p.begin * g.aRow;
    part.c += p.begin * g.ldc;
    part.rows = p.end - p.begin;
    gemm.multiply(&part, 0, panels);
  });
}

void packOnThreads(Engine &e, const float *w, int64_t k, int64_t n, bool transposed, float *packed) {
  int64_t panels = panelsOf(e, n);
  int threads = int(std::min<int64_t>(panels, threadsFor(k * n, 32768, e.threads)));
  auto pack = transposed ? e.simd->gemm->packTransposed : e.simd->gemm->pack;
  onThreads(threads, [&](int thread, int count) {
    Part p = partOf(panels, 1, thread, count);
    pack(w, k, n, p.begin, p.end, packed);
  });
}

} // namespace offramp::cpu
