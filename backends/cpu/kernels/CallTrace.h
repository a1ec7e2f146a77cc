// When the kernel calls of an inference began: what measured times per operation are made of. A call lasts until the next one begins, so one
// reading of the clock serves both; without a trace a call pays one comparison. Kernels of training are not marked. Knows no model.
#ifndef OFFRAMP_CPU_CALL_TRACE_H
#define OFFRAMP_CPU_CALL_TRACE_H

#include <chrono>
#include <cstdint>
#include <vector>

namespace offramp::cpu {

struct Engine;

enum class CallKind { Begin, Linear, Attention, Convolution, Pool, Rows, Generated, Leave, Put };

struct CallMark {
  CallKind kind;
  int64_t stage;   // of Put, from 1; else 0
  double ns;       // of a steady clock
};

struct CallTrace {
  std::vector<CallMark> marks;
  void add(CallKind kind, int64_t stage) {
    marks.push_back({kind, stage, std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count()});
  }
};

// Calls are marked in `trace` from now on; null: no longer. The trace must outlive that. Reserve `marks`, or it allocates while calls are timed.
void engineTrace(Engine *engine, CallTrace *trace);

} // namespace offramp::cpu
#endif
