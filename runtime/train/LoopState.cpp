// What a checkpoint of the loop holds, written and read back.
#include "runtime/train/Loop.h"

#include "runtime/core/Error.h"
#include "runtime/core/SteadyClock.h"

#include <cstring>

namespace offramp::runtime {
namespace {

std::span<const std::byte> bytesOf(const AlignedBlock &block) { return {reinterpret_cast<const std::byte *>(block.data()), block.bytes()}; }

void take(const Checkpoint &checkpoint, const std::string &name, void *to, size_t bytes) {
  const auto &from = checkpoint.block(name, bytes);
  if (bytes > 0) std::memcpy(to, from.data(), bytes);
}

}  // namespace

void Loop::save() {
  const double begun = steadySeconds();
  metrics->sync();
  events->sync();
  CheckpointState c;
  c.phase = state.phase, c.epoch = state.epoch, c.step = state.step;
  c.manifestSha256 = session.manifest().sha256;
  c.data = trainIdentity;
  c.more = {{"batch", state.batch},         {"phase_step", state.phaseStep}, {"epochs", state.epochs},
            {"sums", state.sums},           {"seconds", state.seconds},      {"has_best", state.chosen.epoch > 0},
            {"best_accuracy", state.chosen.quality}, {"best_epoch", state.chosen.epoch}, {"highest_accuracy", state.chosen.highest},
            {"averaged", state.averaged},
            {"metrics", metrics->offset()}, {"events", events->offset()},    {"valid", validIdentity.sha256}};
  auto weights = session.weights();
  std::vector<Block> blocks{{"weights", std::as_bytes(weights)}, {"m", bytesOf(m)}, {"v", bytesOf(v)}};
  if (state.chosen.epoch > 0) blocks.push_back({"best", bytesOf(chosenWeights)});
  if (state.averaged > 0) blocks.push_back({"mean", bytesOf(mean)});
  for (size_t i = 0; i < tables.size(); ++i)
    if (!session.manifest().tables[i].kept) blocks.push_back({"table." + std::to_string(i), bytesOf(tables[i])});
  store.save(c, blocks);
  checkpoints.saved(begun, steadySeconds());
}

void Loop::restore(const Checkpoint &c) {
  const std::string name = fmt::format("checkpoint `{}`", c.name);
  if (c.state.manifestSha256 != session.manifest().sha256) userError("{} belongs to another artifact than `{}`", name, session.artifact().path().string());
  if (!(c.state.data == trainIdentity))
    userError("{} was made with other training data ({} samples) than given now ({} samples); give the same files", name, c.state.data.rows, trainIdentity.rows);
  const Json &more = c.state.more;
  if (jsonString(more, "valid", name) != validIdentity.sha256) userError("{} was made with other validation data than given now; give the same files", name);
  state.phase = c.state.phase, state.epoch = c.state.epoch, state.step = c.state.step;
  state.batch = jsonInteger(more, "batch", name, 0, INT64_MAX);
  state.phaseStep = jsonInteger(more, "phase_step", name, 0, INT64_MAX);
  state.epochs = jsonInteger(more, "epochs", name, 0, INT64_MAX);
  state.averaged = more.contains("averaged") ? jsonInteger(more, "averaged", name, 0, INT64_MAX) : 0;
  try {
    state.sums = jsonMember(more, "sums", name).get<std::vector<double>>();
    state.seconds = jsonMember(more, "seconds", name).get<double>();
    if (jsonMember(more, "has_best", name).get<bool>()) {
      state.chosen.epoch = jsonInteger(more, "best_epoch", name, 1, INT64_MAX);
      state.chosen.quality = jsonMember(more, "best_accuracy", name).get<double>();
      state.chosen.highest = more.contains("highest_accuracy") ? more["highest_accuracy"].get<double>() : state.chosen.quality;  // older ones have none
    }
  } catch (const Json::exception &error) {
    userError("{}: field `more` is damaged: {}", name, error.what());
  }
  auto weights = session.weights();
  take(c, "weights", weights.data(), weights.size_bytes());
  take(c, "m", m.data(), m.bytes());
  take(c, "v", v.data(), v.bytes());
  if (state.chosen.epoch > 0) take(c, "best", chosenWeights.data(), chosenWeights.bytes());
  if (state.averaged > 0) mean = AlignedBlock(chosenWeights.bytes()), take(c, "mean", mean.data(), mean.bytes());
  for (size_t i = 0; i < tables.size(); ++i)
    if (!session.manifest().tables[i].kept) take(c, "table." + std::to_string(i), tables[i].data(), tables[i].bytes());
  session.weightsChanged();
  metrics = std::make_unique<MetricsLog>(folder / "metrics.jsonl", jsonInteger(more, "metrics", name, 0, INT64_MAX));
  events = std::make_unique<EventWriter>(folder / EventWriter::fileName, jsonInteger(more, "events", name, 0, INT64_MAX));
}

}  // namespace offramp::runtime
