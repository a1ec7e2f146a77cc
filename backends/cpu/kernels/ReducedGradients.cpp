// The gradients of a linear layer in bf16: dx by the kernel of the forward product over weights packed transposed, dw in blocks of rows whose
// two sides are converted together. See ReducedGemm.h.
#include "backends/cpu/kernels/ReducedGemm.h"

namespace offramp::cpu {
namespace {

constexpr int64_t kDepth = 512;            // rows of a batch summed in one pass over dw

// How much longer the busiest thread works than an even split would have it.
double unevenness(int64_t parts, int threads) { return double((parts + threads - 1) / threads * threads) / double(parts); }

} // namespace

void reducedInputGradient(Engine &e, const float *dy, const float *w, float *dx, int64_t rows, int64_t k, int64_t n, bool accumulate) {
  const void *packed = reducedWeights(e, w, k, n, true);
  if (!packed) return e.fail("out of memory while transposing weights for a gradient");
  reducedProduct(e, dy, packed, nullptr, dx, rows, n, k, accumulate ? OFFRAMP_EPILOGUE_ADD : OFFRAMP_EPILOGUE_NONE);
}

// dw is [k, n], so the product's left-hand rows are the columns of x and its depth is the rows of the batch.
void reducedWeightGradient(Engine &e, const float *x, const float *dy, float *dw, int64_t rows, int64_t k, int64_t n) {
  const ReducedKernel &kernel = *e.reduced;
  const int64_t panels = panelsOf(kernel, n), groups = (k + kernel.tileRows - 1) / kernel.tileRows, deepest = std::min(kDepth, rows);
  const int64_t rightFloats = (floatsFor(kernel.weightBytes(deepest, n)) + 15) / 16 * 16;   // the left side begins on a cache line
  float *right = e.sharedScratch.need(rightFloats + floatsFor(kernel.leftBytes(k, deepest)));
  if (!right) return e.fail("out of memory while converting rows for a weight gradient");
  char *left = reinterpret_cast<char *>(right + rightFloats);
  const int threads = threadsFor(rows * k * n, e.forkMacs / 2, e.threads);
  const bool byPanels = unevenness(panels, threads) <= unevenness(groups, threads);
  for (int64_t r = 0; r < rows; r += kDepth) {
    const int64_t depth = std::min(kDepth, rows - r);
    onThreads(threadsFor(depth * (k + n), kConvertGrain, threads), [&](int thread, int count) {
      Part p = partOf(panels, 1, thread, count), c = partOf(k, kernel.tileRows, thread, count);
      if (p.begin < p.end) kernel.packWeights(dy + r * n, depth, n, p.begin, p.end, right);
      if (c.begin < c.end) kernel.convertColumns(x + r * k, k, depth, c.begin, c.end, left);
    });
    onThreads(threads, [&](int thread, int count) {
      const Part columns = byPanels ? partOf(panels, 1, thread, count) : Part{0, panels};
      const Part inner = byPanels ? Part{0, k} : partOf(k, kernel.tileRows, thread, count);
      if (columns.begin >= columns.end) return;
      ReducedArgs args{nullptr, right, nullptr, nullptr, n, 0, depth, n, OFFRAMP_EPILOGUE_ADD};
      for (int64_t i = inner.begin, block = kernel.blockRows(depth); i < inner.end; i += args.rows) {
        args.rows = std::min(block, inner.end - i);
        args.left = left + kernel.leftBytes(i, depth), args.c = dw + i * n;
        kernel.multiply(&args, columns.begin, columns.end);
      }
    });
  }
}

} // namespace offramp::cpu
