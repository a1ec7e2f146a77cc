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
    // Panels of dy, then groups of columns of x.
    onBlocks(threadsFor(depth * (k + n), kConvertGrain, threads), panels + groups, {}, [&](int, int64_t begin, int64_t end) {
      const int64_t first = std::max(begin, panels) - panels, last = end - panels;
      if (begin < panels) kernel.packWeights(dy + r * n, depth, n, begin, std::min(end, panels), right);
      if (first < last) kernel.convertColumns(x + r * k, k, depth, first * kernel.tileRows, std::min(k, last * kernel.tileRows), left);
    });
    onBlocks(threads, byPanels ? panels : k, byPanels ? kPanelBlocks : rowBlocks(kernel.tileRows, kernel.blockRows(depth)), [&](int, int64_t begin, int64_t end) {
      const Part columns = byPanels ? Part{begin, end} : Part{0, panels}, inner = byPanels ? Part{0, k} : Part{begin, end};
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
