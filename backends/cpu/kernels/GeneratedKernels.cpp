// Threads for kernels that the compiler generated: contiguous blocks of items.
#include "backends/cpu/kernels/EngineState.h"

#include <algorithm>

// Where a table is mapped from a file, a fault brings in the pages around a row (64 KiB on Linux), and all of them count as this process's memory.
// So they are given back after so many rows; reading them again later finds them in the page cache.
static constexpr int64_t kMappedRows = 128;
static constexpr int64_t kSmallTable = int64_t(1) << 21;   // a table of fewer floats stays

using namespace offramp::cpu;

static void runItems(const Engine &e, offramp_cpu_body body, void *const *args, int64_t first, int64_t count, int64_t grain) {
  const BlockSize size{1, std::max<int64_t>(1, grain / 4), std::max<int64_t>(1, 4 * grain)};
  onBlocks(threadsFor(count, grain, e.threads), count, size, [&](int, int64_t begin, int64_t end) { body(args, first + begin, first + end); });
}

void offramp_cpu_parallel(offramp_call *call, offramp_cpu_body body, void *const *args, int64_t count, int64_t grain) {
  if (count <= 0) return;
  mark(call, CallKind::Generated);
  runItems(engineOf(call), body, args, 0, count, grain);
}

void offramp_cpu_parallel_rows_of(offramp_call *call, offramp_cpu_body body, void *const *args, int64_t count, int64_t grain, const float *table,
                                  int64_t floats) {
  const Engine &e = engineOf(call);
  if (!e.options.releasePlainWeights || floats < kSmallTable) return offramp_cpu_parallel(call, body, args, count, grain);
  if (count <= 0) return;
  mark(call, CallKind::Generated);
  for (int64_t first = 0; first < count; first += kMappedRows) {
    runItems(e, body, args, first, std::min(kMappedRows, count - first), grain);
    releasePlain(e, table, floats);
  }
}
