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
  const int64_t panels = panelsOf(e, n), units = transposed ? panels : k;   // rows of w either way, so that a page of a mapped file has one reader
  int threads = int(std::min<int64_t>(units, threadsFor(k * n, 32768, e.threads)));
  onThreads(threads, [&](int thread, int count) {
    Part p = partOf(units, 1, thread, count);
    if (transposed) e.simd->gemm->packTransposed(w, k, n, p.begin, p.end, packed);
    else e.simd->gemm->pack(w, n, k, n, 0, panels, p.begin, p.end, packed);
  });
}

// Where panels divide evenly, a thread packs the panels it multiplies: packed weights never cross from one core to another.
bool ownGemmPacking(Engine &e, const GemmArgs &g, const float *w, bool transposed) {
  const GemmTable &gemm = *e.simd->gemm;
  int64_t panels = panelsOf(e, g.n);
  int threads = threadsFor(g.rows * g.k * g.n, e.forkMacs / 2, e.threads);
  if (threads > 1 && panels % threads) {
    float *packed = e.sharedScratch.need(gemm.packedSize(g.k, g.n));
    if (!packed) return false;
    packOnThreads(e, w, g.k, g.n, transposed, packed);
    GemmArgs whole = g;
    whole.b = packed, whole.ldb = 0;
    ownGemm(e, whole);
    return true;
  }
  for (int t = 0; t < threads; ++t)
    if (!e.threadScratch[size_t(t)].need(gemm.packedSize(g.k, g.n))) return false;
  onThreads(threads, [&](int thread, int count) {
    Part p = partOf(panels, 1, thread, count);
    float *packed = e.threadScratch[size_t(thread)].data();
    if (transposed) gemm.packTransposed(w, g.k, g.n, p.begin, p.end, packed);
    else gemm.pack(w, g.n, g.k, g.n, p.begin, p.end, 0, g.k, packed);
    GemmArgs part = g;
    part.b = packed, part.ldb = 0;
    gemm.multiply(&part, p.begin, p.end);
  });
  return true;
}

// Threads in a grid over the columns of x and the panels of dy. Each packs what it multiplies, so a grid of few rows or columns would pack most of x
// or dy once per thread.
struct Grid {
  int inner = 1, panels = 1;
};
static Grid gridFor(int threads, int64_t tiles, int64_t panels, const GemmTable &gemm) {
  constexpr int64_t kPerPacked = 16;   // products that take as long as packing a value
  Grid best;
  int64_t least = -1;
  for (int inner = 1; inner <= threads && inner <= tiles; ++inner) {
    const Grid grid{inner, int(std::min<int64_t>(threads / inner, panels))};
    const int64_t columns = (tiles + grid.inner - 1) / grid.inner * gemm.tileRows, width = (panels + grid.panels - 1) / grid.panels * gemm.panelWidth;
    const int64_t cost = columns * width / kPerPacked + columns + width;
    if (least < 0 || cost < least) best = grid, least = cost;
  }
  return best;
}

// Rows are taken in blocks whose right-hand panel stays in the first-level cache, and of those some columns of x, which stay in the second: as
// they lie, every step of a product would read another cache line.
bool ownWeightGradient(Engine &e, const float *x, const float *dy, float *dw, int64_t rows, int64_t k, int64_t n) {
  constexpr int64_t kBlock = 256;
  const GemmTable &gemm = *e.simd->gemm;
  const int64_t columnBlock = 16 * gemm.tileRows, panels = panelsOf(e, n), rightSize = gemm.packedSize(kBlock, n);
  const Grid grid = gridFor(threadsFor(rows * k * n, e.forkMacs / 2, e.threads), (k + gemm.tileRows - 1) / gemm.tileRows, panels, gemm);
  const int threads = grid.inner * grid.panels;
  for (int t = 0; t < threads; ++t)
    if (!e.threadScratch[size_t(t)].need(rightSize + kBlock * columnBlock)) return false;
  onThreads(threads, [&](int thread, int) {
    const Part columns = partOf(panels, 1, thread / grid.inner, grid.panels), inner = partOf(k, gemm.tileRows, thread % grid.inner, grid.inner);
    float *right = e.threadScratch[size_t(thread)].data(), *left = right + rightSize;
    for (int64_t r = 0; r < rows; r += kBlock) {
      const int64_t some = std::min(kBlock, rows - r);
      gemm.pack(dy + r * n, n, some, n, columns.begin, columns.end, 0, some, right);
      for (int64_t i = inner.begin; i < inner.end; i += columnBlock) {
        const int64_t few = std::min(columnBlock, inner.end - i);
        gemm.packColumns(x + r * k + i, k, some, few, left);
        GemmArgs g{left, 1, gemm.tileRows, right, 0, nullptr, dw + i * n, n, few, some, n, OFFRAMP_EPILOGUE_ADD, some * gemm.tileRows};
        gemm.multiply(&g, columns.begin, columns.end);
      }
    }
  });
  return true;
}

} // namespace offramp::cpu
