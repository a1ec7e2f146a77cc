// What a manifest says of programs: symbols, arenas, phases, evaluation, costs of stages. References are resolved to indices here.
#include "runtime/core/ArtifactManifestParts.h"

#include <algorithm>
#include <set>

namespace offramp::runtime::manifest {
namespace {

std::string at(const std::string &name, const char *key, size_t index) { return fmt::format("{}: {}[{}]", name, key, index); }

ProgramKind programKind(const std::string &text, const std::string &where) {
  if (text == "infer") return ProgramKind::Infer;
  if (text == "step") return ProgramKind::Step;
  if (text == "measure") return ProgramKind::Measure;
  if (text == "evaluate") return ProgramKind::Evaluate;
  userError("{}: field `kind` is `{}`, expected infer, step, measure or evaluate", where, text);
}

/// The program a phase names, which must be of this kind.
size_t programOf(const Manifest &m, const Json &object, ProgramKind kind, const std::string &where, const char *field = "program") {
  std::string wanted = jsonString(object, field, where);
  int64_t found = m.findProgram(wanted);
  if (found < 0) userError("{}: field `{}` names `{}`, which is no program of the artifact", where, field, wanted);
  if (m.programs[(size_t)found].kind != kind) userError("{}: program `{}` is of another kind", where, wanted);
  return (size_t)found;
}

double between(const Json &object, const char *key, const std::string &where, double least, double most) {
  double value = number(object, key, where);
  if (value < least || value > most) userError("{}: field `{}` is {}, expected {} to {}", where, key, value, least, most);
  return value;
}

ManifestOptimizer readOptimizer(const Json &json, const std::string &where) {
  ManifestOptimizer o;
  o.lr = between(json, "lr", where, 0, 1e6);
  o.beta1 = between(json, "beta1", where, 0, 1);
  o.beta2 = between(json, "beta2", where, 0, 1);
  o.eps = between(json, "eps", where, 0, 1);
  o.weightDecay = between(json, "weight_decay", where, 0, 1e6);
  o.warmup = between(json, "warmup", where, 0, 1);
  o.clip = between(json, "clip", where, 0, 1e30);
  o.decay = jsonString(json, "decay", where);
  if (o.decay != "linear" && o.decay != "cosine" && o.decay != "constant")
    userError("{}: field `decay` is `{}`, expected linear, cosine or constant", where, o.decay);
  o.average = json.contains("average") ? between(json, "average", where, 0, 1) : 0;
  o.lazyRows = json.contains("lazy_rows") && boolean(json, "lazy_rows", where);
  return o;
}

size_t tableOf(const Manifest &m, const std::string &wanted, const char *field, const std::string &where) {
  for (size_t i = 0; i < m.tables.size(); ++i)
    if (m.tables[i].name == wanted) return i;
  userError("{}: field `{}` names `{}`, which is no table of the artifact", where, field, wanted);
}

/// Tables that are kept are behind those of the model, whose elements are single numbers.
ManifestKept readKept(Manifest &m, const Json &json, const std::string &where) {
  ManifestKept kept;
  kept.program = programOf(m, json, ProgramKind::Measure, where);
  kept.step = programOf(m, json, ProgramKind::Step, where, "step");
  for (const std::string &name : strings(json, "tables", where)) {
    kept.tables.push_back(tableOf(m, name, "tables", where));
    m.tables[kept.tables.back()].kept = true;
  }
  if (kept.tables.empty()) userError("{}: field `tables` is empty", where);
  return kept;
}

ManifestTrainPhase readTrain(Manifest &m, const Json &json, const std::string &where) {
  ManifestTrainPhase phase;
  phase.name = jsonString(json, "name", where);
  phase.program = programOf(m, json, ProgramKind::Step, where);
  phase.epochs = jsonInteger(json, "epochs", where, 0, 1000000);
  phase.batch = jsonInteger(json, "batch", where, 1, 1000000);
  phase.optimizer = readOptimizer(jsonMember(json, "optimizer", where), where + ": optimizer");
  for (const std::string &path : strings(json, "updates", where)) {
    size_t i = 0;
    while (i < m.instances.size() && m.instances[i].path != path) ++i;
    if (i == m.instances.size()) userError("{}: field `updates` names `{}`, which is no instance of the weights", where, path);
    phase.updates.push_back(i);
  }
  std::sort(phase.updates.begin(), phase.updates.end());
  phase.updates.erase(std::unique(phase.updates.begin(), phase.updates.end()), phase.updates.end());
  phase.metrics = strings(json, "metrics", where);
  if (phase.metrics.empty() || phase.metrics[0] != "loss") phase.metrics.insert(phase.metrics.begin(), "loss");
  if (json.contains("kept")) phase.kept = readKept(m, json["kept"], where + ": kept");
  return phase;
}

ManifestMeasurePhase readMeasure(const Manifest &m, const Json &json, const std::string &where) {
  ManifestMeasurePhase phase;
  std::string table = jsonString(json, "table", where);
  phase.table = tableOf(m, table, "table", where);
  phase.name = "measure " + table;
  phase.program = programOf(m, json, ProgramKind::Measure, where);
  if (json.contains("keep")) phase.keep = programOf(m, json, ProgramKind::Measure, where, "keep");
  return phase;
}

int64_t optionalCount(const Json &object, const char *key, const std::string &where) {
  return object.contains(key) ? jsonInteger(object, key, where, 0, 1000000) : 0;
}

}  // namespace

void readPrograms(Manifest &m, const Json &json, const std::string &name) {
  constexpr int64_t mostBytes = int64_t(1) << 40;
  const Json &programs = array(json, "programs", name, 10000);
  for (size_t i = 0; i < programs.size(); ++i) {
    std::string where = at(name, "programs", i);
    ManifestProgram program;
    program.name = jsonString(programs[i], "name", where);
    if (m.findProgram(program.name) >= 0) userError("{}: the name `{}` occurs twice", where, program.name);
    program.kind = programKind(jsonString(programs[i], "kind", where), where);
    program.symbol = jsonString(programs[i], "symbol", where);
    if (program.symbol.empty()) userError("{}: field `symbol` is empty", where);
    const Json &arena = jsonMember(programs[i], "arena", where);
    const std::string inside = where + ": arena";
    program.arena = {jsonInteger(arena, "row", inside, 0, mostBytes), jsonInteger(arena, "sample", inside, 0, mostBytes),
                     jsonInteger(arena, "fixed", inside, 0, mostBytes)};
    m.programs.push_back(std::move(program));
  }
  if (m.findProgram(ProgramKind::Infer) < 0) userError("{}: field `programs` has none of kind infer", name);
}

void readPhases(Manifest &m, const Json &json, const std::string &name) {
  const Json &phases = array(json, "phases", name, 10000);
  for (size_t i = 0; i < phases.size(); ++i) {
    std::string where = at(name, "phases", i), kind = jsonString(phases[i], "kind", where);
    if (kind == "train") m.phases.push_back(readTrain(m, phases[i], where));
    else if (kind == "measure") m.phases.push_back(readMeasure(m, phases[i], where));
    else userError("{}: field `kind` is `{}`, expected train or measure", where, kind);
  }
  for (size_t i = 0; i < m.tables.size(); ++i) {
    if (!m.tables[i].kept && m.tables[i].elements != 1) userError("{}: field `elements` is {}, but no phase keeps this table", at(name, "tables", i), m.tables[i].elements);
    if (!m.tables[i].kept && i > 0 && m.tables[i - 1].kept) userError("{}: tables that phases keep come last", at(name, "tables", i));
  }
  for (size_t i = 0; i < m.phases.size(); ++i) {
    const auto *measure = std::get_if<ManifestMeasurePhase>(&m.phases[i]);
    if (!measure) continue;
    if (m.tables[measure->table].kept) userError("{}: the table is one that a phase keeps", at(name, "phases", i));
    const auto *behind = i + 1 < m.phases.size() ? std::get_if<ManifestTrainPhase>(&m.phases[i + 1]) : nullptr;
    if (measure->keep && !(behind && behind->kept)) userError("{}: field `keep` is there, but the phase behind keeps nothing", at(name, "phases", i));
  }
}

void readEvaluate(Manifest &m, const Json &json, const std::string &name) {
  const Json &evaluate = jsonMember(json, "evaluate", name);
  if (evaluate.is_null()) return;
  const std::string inside = name + ": evaluate";
  ManifestEvaluate e;
  e.program = programOf(m, evaluate, ProgramKind::Evaluate, inside);
  const Json &collected = array(evaluate, "collected", inside, 1000);
  for (size_t i = 0; i < collected.size(); ++i) {
    std::string where = at(inside, "collected", i);
    ManifestCollected value{jsonString(collected[i], "name", where), sizes(collected[i], "shape", where)};
    value.elements = product(value.shape, where);
    if (e.find(value.name) >= 0) userError("{}: the name `{}` occurs twice", where, value.name);
    e.collected.push_back(std::move(value));
  }
  auto expect = [&](const char *value, std::vector<int64_t> shape) {
    int64_t found = e.find(value);
    if (found < 0) userError("{}: field `collected` lacks `{}`", inside, value);
    if (e.collected[(size_t)found].shape != shape) userError("{}: `{}` does not have the shape of {} stages", inside, value, m.stages);
  };
  expect("logits", {m.stages, m.classes});
  expect("leave", {m.stages});
  expect("decision", {m.stages});
  m.evaluate = std::move(e);
}

void readStageCosts(Manifest &m, const Json &json, const std::string &name) {
  const Json &costs = array(json, "stage_costs", name, (size_t)m.stages);
  for (size_t i = 0; i < costs.size(); ++i) {
    std::string where = at(name, "stage_costs", i);
    ManifestStageCost cost;
    cost.stage = jsonInteger(costs[i], "stage", where, 1, m.stages);
    if (cost.stage != (int64_t)i + 1) userError("{}: field `stage` is {}, expected {}", where, cost.stage, i + 1);
    cost.split = boolean(costs[i], "split", where);
    cost.splitReason = jsonString(costs[i], "split_reason", where);
    cost.rowMacs = between(costs[i], "row_macs", where, 0, 1e18);
    cost.firstSampleMacs = between(costs[i], "first_sample_macs", where, 0, 1e18);
    cost.firstRowMacs = between(costs[i], "first_row_macs", where, 0, 1e18);
    cost.restRowMacs = between(costs[i], "rest_row_macs", where, 0, 1e18);
    cost.rowBytes = between(costs[i], "row_bytes", where, 0, 1e18);
    cost.sampleMacs = costs[i].contains("sample_macs") ? between(costs[i], "sample_macs", where, 0, 1e18) : 0;
    cost.wholeCalls = optionalCount(costs[i], "whole_calls", where);
    cost.firstCalls = optionalCount(costs[i], "first_calls", where);
    cost.restCalls = optionalCount(costs[i], "rest_calls", where);
    m.stageCosts.push_back(std::move(cost));
  }
}

}  // namespace offramp::runtime::manifest
