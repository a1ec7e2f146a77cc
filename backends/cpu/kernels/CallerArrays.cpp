// Values between the batch and the caller's arrays, which are addressed by sample id (inputs, results) or by dataset index (tables). The
// caller's order is restored here and nowhere else.
#include "backends/cpu/kernels/EngineState.h"

#include <cmath>
#include <cstring>

namespace offramp::cpu {
namespace {

template <typename Body> void overItems(Engine &e, int64_t n, int64_t bytes, Body body) {
  int threads = int(std::min<int64_t>(threadsFor(n * bytes, 256 * 1024, e.threads), std::max<int64_t>(n, 1)));
  onBlocks(threads, n, {}, [&](int, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i);
  });
}

} // namespace
} // namespace offramp::cpu

using namespace offramp::cpu;

void offramp_cpu_read(offramp_call *call, const offramp_batch *b, const void *array, void *dst, int64_t bytes) {
  mark(call, CallKind::Rows);
  overItems(engineOf(call), b->n, bytes, [&](int64_t i) {
    std::memcpy(static_cast<char *>(dst) + i * bytes, static_cast<const char *>(array) + b->id[i] * bytes, size_t(bytes));
  });
}

void offramp_cpu_write(offramp_call *call, const offramp_batch *b, void *array, const void *src, int64_t bytes) {
  overItems(engineOf(call), b->n, bytes, [&](int64_t i) {
    std::memcpy(static_cast<char *>(array) + b->id[i] * bytes, static_cast<const char *>(src) + i * bytes, size_t(bytes));
  });
}

void offramp_cpu_read_table(offramp_call *call, const offramp_batch *b, const void *table, void *dst, int64_t bytes) {
  for (int64_t i = 0; i < b->n; ++i)
    std::memcpy(static_cast<char *>(dst) + i * bytes, static_cast<const char *>(table) + call->index[b->id[i]] * bytes, size_t(bytes));
}

void offramp_cpu_write_table(offramp_call *call, const offramp_batch *b, void *table, const void *src, int64_t bytes) {
  for (int64_t i = 0; i < b->n; ++i)
    std::memcpy(static_cast<char *>(table) + call->index[b->id[i]] * bytes, static_cast<const char *>(src) + i * bytes, size_t(bytes));
}

void offramp_cpu_add_loss(offramp_call *call, const float *src, int64_t n, int64_t slot) {
  double sum = 0;
  for (int64_t i = 0; i < n; ++i) sum += src[i];
  call->loss[slot] += float(sum);
}

void offramp_cpu_put(offramp_call *call, const offramp_batch *b, const float *logits, int64_t classes, int64_t stage, const float *decision) {
  mark(call, CallKind::Put, stage);
  for (int64_t i = 0; i < b->n; ++i) {
    int64_t id = b->id[i];
    std::memcpy(call->logits + id * classes, logits + i * classes, size_t(classes) * 4);
    if (call->stage) call->stage[id] = int32_t(stage);
    if (call->decision) call->decision[id] = decision ? decision[i] : NAN;
  }
}
