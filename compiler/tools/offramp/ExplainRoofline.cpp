// See ExplainRoofline.h.
#include "compiler/tools/offramp/ExplainRoofline.h"

#include "compiler/tools/offramp/TextTable.h"
#include "compiler/tools/offramp/Units.h"
#include "runtime/report/Text.h"

namespace offramp::tool {
namespace {

using runtime::report::compact;
using runtime::report::duration;
using runtime::report::number;

std::string intensityText(double intensity) { return intensity < 10 ? fmt::format("{:.2f}", intensity) : number(intensity, intensity < 100 ? 1 : 0); }
std::string boundText(const OpTime &t) { return t.computeBound ? "compute" : "memory"; }
std::string from(double share) { return share > 1 ? "never" : fmt::format("{:.1f} %", 100 * share); }

class Table {
 public:
  Table(const char *first, const char *last, bool timed) : timed(timed), table(head(first, last, timed)) {}

  void add(const std::string &first, const OpTime &t, std::optional<double> measured, const std::string &last) {
    std::vector<std::string> row{
        first,          count(t.flops), bytes(t.weightBytes), bytes(t.readBytes), bytes(t.writtenBytes), intensityText(t.intensity()),
        duration(t.ns), boundText(t)};
    if (timed)
      row.push_back(measured ? duration(*measured) : "-"),
          row.push_back(measured && *measured > 0 ? fmt::format("{:.0f} %", 100 * t.ns / *measured) : "-");
    row.push_back(last);
    table.add(std::move(row));
  }
  void note(const std::string &first, const std::string &last) {
    std::vector<std::string> row(timed ? 11 : 9);
    row.front() = first, row.back() = last;
    table.add(std::move(row));
  }
  std::string text() const { return table.text(); }

 private:
  static std::vector<std::string> head(const char *first, const char *last, bool timed) {
    std::vector<std::string> names{first, "FLOP", "weights", "read", "written", "FLOP/B", "attainable", "bound by"};
    if (timed) names.push_back("measured"), names.push_back("reached");
    names.push_back(last);
    return names;
  }
  bool timed;
  TextTable table;
};

bool sameCounts(const std::vector<OpTime> &a, const std::vector<OpTime> &b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const OpTime &x, const OpTime &y) { return x.flops == y.flops && x.bytes() == y.bytes() && x.ns == y.ns; });
}

std::optional<double> measuredOf(const TimedStage *stage, size_t op) { return stage && op < stage->ops.size() ? stage->ops[op] : std::nullopt; }

std::string operationTable(const Roofline &r, const std::optional<TimedRun> &timed) {
  Table table("stage", "operation", timed.has_value());
  const std::vector<OpTime> embed = r.timesOf(r.ops.embed);
  for (size_t i = 0; i < embed.size(); ++i) table.add("0", embed[i], measuredOf(timed ? &timed->embed : nullptr, i), r.ops.embed[i].name);
  size_t shown = 0;
  std::vector<OpTime> last;
  for (size_t s = 0; s < r.ops.stages.size(); ++s) {
    const std::vector<OpCount> ops = fullDepthOps(r.ops, s);
    std::vector<OpTime> times = r.timesOf(ops);
    if (s > 0 && sameCounts(times, last)) {
      table.note(std::to_string(s + 1), fmt::format("as stage {}", shown + 1));
      continue;
    }
    const size_t stage = r.ops.stages[s].whole.size();
    for (size_t i = 0; i < times.size(); ++i)
      table.add(std::to_string(s + 1), times[i], measuredOf(timed ? &timed->stages[s] : nullptr, i),
                ops[i].name + (i < stage                      ? ""
                               : s + 1 == r.ops.stages.size() ? " (answer)"
                                                              : " (decide)"));
    shown = s, last = std::move(times);
  }
  return table.text();
}

std::string stageTable(const Roofline &r, const std::optional<TimedRun> &timed) {
  Table table("stage", "", timed.has_value());
  std::vector<OpTime> all = r.timesOf(r.ops.embed);
  table.add("0", sumOf(all), timed && timed->embed.ns > 0 ? std::optional(timed->embed.ns) : std::nullopt, "input to the first stage");
  for (size_t s = 0; s < r.ops.stages.size(); ++s) {
    const std::vector<OpTime> times = r.timesOf(fullDepthOps(r.ops, s));
    table.add(std::to_string(s + 1), sumOf(times), timed ? std::optional(timed->stages[s].ns) : std::nullopt,
              s + 1 == r.ops.stages.size() ? "with the answer" : "with what decides");
    all.insert(all.end(), times.begin(), times.end());
  }
  const OpTime total = sumOf(all);
  table.add("all", total, timed ? std::optional(timed->ns) : std::nullopt, "full depth, nobody leaves");
  std::string text = table.text();
  const OpTime plain = r.withoutExits();
  text += fmt::format("\nFull depth: {} FLOP and {} a sample, {} samples/s attainable; without what decides {} ({} samples/s)\n",
                      count(total.flops / r.workload.samples), bytes(total.bytes() / r.workload.samples), number(1e9 * r.workload.samples / total.ns),
                      duration(plain.ns), number(1e9 * r.workload.samples / plain.ns));
  return text;
}

std::string machineText(const Roofline &r) {
  const double peak = r.machine.flopsPerNs.at(r.workload.type), main = r.machine.memory.back().bytesPerNs;
  std::string text =
      fmt::format("{} ({}): {}FLOP/s in {}, main memory {} GB/s; compute-bound from {} FLOP a byte\n", r.machine.name, r.machine.source,
                  count(peak * 1e9), nameOf(r.workload.type), number(main, main < 100 ? 1 : 0), number(peak / main, 1));
  if (r.machine.memory.size() > 1) {
    text += "reading working sets of up to";
    for (const MemoryLevel &level : r.machine.memory)
      if (&level != &r.machine.memory.back()) text += fmt::format(" {}: {},", level.name, number(level.bytesPerNs, level.bytesPerNs < 100 ? 1 : 0));
    text.back() = ' ';
    text += "GB/s\n";
  }
  return text;
}

}  // namespace

std::string rooflineText(const ModelCosts &model, const Roofline &r, const std::optional<TimedRun> &timed) {
  std::string text = fmt::format("{}: {} stages, batch {}", model.model, model.ops.stages.size(), number(r.workload.samples));
  if (model.rowsPerSample >= 0) text += fmt::format(" of {} row{} each", number(r.workload.rows), r.workload.rows == 1 ? "" : "s");
  text += fmt::format(", {}\n", nameOf(r.workload.type)) + machineText(r);
  text += "\nOperations of a batch in which nobody leaves\n" + operationTable(r, timed);
  text += "\nStages: sums of their operations\n" + stageTable(r, timed);
  if (timed)
    text +=
        fmt::format("Measured: {} batches of random input at full depth, the fastest call by call, weights multiplied by {}; reached: attainable of measured\n",
                    timed->batches, timed->products);
  return text;
}

std::string exitText(const Roofline &r, const std::vector<double> &leave) {
  const ExitCosts costs = exitCosts(r, leave);
  TextTable table({"stage", "reach it", "leave", "whole", "exit-first", "pays from", "taken"});
  for (size_t s = 0; s < costs.stages.size(); ++s) {
    const ExitStage &stage = costs.stages[s];
    const bool last = s + 1 == costs.stages.size();
    table.add({std::to_string(s + 1), fmt::format("{:.1f} %", 100 * stage.reach), last ? "all" : fmt::format("{:.0f} %", 100 * stage.leave),
               duration(stage.wholeNs), stage.firstNs > 0 ? duration(stage.firstNs) : "-", last ? "-" : from(stage.breakEven),
               stage.exitFirst ? "exit-first" : "whole"});
  }
  const double samples = r.workload.samples;
  std::string text =
      "\nWith exits: expected attainable time of a batch; pays from: share of leavers from which this exit is worth its cost, the others as given\n" +
      table.text();
  text += fmt::format("\nMean stage {:.2f} of {}; {} a sample instead of {} without exits ({:.2f} times as fast), {} samples/s\n", costs.meanStage,
                      costs.stages.size(), duration(costs.ns / samples), duration(costs.withoutExitsNs / samples), costs.withoutExitsNs / costs.ns,
                      number(1e9 * samples / costs.ns));
  text += costs.uniformBreakEven > 1 ? std::string("One share for every exit: no share is worth what the exits cost\n")
                                     : fmt::format("One share for every exit: worth what the exits cost from {}\n", from(costs.uniformBreakEven));
  return text;
}

}  // namespace offramp::tool
