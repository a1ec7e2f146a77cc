// The order of things: begin or restore, phase after phase, finish. Phases are in LoopTrain.cpp and LoopMeasure.cpp, what
// frozen stages say in LoopKeep.cpp, averages of weights in LoopAverage.cpp, saving in LoopState.cpp.
#include "runtime/train/Loop.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/core/SteadyClock.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/Quality.h"
#include "runtime/train/Initialize.h"

#include <cstring>

namespace offramp::runtime {

Loop::Loop(Session &session, const TrainingSplits &splits, const RunInfo &info, std::filesystem::path run, LoopOptions options)
    : session(session), splits(splits), info(info), folder(std::move(run)), options(std::move(options)), store(folder / "checkpoints"),
      checkpoints(this->options.checkpointSeconds, this->options.checkpointSteps) {
  const size_t bytes = (size_t)session.manifest().weightElements * sizeof(float);
  gradients = AlignedBlock(bytes), m = AlignedBlock(bytes), v = AlignedBlock(bytes), chosenWeights = AlignedBlock(bytes);
  const size_t rows = (size_t)splits.train.data->rows;
  for (const ManifestTable &table : session.manifest().tables) {
    tables.emplace_back(table.kept ? 0 : rows * 4);
    tablePointers.push_back(tables.back().data());
    if (table.kept) continue;  // made by its phase
    for (size_t i = 0; i < rows; ++i)
      if (table.dtype == ValueType::F32) tables.back().as<float>()[i] = (float)table.initial;
      else tables.back().as<int32_t>()[i] = (int32_t)table.initial;
  }
  trainIdentity = splits.train.data->identity();
  validIdentity = splits.heldOut ? trainIdentity : splits.valid.data->identity();
}

bool Loop::isLastTraining(size_t phase) const {
  const auto &phases = session.manifest().phases;
  for (size_t later = phase + 1; later < phases.size(); ++later)
    if (std::holds_alternative<ManifestTrainPhase>(phases[later])) return false;
  return true;
}

void Loop::begin() {
  const Manifest &manifest = session.manifest();
  std::vector<InitialRange> initial;
  for (const ManifestInstance &instance : manifest.instances)
    for (const ManifestField &field : instance.fields)
      initial.push_back({instance.path + "." + field.name, instance.offset + field.offset, field.elements, field.initializer, field.scale});
  std::vector<float> block = initializeWeights(initial, manifest.weightElements, info.seed);
  std::copy(block.begin(), block.end(), session.weights().begin());
  if (!info.init.empty()) loadInitialWeights(folder / "init.safetensors", manifest, session.weights());
  session.weightsChanged();
  metrics = std::make_unique<MetricsLog>(folder / "metrics.jsonl", 0);
  events = std::make_unique<EventWriter>(folder / EventWriter::fileName, 0);
}

LoopEnd Loop::run() {
  offramp_call &call = session.call();
  call.gradients = gradients.as<float>().data();
  call.tables = tablePointers.data();
  call.seed = info.seed;
  if (store.exists()) restore(store.loadLatest());
  else begin();
  checkpoints.start(steadySeconds());
  const auto &phases = session.manifest().phases;
  while (state.phase < (int64_t)phases.size()) {
    const ManifestPhase &phase = phases[(size_t)state.phase];
    const auto *training = std::get_if<ManifestTrainPhase>(&phase);
    LoopEnd end = training ? train(*training) : measure(std::get<ManifestMeasurePhase>(phase));
    if (end == LoopEnd::Interrupted) {
      save();
      return end;
    }
    ++state.phase;
    state.epoch = state.batch = state.phaseStep = state.averaged = 0;
    save();
  }
  finish();
  return LoopEnd::Finished;
}

void Loop::finish() {
  if (state.chosen.epoch > 0) std::memcpy(session.weights().data(), chosenWeights.data(), chosenWeights.bytes());
  session.weightsChanged();
  OrderedJson result{{"steps", state.step}};
  if (state.chosen.epoch > 0)
    result["valid_" + Quality{!session.manifest().answersNumber()}.name()] = state.chosen.quality, result["best_epoch"] = state.chosen.epoch;
  writeFileAtomic(folder / "result.json", jsonLine(result) + "\n");
  saveWeights(folder / "model.safetensors", session.manifest(), session.weights());
}

}  // namespace offramp::runtime
