// The optimizer step: gradient norm over all ranges in a fixed order (blocks of 4096 or rows of a lazy table, summed in double, then block by
// block), clipping, and one pass over weights, moments and gradients. The result does not depend on the thread count.
//
// Lazy tables: rows without a gradient since the last step are left as they are, moments and decay included, and not read at all. For the others
// a step is that of AdamW with the phase's step number in the bias correction (as PyTorch's SparseAdam has it, with decay).
#include "backends/cpu/kernels/EngineState.h"

#include <bit>
#include <cmath>

namespace offramp::cpu {
namespace {

constexpr int64_t kBlock = 4096;

// Appends the rows of a lazy range that have a gradient, ascending. False: the engine does not know the table.
bool addNamedRows(Engine &e, const float *gradients, const offramp_range &range) {
  for (TrackedTable &table : e.tracked) {
    if (table.gradient != gradients + range.begin) continue;
    for (size_t word = 0; word < table.named.size(); ++word)
      for (uint64_t bits = table.named[word]; bits; bits &= bits - 1) {
        const int64_t begin = range.begin + (int64_t(word) * 64 + std::countr_zero(bits)) * range.row;
        e.updates.push_back({begin, begin + range.row, range.decays != 0});
      }
    std::fill(table.named.begin(), table.named.end(), 0);
    return true;
  }
  return false;
}

} // namespace

} // namespace offramp::cpu

using namespace offramp::cpu;

double offramp_cpu_adamw(offramp_call *call, float *weights, float *gradients, float *m, float *v, const offramp_range *ranges, int64_t n,
                         const offramp_adamw *o) {
  Engine &e = engineOf(call);
  e.updates.clear();
  for (int64_t i = 0; i < n; ++i) {
    const offramp_range &r = ranges[i];
    if (r.row > 0) {
      if (!addNamedRows(e, gradients, r)) e.fail("an optimizer step over rows of a table that are not tracked");
      continue;
    }
    for (int64_t at = 0; at < r.count; at += kBlock) e.updates.push_back({r.begin + at, r.begin + std::min(r.count, at + kBlock), r.decays != 0});
  }
  const int64_t blocks = int64_t(e.updates.size());
  if (blocks == 0) return 0;
  if (int64_t(e.partials.size()) < blocks) e.partials.resize(size_t(blocks));
  // body(block's number)
  auto overBlocks = [&](auto body) {
    onBlocks(threadsFor(blocks, 4, e.threads), blocks, {1, 1, 16}, [&](int, int64_t begin, int64_t end) {
      for (int64_t block = begin; block < end; ++block) body(block);
    });
  };
  overBlocks([&](int64_t block) {
    const UpdateBlock &u = e.updates[size_t(block)];
    e.partials[size_t(block)] = e.simd->element->sumSquares(gradients + u.begin, u.end - u.begin);
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
  overBlocks([&](int64_t block) {
    const UpdateBlock &u = e.updates[size_t(block)];
    e.simd->element->adamw(u.decays ? &decaying : &a, u.begin, u.end);
  });
  return norm;
}
