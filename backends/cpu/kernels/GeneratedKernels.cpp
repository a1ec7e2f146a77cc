// Threads for kernels that the compiler generated: one contiguous chunk per thread.
#include "backends/cpu/kernels/EngineState.h"

using namespace offramp::cpu;

void offramp_cpu_parallel(offramp_call *call, offramp_cpu_body body, void *const *args, int64_t count, int64_t grain) {
  if (count <= 0) return;
  mark(call, CallKind::Generated);
  int threads = threadsFor(count, grain, engineOf(call).threads);
  onThreads(threads, [&](int thread, int parts) {
    Part p = partOf(count, 1, thread, parts);
    if (p.begin < p.end) body(args, p.begin, p.end);
  });
}
