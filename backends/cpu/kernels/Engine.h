// The CPU backend's engine: what offramp_call::engine points to. It owns everything that outlives one call: thread count, packed
// weights, oneDNN primitives per row count, scratch per thread, the pool of batch descriptors, and what the cost model knows.
//
// Separate engines may be used from separate threads at the same time; one engine serves one call at a time. The engine knows no model.
//
// Threads: those of the calling thread's Team, bound to CPUs where EngineOptions::bind says so; once a call goes to oneDNN, those of libgomp,
// on which it runs. libgomp reads its environment when it is loaded (OMP_PROC_BIND, OMP_WAIT_POLICY); its waiting threads spin for
// milliseconds.
#ifndef OFFRAMP_CPU_ENGINE_H
#define OFFRAMP_CPU_ENGINE_H

#include "backends/cpu/kernels/CostModel.h"
#include "backends/cpu/kernels/simd/ReducedTable.h"
#include "runtime/abi/CpuKernels.h"
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offramp::cpu {

enum class EngineMode {
  Inference,   // weights do not change between calls of engineWeightsChanged: packed once per address
  Training     // weights change at any time: in f32 only frozen ones are kept packed (engineSetUpdates); in bf16 all are, between two updates
};

enum class GemmChoice { Own, OneDnn };   // oneDNN is for tests and measurements

// "f32", "bf16", "int8"
const char *precisionName(Precision precision);
std::optional<Precision> precisionNamed(std::string_view name);

struct EngineOptions {
  EngineMode mode = EngineMode::Inference;
  int threads = 0;                    // 0: as many as this process may use
  bool bind = true;                   // bind worker threads to CPUs when OMP_PROC_BIND is not set
  GemmChoice gemm = GemmChoice::Own;
  SimdLevel level = SimdLevel::Best;
  // Of the weights of linear layers; training in bf16 rounds both sides of their gradients' products too. What stays f32: isReduced
  // (simd/ReducedTable.h), convolutions and attention's products.
  Precision precision = Precision::F32;
  std::string kernel;                 // of the reduced precision, by name, for tests and measurements; empty: the fastest
  bool releasePlainWeights = false;   // the weights are pages of a mapped file that nobody writes: they are dropped once they are packed
  size_t primitiveLimit = 4096;       // oneDNN primitives kept; the least recently used go first
};

struct Engine;   // EngineState.h

// Null only when options.level or options.kernel is not supported by this CPU, when int8 is asked for training, or a reduced precision of oneDNN.
Engine *createEngine(const EngineOptions &options);
void destroyEngine(Engine *engine);

int engineThreads(const Engine *engine);
Precision enginePrecision(const Engine *engine);
const char *engineLevel(const Engine *engine);    // "x86-64-v4" …
// What multiplies weights: "x86-64-v4", "amx-bf16", "x86-64-v3, bf16 emulated" …
std::string engineProducts(const Engine *engine);
std::string productsOnThisCpu(Precision precision);   // the same of an engine whose kernel nobody chose
// Weights were written (loaded, an optimizer step): packed copies are made again at their next use. Memory is kept.
void engineWeightsChanged(Engine *engine);
// The same for the weights in [begin, end) only: an optimizer step leaves frozen ones packed.
void engineWeightsUpdated(Engine *engine, const float *begin, const float *end);
// What optimizer steps update from now on: `ranges` of the block at `weights`. The weights of other linear layers are frozen: packed once. In ranges
// with a row width, rows that offramp_cpu_gather_dw adds to, at `gradients` + begin, are noted, none so far; offramp_cpu_adamw updates those.
// Replaces what the last call said.
void engineSetUpdates(Engine *engine, const float *weights, const float *gradients, const offramp_range *ranges, int64_t n);
// First error of a kernel since the last call of this function (out of memory, oneDNN refused), or null. The text stays until then.
const char *engineTakeError(Engine *engine);

// Cost model inputs; see CostModel.h. Without stage costs choice 2 means: never split, always regroup.
void engineSetProfile(Engine *engine, const MachineProfile &profile);
const MachineProfile &engineProfile(const Engine *engine);
void engineSetStageCosts(Engine *engine, std::vector<StageCost> stages);
const std::vector<StageCost> &engineStageCosts(const Engine *engine);
// Expected share of the samples reaching stage s+1 that leave there, index 0 = stage 1. Missing entries are 0.
void engineSetLeaveShares(Engine *engine, std::vector<float> shares);
// How often each choice was made since the counters were last read: what `bench` prints.
struct EngineChoices {
  int64_t split = 0, whole = 0, regrouped = 0, kept = 0;
};
EngineChoices engineTakeChoices(Engine *engine);
// The same per stage, one entry for each stage cost; counted apart from the totals.
std::vector<EngineChoices> engineTakeStageChoices(Engine *engine);
// What the model says for batches of so many samples with so many rows each, at the shares set.
std::vector<StagePlan> enginePlan(const Engine *engine, double samples, double rowsPerSample);

// Bytes of packed weights and scratch held now.
size_t engineBytes(const Engine *engine);

} // namespace offramp::cpu
#endif
