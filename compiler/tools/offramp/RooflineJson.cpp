// See RooflineJson.h. Plain units: FLOP, bytes, nanoseconds, shares of 1; what is not known is null.
#include "compiler/tools/offramp/RooflineJson.h"

namespace offramp::tool {
namespace {

using runtime::OrderedJson;

OrderedJson orNull(const std::optional<double> &value) { return value ? OrderedJson(*value) : OrderedJson(nullptr); }
/// A share from which something pays; none where no share does.
OrderedJson shareOrNull(double share) { return share > 1 ? OrderedJson(nullptr) : OrderedJson(share); }

OrderedJson row(const OpTime &t, bool timed, const std::optional<double> &measured) {
  OrderedJson json{{"flop", t.flops},       {"weight_bytes", t.weightBytes}, {"read_bytes", t.readBytes}, {"written_bytes", t.writtenBytes},
                   {"flop_per_byte", t.intensity()}, {"attainable_ns", t.ns}, {"bound_by", t.computeBound ? "compute" : "memory"}};
  if (!timed) return json;
  json["measured_ns"] = orNull(measured);
  json["reached"] = measured && *measured > 0 ? OrderedJson(t.ns / *measured) : OrderedJson(nullptr);
  return json;
}

OrderedJson operationRow(int64_t stage, const std::string &part, const OpCount &op, const OpTime &t, const TimedStage *measured, size_t place) {
  OrderedJson json{{"stage", stage}, {"part", part}, {"operation", op.name}};
  json.update(row(t, measured != nullptr, measured && place < measured->ops.size() ? measured->ops[place] : std::nullopt));
  return json;
}

OrderedJson operations(const Roofline &r, const std::optional<TimedRun> &timed) {
  OrderedJson rows = OrderedJson::array();
  const std::vector<OpTime> embed = r.timesOf(r.ops.embed);
  for (size_t i = 0; i < embed.size(); ++i) rows.push_back(operationRow(0, "embed", r.ops.embed[i], embed[i], timed ? &timed->embed : nullptr, i));
  for (size_t s = 0; s < r.ops.stages.size(); ++s) {
    const std::vector<OpCount> ops = fullDepthOps(r.ops, s);
    const std::vector<OpTime> times = r.timesOf(ops);
    for (size_t i = 0; i < ops.size(); ++i) {
      const char *part = i < r.ops.stages[s].whole.size() ? "stage" : s + 1 == r.ops.stages.size() ? "answer" : "decide";
      rows.push_back(operationRow((int64_t)s + 1, part, ops[i], times[i], timed ? &timed->stages[s] : nullptr, i));
    }
  }
  return rows;
}

/// The input to the first stage is stage 0.
OrderedJson stages(const Roofline &r, const std::optional<TimedRun> &timed, OpTime &total) {
  OrderedJson rows = OrderedJson::array();
  std::vector<OpTime> all;
  for (size_t s = 0; s <= r.ops.stages.size(); ++s) {
    const std::vector<OpTime> times = r.timesOf(s == 0 ? r.ops.embed : fullDepthOps(r.ops, s - 1));
    const TimedStage *measured = !timed ? nullptr : s == 0 ? &timed->embed : &timed->stages[s - 1];
    OrderedJson json{{"stage", s}};
    json.update(row(sumOf(times), measured != nullptr, measured && measured->ns > 0 ? std::optional(measured->ns) : std::nullopt));
    rows.push_back(std::move(json));
    all.insert(all.end(), times.begin(), times.end());
  }
  total = sumOf(all);
  return rows;
}

OrderedJson machineJson(const Roofline &r) {
  const double peak = r.machine.flopsPerNs.at(r.workload.type);
  OrderedJson memory = OrderedJson::array();
  for (const MemoryLevel &level : r.machine.memory) {
    const bool main = &level == &r.machine.memory.back();
    memory.push_back({{"name", level.name}, {"bytes", main ? OrderedJson(nullptr) : OrderedJson(level.bytes)}, {"bytes_per_ns", level.bytesPerNs}});
  }
  return {{"name", r.machine.name},
          {"source", r.machine.source},
          {"flop_per_ns", peak},
          {"compute_bound_from", peak / r.machine.memory.back().bytesPerNs},
          {"memory", memory}};
}

OrderedJson exitsJson(const Roofline &r, const std::vector<double> &leave) {
  const ExitCosts costs = exitCosts(r, leave);
  OrderedJson rows = OrderedJson::array();
  for (size_t s = 0; s < costs.stages.size(); ++s) {
    const ExitStage &stage = costs.stages[s];
    const bool last = s + 1 == costs.stages.size();
    rows.push_back({{"stage", s + 1}, {"reach", stage.reach}, {"leave", last ? 1.0 : stage.leave}, {"whole_ns", stage.wholeNs},
                    {"exit_first_ns", stage.firstNs > 0 ? OrderedJson(stage.firstNs) : OrderedJson(nullptr)},
                    {"pays_from", last ? OrderedJson(nullptr) : shareOrNull(stage.breakEven)}, {"taken", stage.exitFirst ? "exit-first" : "whole"}});
  }
  return {{"stages", rows}, {"mean_stage", costs.meanStage}, {"attainable_ns", costs.ns}, {"without_exits_ns", costs.withoutExitsNs},
          {"samples_per_second", 1e9 * r.workload.samples / costs.ns}, {"pays_from_one_share", shareOrNull(costs.uniformBreakEven)}};
}

}  // namespace

OrderedJson rooflineJson(const ModelCosts &model, const Roofline &r, const std::optional<TimedRun> &timed, const std::vector<double> &leave) {
  OrderedJson json{{"model", model.model},
                   {"batch", r.workload.samples},
                   {"rows", r.workload.rows},
                   {"dtype", nameOf(r.workload.type)},
                   {"machine", machineJson(r)}};
  OpTime total;
  json["operations"] = operations(r, timed);
  json["stages"] = stages(r, timed, total);
  json["all"] = row(total, timed.has_value(), timed ? std::optional(timed->ns) : std::nullopt);
  json["samples_per_second"] = 1e9 * r.workload.samples / total.ns;
  json["without_decisions_ns"] = r.withoutExits().ns;
  if (timed) json["measured_batches"] = timed->batches, json["measured_with"] = timed->products;
  if (!leave.empty()) json["exits"] = exitsJson(r, leave);
  return json;
}

}  // namespace offramp::tool
