// Splits a product over rows when there are many, over column panels when there are few: then every thread reads its own weights only.
#include "backends/cpu/kernels/OwnGemm.h"

namespace offramp::cpu {

constexpr int64_t kRowBlock = 96;   // rows that a thread multiplies at a time

static int64_t panelsOf(const Engine &e, int64_t n) { return (n + e.simd->gemm->panelWidth - 1) / e.simd->gemm->panelWidth; }

void ownGemm(Engine &e, const GemmArgs &g) {
  const GemmTable &gemm = *e.simd->gemm;
  int64_t panels = panelsOf(e, g.n);
  int threads = threadsFor(g.rows * g.k * g.n, e.forkMacs / 2, e.threads);
  bool byRows = g.rows >= 4 * gemm.tileRows * threads || panels < threads;
  if (byRows) threads = threadsFor(g.rows, gemm.tileRows, threads);
  if (!byRows) return onBlocks(threads, panels, kPanelBlocks, [&](int, int64_t begin, int64_t end) { gemm.multiply(&g, begin, end); });
  onBlocks(threads, g.rows, rowBlocks(gemm.tileRows, kRowBlock), [&](int, int64_t begin, int64_t end) {
    GemmArgs part = g;
    part.a += begin * g.aRow;
    part.c += begin * g.ldc;
    part.rows = end - begin;
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

// A thread packs the panels that it multiplies: packed weights do not cross from one core to another. Where panels are few, rows are divided too, and who
// takes rows of a panel that another thread has begun packs it for himself.
bool ownGemmPacking(Engine &e, const GemmArgs &g, const float *w, bool transposed) {
  constexpr int64_t kBlocksOfThread = 8, kLeastTiles = 16;
  const GemmTable &gemm = *e.simd->gemm;
  const int64_t panels = panelsOf(e, g.n);
  const int threads = threadsFor(g.rows * g.k * g.n, e.forkMacs / 2, e.threads);
  for (int t = 0; t < threads; ++t)
    if (!e.threadScratch[size_t(t)].need(gemm.packedSize(g.k, g.n))) return false;
  const int64_t mostRowParts = std::max<int64_t>(1, g.rows / (kLeastTiles * gemm.tileRows));
  const int64_t rowParts = threads == 1 ? 1 : std::clamp<int64_t>(kBlocksOfThread * threads / panels, 1, mostRowParts);
  std::array<int64_t, SharedParts::kMostThreads> packed;   // the panel that a thread packed last, where rows are divided
  packed.fill(-1);
  onBlocks(threads, panels * rowParts, {1, 1, 4}, [&](int thread, int64_t begin, int64_t end) {
    GemmArgs part = g;
    part.b = e.threadScratch[size_t(thread)].data(), part.ldb = 0;
    auto pack = [&](int64_t first, int64_t last) {
      if (transposed) gemm.packTransposed(w, g.k, g.n, first, last, e.threadScratch[size_t(thread)].data());
      else gemm.pack(w, g.n, g.k, g.n, first, last, 0, g.k, e.threadScratch[size_t(thread)].data());
    };
    if (rowParts == 1) {
      pack(begin, end);
      return gemm.multiply(&part, begin, end);
    }
    for (int64_t next; begin < end; begin = next) {
      const int64_t panel = begin / rowParts;
      next = std::min(end, (panel + 1) * rowParts);
      if (packed[size_t(thread)] != panel) pack(panel, panel + 1);
      packed[size_t(thread)] = panel;
      const int64_t first = partOf(g.rows, gemm.tileRows, int(begin % rowParts), int(rowParts)).begin;
      part.rows = partOf(g.rows, gemm.tileRows, int((next - 1) % rowParts), int(rowParts)).end - first;
      part.a = g.a + first * g.aRow, part.c = g.c + first * g.ldc;
      gemm.multiply(&part, panel, panel + 1);
    }
  });
  return true;
}

// A grid over the columns of x and the panels of dy. Each of its cells packs what it multiplies, so a grid of few rows or columns would pack most of x or
// dy once per cell.
struct Grid {
  int inner = 1, panels = 1;
  int64_t cost = -1;   // of its largest cell
};
static Grid gridOf(int cells, int64_t tiles, int64_t panels, const GemmTable &gemm) {
  constexpr int64_t kPerPacked = 16;   // products that take as long as packing a value
  Grid best;
  for (int inner = 1; inner <= cells && inner <= tiles; ++inner) {
    Grid grid{inner, int(std::min<int64_t>(cells / inner, panels))};
    const int64_t columns = (tiles + grid.inner - 1) / grid.inner * gemm.tileRows, width = (panels + grid.panels - 1) / grid.panels * gemm.panelWidth;
    grid.cost = columns * width / kPerPacked + columns + width;
    if (best.cost < 0 || grid.cost < best.cost) best = grid;
  }
  return best;
}
// Several cells for a thread, so that threads end together, where packing more often costs little beside the products.
static Grid gridFor(int threads, int64_t tiles, int64_t panels, const GemmTable &gemm) {
  constexpr int kCellsOfThread = 4;
  const Grid coarse = gridOf(threads, tiles, panels, gemm);
  if (threads == 1) return coarse;
  const Grid fine = gridOf(kCellsOfThread * threads, tiles, panels, gemm);
  return fine.cost * kCellsOfThread <= coarse.cost + coarse.cost / 16 ? fine : coarse;
}

// Rows are taken in blocks whose right-hand panel stays in the first-level cache, and of those some columns of x, which stay in the second: as
// they lie, every step of a product would read another cache line.
bool ownWeightGradient(Engine &e, const float *x, const float *dy, float *dw, int64_t rows, int64_t k, int64_t n) {
  constexpr int64_t kBlock = 256;
  const GemmTable &gemm = *e.simd->gemm;
  const int64_t columnBlock = 16 * gemm.tileRows, panels = panelsOf(e, n), rightSize = gemm.packedSize(kBlock, n);
  const int most = threadsFor(rows * k * n, e.forkMacs / 2, e.threads);
  const Grid grid = gridFor(most, (k + gemm.tileRows - 1) / gemm.tileRows, panels, gemm);
  const int cells = grid.inner * grid.panels, threads = std::min(most, cells);
  for (int t = 0; t < threads; ++t)
    if (!e.threadScratch[size_t(t)].need(rightSize + kBlock * columnBlock)) return false;
  auto multiplyCell = [&](int cell, float *right, float *left) {
    const Part columns = partOf(panels, 1, cell / grid.inner, grid.panels), inner = partOf(k, gemm.tileRows, cell % grid.inner, grid.inner);
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
  };
  onBlocks(threads, cells, {1, 1, 1}, [&](int thread, int64_t begin, int64_t end) {
    float *scratch = e.threadScratch[size_t(thread)].data();
    for (int64_t cell = begin; cell < end; ++cell) multiplyCell(int(cell), scratch, scratch + rightSize);
  });
  return true;
}

} // namespace offramp::cpu
