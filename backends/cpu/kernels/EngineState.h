// The inside of an engine, for the kernels of this folder only. Everything grows on first need and is kept: the second call with the same
// counts allocates nothing.
#ifndef OFFRAMP_CPU_ENGINE_STATE_H
#define OFFRAMP_CPU_ENGINE_STATE_H

#include "backends/cpu/kernels/CallTrace.h"
#include "backends/cpu/kernels/Engine.h"
#include "backends/cpu/kernels/SharedParts.h"
#include "runtime/abi/CpuKernels.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace offramp::cpu {

// 64-byte aligned floats that only grow. data() is null when memory ran out.
class Buffer {
public:
  Buffer() = default;
  Buffer(Buffer &&other) noexcept : at(other.at), size(other.size) { other.at = nullptr, other.size = 0; }
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;
  ~Buffer();
  float *need(int64_t floats);   // contents are not kept when it grows
  float *data() const { return at; }
  int64_t floats() const { return size; }

private:
  float *at = nullptr;
  int64_t size = 0;
};

// A batch descriptor of the pool. `front` is the number of rows before the rest rows: the n of the batch whose rows these are.
struct Descriptor {
  offramp_batch batch{};
  int64_t front = 0;
  std::vector<int32_t> entries;   // id, first, at, len, from
};

class DescriptorPool {
public:
  void reset() { used = 0; }
  Descriptor *take(int64_t samples);                       // arrays for `samples` entries, in batch.* (const in the ABI)
  const Descriptor *find(const offramp_batch *b) const;    // null for a caller's batch

private:
  std::vector<std::unique_ptr<Descriptor>> items;
  size_t used = 0;
};
inline int32_t *entries(const int32_t *p) { return const_cast<int32_t *>(p); }

// Weights packed for the own matrix kernels, in their precision, by address. Transposed: w[k, n] as the right-hand side [n, k] of a gradient.
class PackedWeights {
public:
  struct Entry {
    const float *address = nullptr;
    int64_t k = 0, n = 0;
    bool transposed = false;
    uint64_t version = 0;
    Buffer packed;
  };
  Entry *find(const float *w, int64_t k, int64_t n, bool transposed = false);   // makes one when there is none
  void expire(const float *begin, const float *end);                            // those in [begin, end) are packed again at their next use
  void clear() { slots.clear(), used = 0; }
  size_t bytes() const;

private:
  void grow();
  std::vector<std::unique_ptr<Entry>> slots;   // open addressing, size a power of two
  size_t used = 0;
};

// Weights [begin, end) that optimizer steps update.
struct LearningWeights {
  const float *begin, *end;
};

// A table whose rows are updated lazily, by the address of its gradient, and the rows that have one since the last step: a bit each.
struct TrackedTable {
  const float *gradient = nullptr;
  std::vector<uint64_t> named;
};

// What one thread updates at a time: elements [begin, end) of the weight block.
struct UpdateBlock {
  int64_t begin, end;
  bool decays;
};

class MatmulCache;   // OneDnnMatmul.h
class ConvCache;     // OneDnnConv.h

struct Engine {
  EngineOptions options;
  int threads = 1;
  const SimdTable *simd = nullptr;
  const ReducedKernel *reduced = nullptr;   // null: weights are f32
  uint64_t weightsVersion = 1;
  int64_t forkMacs = 200000;           // products below this run on one thread: a fork costs about 1.5 µs
  MachineProfile profile;
  std::vector<StageCost> stages;
  std::vector<float> leaveShares;
  EngineChoices choices;
  std::vector<EngineChoices> stageChoices;   // one per stage cost
  DescriptorPool pool;
  PackedWeights packed;
  std::unique_ptr<MatmulCache> matmuls;
  std::unique_ptr<ConvCache> convs;
  std::vector<Buffer> threadScratch;   // one per thread
  Buffer sharedScratch;                // between the phases of one kernel call
  std::optional<std::vector<LearningWeights>> learning;   // none: weights may change at any time
  std::vector<TrackedTable> tracked;
  std::vector<UpdateBlock> updates;
  std::vector<double> partials;
  CallTrace *trace = nullptr;
  const char *error = nullptr;
  std::string errorText;

  Engine();
  ~Engine();
  void fail(const char *what);
  // Whether w changes only where engineWeightsChanged says so, which makes packing it once worth the memory.
  bool isFrozen(const float *w) const;
  // Counts a decision in the totals and, where the stage is known, at its stage. `stage` from 1.
  void count(int64_t EngineChoices::*way, int64_t stage) {
    ++(choices.*way);
    if (stage >= 1 && stage <= int64_t(stageChoices.size())) ++(stageChoices[size_t(stage - 1)].*way);
  }
};

// Rows of a product that a thread takes at a time, in whole tiles, `most` if it can: enough for the weights that pass, few enough in the end that threads
// end together.
inline BlockSize rowBlocks(int64_t tileRows, int64_t most) { return {tileRows, std::max<int64_t>(1, 24 / tileRows), std::max<int64_t>(1, most / tileRows)}; }
// … and panels, where rows are few.
constexpr BlockSize kPanelBlocks{1, 1, 4};

// Gives back the memory of weights that were packed, where they are a file's unchanged pages (EngineOptions::releasePlainWeights).
void releasePlain(const Engine &e, const float *w, int64_t floats);

// The packed copy of w[k, n] (transposed: of its transpose) in the precision of the engine. `pack(float *to)` makes it where there is none or weights
// have changed. Null: out of memory.
template <typename Pack> const float *packedOnce(Engine &e, const float *w, int64_t k, int64_t n, bool transposed, int64_t floats, Pack pack) {
  PackedWeights::Entry *entry = e.packed.find(w, k, n, transposed);
  if (entry->version == e.weightsVersion) return entry->packed.data();
  float *packed = entry->packed.need(floats);
  if (!packed) return nullptr;
  pack(packed);
  releasePlain(e, w, k * n);
  entry->version = e.weightsVersion;
  return packed;
}

inline Engine &engineOf(const offramp_call *call) { return *static_cast<Engine *>(call->engine); }
// First thing of a kernel that inference calls, once it is known that there is something to do.
inline void mark(const offramp_call *call, CallKind kind, int64_t stage = 0) {
  if (CallTrace *trace = engineOf(call).trace) trace->add(kind, stage);
}

} // namespace offramp::cpu
#endif
