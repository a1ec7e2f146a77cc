// Row movements and row sums over the rows of samples, gradients of embedding rows, positions, random draws. Rows of a sample are read in order, so
// a sample's result does not depend on where its rows lie. Dead rows are neither read nor written.
#include "backends/cpu/kernels/EngineState.h"
#include "runtime/abi/Random.h"

#include <cstring>

namespace offramp::cpu {
namespace {

constexpr int64_t kForkBytes = 128 * 1024;   // moving less than this takes less time than a fork

// body(begin, end) over samples; bytes: what one sample moves on average.
template <typename Body> void overSamples(Engine &e, int64_t n, int64_t bytes, Body body) {
  int threads = int(std::min<int64_t>(threadsFor(n * bytes, kForkBytes, e.threads), std::max<int64_t>(n, 1)));
  onBlocks(threads, n, {}, [&](int, int64_t begin, int64_t end) { body(begin, end); });
}

int64_t rowsPerSample(const offramp_batch *b) { return b->n > 0 ? b->rows / b->n + 1 : 1; }

void reduceRows(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t c, bool mean) {
  Engine &e = engineOf(call);
  overSamples(e, b->n, rowsPerSample(b) * c * 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      int64_t rows = int64_t(b->len[i]) + 1;
      e.simd->element->meanRows(src + b->first[i] * c, src + int64_t(b->at[i]) * c, c, rows, c, mean ? 1.0f / float(rows) : 1.0f, dst + i * c);
    }
  });
}

} // namespace
} // namespace offramp::cpu

using namespace offramp::cpu;

void offramp_cpu_mean_rows(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t c) {
  mark(call, CallKind::Rows);
  reduceRows(call, b, src, dst, c, true);
}

void offramp_cpu_sum_rows(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t c) {
  mark(call, CallKind::Rows);
  reduceRows(call, b, src, dst, c, false);
}

void offramp_cpu_spread(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t c, int64_t mean) {
  mark(call, CallKind::Rows);
  Engine &e = engineOf(call);
  overSamples(e, b->n, rowsPerSample(b) * c * 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float *first = dst + b->first[i] * c, *rest = dst + int64_t(b->at[i]) * c;
      if (mean) e.simd->element->scaleRow(src + i * c, 1.0f / float(b->len[i] + 1), first, c);
      else std::memcpy(first, src + i * c, size_t(c) * 4);
      for (int64_t r = 0; r < b->len[i]; ++r) std::memcpy(rest + r * c, first, size_t(c) * 4);
    }
  });
}

void offramp_cpu_spread_rest(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t c) {
  mark(call, CallKind::Rows);
  overSamples(engineOf(call), b->n, rowsPerSample(b) * c * 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float *rest = dst + (int64_t(b->at[i]) - b->n) * c;
      for (int64_t r = 0; r < b->len[i]; ++r) std::memcpy(rest + r * c, src + i * c, size_t(c) * 4);
    }
  });
}

void offramp_cpu_to_rows(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t r, int64_t c) {
  mark(call, CallKind::Rows);
  overSamples(engineOf(call), b->n, r * c * 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      const float *sample = src + i * r * c;
      std::memcpy(dst + b->first[i] * c, sample, size_t(c) * 4);
      if (r > 1) std::memcpy(dst + int64_t(b->at[i]) * c, sample + c, size_t((r - 1) * c) * 4);
    }
  });
}

void offramp_cpu_from_rows(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t r, int64_t c) {
  overSamples(engineOf(call), b->n, r * c * 8, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      float *sample = dst + i * r * c;
      std::memcpy(sample, src + b->first[i] * c, size_t(c) * 4);
      if (r > 1) std::memcpy(sample + c, src + int64_t(b->at[i]) * c, size_t((r - 1) * c) * 4);
    }
  });
}

void offramp_cpu_positions(offramp_call *call, const offramp_batch *b, int32_t *dst) {
  mark(call, CallKind::Rows);
  if (!b->gapless) std::memset(dst, 0, size_t(b->rows) * 4);   // dead rows: an index that a gather may follow
  for (int64_t i = 0; i < b->n; ++i) {
    dst[b->first[i]] = 0;
    for (int32_t r = 0; r < b->len[i]; ++r) dst[b->at[i] + r] = r + 1;
  }
}

// Threads own columns, so every table row receives its addends in the order of count.
void offramp_cpu_gather_dw(offramp_call *call, const int32_t *ids, const float *src, float *dtable, int64_t count, int64_t c, int64_t v) {
  Engine &e = engineOf(call);
  for (TrackedTable &table : e.tracked)
    if (table.gradient == dtable)
      for (int64_t i = 0; i < count; ++i) table.named[size_t(ids[i]) / 64] |= uint64_t(1) << (ids[i] % 64);
  int threads = count * c * 12 < 2 * kForkBytes ? 1 : threadsFor(c, 16, e.threads);
  onBlocks(threads, c, {16}, [&](int, int64_t begin, int64_t end) {
    for (int64_t i = 0; i < count; ++i) e.simd->element->addRow(src + i * c + begin, dtable + int64_t(ids[i]) * c + begin, end - begin);
  });
}

void offramp_cpu_uniform(offramp_call *call, const offramp_batch *b, float *dst, int64_t site, int64_t stage, int64_t elements, int64_t rows) {
  Engine &e = engineOf(call);
  int64_t drawn = rows ? rowsPerSample(b) * elements : elements;
  overSamples(e, b->n, drawn * 32, [&](int64_t begin, int64_t end) {   // a draw costs about what eight moved floats do
    for (int64_t i = begin; i < end; ++i) {
      uint64_t key = offramp_random_key(call->seed, call->visit[b->id[i]], site, stage);
      if (!rows) {
        e.simd->element->uniform(key, 0, elements, dst + i * elements);
        continue;
      }
      e.simd->element->uniform(key, 0, elements, dst + b->first[i] * elements);
      e.simd->element->uniform(key, uint64_t(elements), b->len[i] * elements, dst + int64_t(b->at[i]) * elements);
    }
  });
}
