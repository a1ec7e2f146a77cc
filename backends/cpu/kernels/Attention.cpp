// Attention over ragged rows: places of one sample and head are read from the descriptors, the arithmetic is simd/Attention*.cpp. Threads
// share samples × heads; each writes its own rows, so who takes which changes no bit.
#include "backends/cpu/kernels/EngineState.h"

namespace offramp::cpu {
namespace {

struct Shape {
  const offramp_batch *qb, *kb;
  int64_t heads, dim, which;

  int64_t keys(int64_t i) const { return int64_t(kb->len[i]) + 1; }
  int64_t queries(int64_t i) const {
    return which == OFFRAMP_ROWS_ALL ? int64_t(qb->len[i]) + 1 : which == OFFRAMP_ROWS_FIRST ? 1 : qb->len[i];
  }
  int64_t cost(int64_t i) const { return (queries(i) * keys(i) * 2 + keys(i) * 8); }   // both products; transposing the keys

  // Rows of the queries' side: [.., stride], column `column`.
  SampleRows query(float *base, int64_t i, int64_t stride, int64_t column) const {
    if (!base) return {nullptr, nullptr, stride};
    base += column;
    if (which == OFFRAMP_ROWS_FIRST) return {base + i * stride, nullptr, stride};
    if (which == OFFRAMP_ROWS_REST) {
      float *first = base + (qb->at[i] - qb->n) * stride;
      return {first, first + stride, stride};
    }
    return {base + qb->first[i] * stride, base + int64_t(qb->at[i]) * stride, stride};
  }
  SampleRows key(float *base, int64_t i, int64_t column) const {
    return {base + kb->first[i] * 2 * dim + column, base + int64_t(kb->at[i]) * 2 * dim + column, 2 * dim};
  }
};

// Calls run(sample, head, thread) for all samples × heads.
template <typename Run> void overHeads(Engine &e, const Shape &s, int64_t macsPerCost, Run run) {
  int64_t total = 0;
  for (int64_t i = 0; i < s.qb->n; ++i) total += s.cost(i);
  int threads = threadsFor(total * s.heads * macsPerCost, e.forkMacs / 4, e.threads);   // a quarter of the GEMMs' rate
  onBlocks(threads, s.qb->n * s.heads, {1, 1, 4 * s.heads}, [&](int thread, int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) run(item / s.heads, item % s.heads, thread);
  });
}

// Scratch of all threads for the largest sample; null after an error.
bool prepareScratch(Engine &e, const Shape &s, int64_t (*size)(int64_t, int64_t, int64_t)) {
  int64_t most = 0;
  for (int64_t i = 0, keys = 0, queries = 0; i < s.qb->n; ++i)
    if (s.keys(i) > keys || s.queries(i) > queries) {
      keys = std::max(keys, s.keys(i)), queries = std::max(queries, s.queries(i));
      most = size(queries, keys, s.dim / s.heads);
    }
  for (auto &buffer : e.threadScratch)
    if (!buffer.need(most)) {
      e.fail("out of memory for attention scratch");
      return false;
    }
  return true;
}

float *mut(const float *p) { return const_cast<float *>(p); }

} // namespace
} // namespace offramp::cpu

using namespace offramp::cpu;

void offramp_cpu_attention(offramp_call *call, const offramp_batch *qb, const float *q, const offramp_batch *kb, const float *kv, float *dst,
                           float *lse, int64_t heads, int64_t dim, int64_t which) {
  if (qb->n <= 0) return;
  mark(call, CallKind::Attention);
  Engine &e = engineOf(call);
  Shape s{qb, kb, heads, dim, which};
  int64_t d = dim / heads;
  if (!prepareScratch(e, s, e.simd->attention->forwardScratch)) return;
  float scale = 1.0f / __builtin_sqrtf(float(d));
  overHeads(e, s, d, [&](int64_t i, int64_t h, int thread) {
    AttentionArgs a{};
    a.queries = s.queries(i), a.keys = s.keys(i), a.d = d, a.scale = scale;
    a.q = s.query(mut(q), i, dim, h * d), a.out = s.query(dst, i, dim, h * d), a.lse = s.query(lse, i, heads, h);
    a.k = s.key(mut(kv), i, h * d), a.v = s.key(mut(kv), i, dim + h * d);
    a.scratch = e.threadScratch[size_t(thread)].data();
    e.simd->attention->forward(&a);
  });
}

void offramp_cpu_attention_grad(offramp_call *call, const offramp_batch *b, const float *q, const float *kv, const float *lse, const float *dout,
                                float *dq, float *dkv, int64_t heads, int64_t dim, int64_t which) {
  if (b->n <= 0) return;
  Engine &e = engineOf(call);
  Shape s{b, b, heads, dim, which};
  int64_t d = dim / heads;
  if (!prepareScratch(e, s, e.simd->attention->gradScratch)) return;
  float scale = 1.0f / __builtin_sqrtf(float(d));
  overHeads(e, s, 3 * d, [&](int64_t i, int64_t h, int thread) {
    AttentionArgs a{};
    a.queries = s.queries(i), a.keys = s.keys(i), a.d = d, a.scale = scale;
    a.q = s.query(mut(q), i, dim, h * d), a.lse = s.query(mut(lse), i, heads, h);
    a.dout = s.query(mut(dout), i, dim, h * d), a.dq = s.query(dq, i, dim, h * d);
    a.k = s.key(mut(kv), i, h * d), a.v = s.key(mut(kv), i, dim + h * d);
    a.dk = s.key(dkv, i, h * d), a.dv = s.key(dkv, i, dim + h * d);
    a.scratch = e.threadScratch[size_t(thread)].data();
    e.simd->attention->grad(&a);
  });
}
