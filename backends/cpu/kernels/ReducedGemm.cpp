// See ReducedGemm.h. Splits over rows when there are many (each thread converts its own), over column panels when there are few: then every
// thread reads its own weights only.
#include "backends/cpu/kernels/ReducedGemm.h"

namespace offramp::cpu {
namespace {

// One thread, rows [begin, end) in blocks, all panels.
void multiplyRows(const ReducedKernel &kernel, ReducedArgs args, const float *src, int64_t begin, int64_t end, int64_t panels, float *left) {
  float *c = args.c;
  for (int64_t block = kernel.blockRows(args.k); begin < end; begin += args.rows) {
    args.rows = std::min(block, end - begin);
    args.c = c + begin * args.ldc;
    kernel.convertRows(src + begin * args.k, args.rows, args.k, 0, args.rows, left);
    args.left = left;
    kernel.multiply(&args, 0, panels);
  }
}

} // namespace

const void *reducedWeights(Engine &e, const float *w, int64_t k, int64_t n, bool transposed) {
  const ReducedKernel &kernel = *e.reduced;
  const int64_t depth = transposed ? n : k, columns = transposed ? k : n, panels = panelsOf(kernel, columns);
  return packedOnce(e, w, k, n, transposed, floatsFor(kernel.weightBytes(depth, columns)), [&](float *packed) {
    onThreads(int(std::min<int64_t>(panels, threadsFor(k * n, 32768, e.threads))), [&](int thread, int count) {
      Part p = partOf(panels, 1, thread, count);
      if (transposed) kernel.packTransposed(w, depth, columns, p.begin, p.end, packed);
      else kernel.packWeights(w, depth, columns, p.begin, p.end, packed);
    });
  });
}

void reducedLinear(Engine &e, const float *src, const float *w, const float *bias, float *dst, int64_t rows, int64_t k, int64_t n, int64_t epilogue) {
  const void *packed = reducedWeights(e, w, k, n, false);
  if (!packed) return e.fail("out of memory while packing weights");
  reducedProduct(e, src, packed, bias, dst, rows, k, n, epilogue);
}

void reducedProduct(Engine &e, const float *src, const void *packed, const float *bias, float *dst, int64_t rows, int64_t k, int64_t n,
                    int64_t epilogue) {
  const ReducedKernel &kernel = *e.reduced;
  ReducedArgs args{nullptr, packed, bias, dst, n, rows, k, n, epilogue};
  const int64_t panels = panelsOf(kernel, n), block = kernel.blockRows(k);
  int threads = threadsFor(rows * k * n, e.forkMacs / 2, e.threads);
  const bool byRows = threads == 1 || rows >= 4 * kernel.tileRows * threads || panels < threads;
  if (byRows) {
    threads = threadsFor(rows, kernel.tileRows, threads);
    for (int t = 0; t < threads; ++t)
      if (!e.threadScratch[size_t(t)].need(floatsFor(kernel.leftBytes(std::min(rows, block), k)))) return e.fail("out of memory while converting rows");
    onBlocks(threads, rows, rowBlocks(kernel.tileRows, block), [&](int thread, int64_t begin, int64_t end) {
      multiplyRows(kernel, args, src, begin, end, panels, e.threadScratch[size_t(thread)].data());
    });
    return;
  }
  float *left = e.sharedScratch.need(floatsFor(kernel.leftBytes(std::min(rows, block), k)));
  if (!left) return e.fail("out of memory while converting rows");
  for (int64_t begin = 0; begin < rows; begin += args.rows) {
    args.left = left, args.rows = std::min(block, rows - begin), args.c = dst + begin * n;
    onBlocks(threadsFor(args.rows * k, kConvertGrain, threads), args.rows, {kernel.tileRows},
             [&](int, int64_t first, int64_t end) { kernel.convertRows(src + begin * k, args.rows, k, first, end, left); });
    onBlocks(threads, panels, kPanelBlocks, [&](int, int64_t begin, int64_t end) { kernel.multiply(&args, begin, end); });
  }
}

} // namespace offramp::cpu
