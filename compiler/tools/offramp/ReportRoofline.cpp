// See ReportRoofline.h.
#include "compiler/tools/offramp/ReportRoofline.h"

#include "compiler/artifact/Compile.h"
#include "compiler/roofline/Roofline.h"
#include "compiler/tools/offramp/ThisMachine.h"
#include "compiler/tools/offramp/TimedRun.h"

#include <algorithm>

namespace offramp::tool {
namespace {

using runtime::report::RooflineData;
using runtime::report::RooflinePoint;

RooflinePoint point(std::string name, const OpTime &t, std::optional<double> measured) {
  return {std::move(name), t.flops, t.bytes(), t.ns, measured, t.computeBound};
}

/// Joins an operation to the one of its name and kind in other stages. A sum of measured times is known only if each of them is.
void join(std::vector<RooflinePoint> &points, const RooflinePoint &more) {
  auto known = std::find_if(points.begin(), points.end(), [&](const RooflinePoint &p) { return p.name == more.name; });
  if (known == points.end()) return points.push_back(more);
  known->computeBound = more.attainableNs > known->attainableNs ? more.computeBound : known->computeBound;
  known->flops += more.flops, known->bytes += more.bytes, known->attainableNs += more.attainableNs;
  known->measuredNs = known->measuredNs && more.measuredNs ? std::optional(*known->measuredNs + *more.measuredNs) : std::nullopt;
}

}  // namespace

RooflineData reportRoofline(const std::filesystem::path &folder, OpenRun &run, int64_t batch, int64_t rows) {
  CompileOptions compile;
  compile.importRoots = importRootsOf(folder);
  const ModelCosts model = modelCosts(folder / "source" / run.info.source, run.info.sets, compile, rows);
  const Machine machine = thisMachine(limitsOfThisMachine(run.session->backend().threads()));
  const Roofline roofline(model.ops, machine, {(double)batch, (double)model.rows, NumberType::F32});
  const TimedRun timed = timeRun(run, model.ops, batch, model.rows);

  RooflineData data;
  data.machine = machine.source, data.flopsPerNs = machine.flopsPerNs.at(NumberType::F32);
  for (const MemoryLevel &level : machine.memory) data.memory.push_back({level.name, level.bytesPerNs});
  data.batch = batch, data.rows = model.rowsPerSample < 0 ? 0 : model.rows;
  auto add = [&](const std::string &name, const std::vector<OpCount> &ops, const TimedStage &stage) {
    const std::vector<OpTime> times = roofline.timesOf(ops);
    data.stages.push_back(point(name, sumOf(times), stage.ns > 0 ? std::optional(stage.ns) : std::nullopt));
    for (size_t i = 0; i < ops.size(); ++i) join(data.operations, point(ops[i].name, times[i], stage.ops[i]));
  };
  add("input", model.ops.embed, timed.embed);
  for (size_t s = 0; s < model.ops.stages.size(); ++s) add("stage " + std::to_string(s + 1), fullDepthOps(model.ops, s), timed.stages[s]);
  return data;
}

}  // namespace offramp::tool
