// A measure phase: one value for every training sample, visible when all are written. Interrupted, it begins anew: nothing was visible.
#include "runtime/train/Loop.h"

#include "runtime/data/BatchBuilder.h"
#include "runtime/data/WorstRows.h"

#include <cstring>
#include <map>

namespace offramp::runtime {

bool Loop::writeTables(size_t program, const std::string &title) {
  constexpr int64_t batch = 64;
  BatchBuilder builder(*splits.train.data, session.manifest().rowsPerSample);
  session.reserve({&program, 1}, batch, worstRows(builder.rowCount(), splits.train.rows, batch));
  visit.resize((size_t)batch);
  session.backend().setUpdates(session.weights(), gradients.as<float>(), {});  // nothing learns
  const int64_t samples = splits.train.size();
  Progress progress(title, samples, "samples", options.output);
  offramp_call &call = session.call();
  for (int64_t at = 0; at < samples; at += batch) {
    if (stopped()) return false;
    const int64_t n = std::min(batch, samples - at);
    const offramp_batch &b = builder.build({splits.train.rows.data() + at, (size_t)n});
    for (int64_t i = 0; i < n; ++i) visit[(size_t)i] = state.epochs * samples + at + i;
    call.inputs = builder.inputs(), call.index = builder.index(), call.visit = visit.data(), call.samples_in_step = n;
    session.run(program, b);
    progress.update(at + n);
  }
  progress.finish();
  return true;
}

LoopEnd Loop::measure(const ManifestMeasurePhase &phase) {
  AlignedBlock next(tables[phase.table].bytes());
  std::memcpy(next.data(), tables[phase.table].data(), next.bytes());  // a sample may read its own old value
  tablePointers[phase.table] = next.data();
  // The phase behind may read what the same stages say.
  const auto *behind = phase.keep ? &std::get<ManifestTrainPhase>(session.manifest().phases[(size_t)state.phase + 1]) : nullptr;
  const bool keeps = behind && behind->epochs > 0 && keptMiB(*behind->kept) <= options.frozenMiB;
  if (keeps) makeRoom(*behind->kept);
  const bool whole = writeTables(keeps ? *phase.keep : phase.program, phase.name);
  if (whole) std::swap(tables[phase.table], next);
  tablePointers[phase.table] = tables[phase.table].data();
  if (!whole) return LoopEnd::Interrupted;
  if (keeps) keptFor = state.phase + 1;
  OrderedJson line{{"kind", "phase"}, {"phase", phase.name}, {"step", state.step}, {"table", session.manifest().tables[phase.table].name}};
  if (session.manifest().tables[phase.table].dtype == ValueType::I32) {
    std::map<int32_t, int64_t> counts;
    for (int64_t row : splits.train.rows) ++counts[tables[phase.table].as<int32_t>()[(size_t)row]];
    OrderedJson histogram = OrderedJson::object();
    for (const auto &[value, count] : counts) histogram[std::to_string(value)] = count;
    line["histogram"] = histogram;
  }
  metrics->write(line);
  return LoopEnd::Finished;
}

}  // namespace offramp::runtime
