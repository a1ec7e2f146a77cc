// The optimizer step: gradient norm over all ranges in a fixed order (blocks of 4096, summed in double, then block by block), clipping,
// and one pass over weights, moments and gradients. The result does not depend on the thread count.
#include "backends/cpu/kernels/EngineState.h"

#include <cmath>

using namespace offramp::cpu;

static constexpr int64_t kBlock = 4096;

double offramp_cpu_adamw(offramp_call *call, float *weights, float *gradients, float *m, float *v, const offramp_range *ranges, int64_t n,
                         const offramp_adamw *o) {
  Engine &e = engineOf(call);
  auto blocksOf = [](const offramp_range &r) { return (r.count + kBlock - 1) / kBlock; };
  int64_t blocks = 0;
  for (int64_t i = 0; i < n; ++i) blocks += blocksOf(ranges[i]);
  if (blocks == 0) return 0;
  if (int64_t(e.partials.size()) < blocks) e.partials.resize(size_t(blocks));
  // body(range, begin, end, block) for this thread's blocks
  auto overBlocks = [&](auto body) {
    onThreads(threadsFor(blocks, 4, e.threads), [&](int thread, int count) {
      Part p = partOf(blocks, 1, thread, count);
      int64_t block = 0;
      for (int64_t i = 0; i < n; ++i)
        for (int64_t b = 0, in = blocksOf(ranges[i]); b < in; ++b, ++block)
          if (block >= p.begin && block < p.end)
            body(ranges[i], ranges[i].begin + b * kBlock, ranges[i].begin + std::min(ranges[i].count, (b + 1) * kBlock), block);
    });
  };
  overBlocks([&](const offramp_range &, int64_t begin, int64_t end, int64_t block) {
    e.partials[size_t(block)] = e.simd->element->sumSquares(gradients + begin, end - begin);
  });
  double sum = 0;
  for (int64_t b = 0; b < blocks; ++b) sum += e.partials[size_t(b)];
  double norm = std::sqrt(sum);
  double scale = o->clip > 0 && norm > o->clip ? o->clip / (norm + 1e-6) : 1.0;
  double step = double(o->step > 0 ? o->step : 1);
  double first = 1 - std::pow(double(o->beta1), step), second = 1 - std::pow(double(o->beta2), step);
  AdamwArgs a{weights, gradients, m, v, float(scale), o->beta1, o->beta2, float(o->lr / first), float(1 / std::sqrt(second)), o->eps, 1.0f};
  AdamwArgs decaying = a;
  decaying.decay = float(1.0 - double(o->lr) * double(o->weight_decay));
  overBlocks([&](const offramp_range &r, int64_t begin, int64_t end, int64_t) { e.simd->element->adamw(r.decays ? &decaying : &a, begin, end); });
  return norm;
}
