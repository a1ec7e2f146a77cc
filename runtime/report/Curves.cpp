// See Curves.h.
#include "runtime/report/Curves.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/core/Json.h"
#include "runtime/infer/Quality.h"

#include <set>

namespace offramp::runtime::report {
namespace {

PhaseCurves &phaseOf(RunCurves &run, const std::string &name) {
  for (PhaseCurves &phase : run.phases)
    if (phase.name == name) return phase;
  return run.phases.emplace_back(PhaseCurves{name, {}, {}});
}

StepCurve &curveOf(PhaseCurves &phase, const std::string &name) {
  for (StepCurve &curve : phase.curves)
    if (curve.name == name) return curve;
  return phase.curves.emplace_back(StepCurve{name, {}, {}});
}

std::optional<double> numberIn(const Json &line, const char *key) {
  auto at = line.find(key);
  return at != line.end() && at->is_number() ? std::optional(at->get<double>()) : std::nullopt;
}

void addStep(PhaseCurves &phase, const Json &line, int64_t step) {
  static const std::set<std::string> notCurves{"kind", "phase", "epoch", "step", "lr", "gradient_norm", "samples_per_second"};
  if (auto loss = numberIn(line, "loss")) curveOf(phase, "loss").step.push_back((double)step), curveOf(phase, "loss").value.push_back(*loss);
  for (const auto &[key, value] : line.items()) {
    if (key == "loss" || notCurves.contains(key) || !value.is_number()) continue;
    StepCurve &curve = curveOf(phase, key);
    curve.step.push_back((double)step), curve.value.push_back(value.get<double>());
  }
}

void addEpoch(PhaseCurves &phase, const Json &line, int64_t step, const std::string &name) {
  EpochValues epoch;
  epoch.epoch = jsonInteger(line, "epoch", name, 1, INT64_MAX), epoch.step = step;
  epoch.loss = numberIn(line, "loss").value_or(0);
  epoch.samplesPerSecond = numberIn(line, "samples_per_second").value_or(0);
  epoch.quality = numberIn(line, "valid_accuracy"), epoch.meanStage = numberIn(line, "valid_mean_stage");
  if (auto pearson = numberIn(line, "valid_pearson"), spearman = numberIn(line, "valid_spearman"); pearson && spearman)
    epoch.quality = qualityOf({{"pearson", *pearson}, {"spearman", *spearman}});
  phase.epochs.push_back(std::move(epoch));
}

void addTable(RunCurves &run, const Json &line, const std::string &name) {
  auto histogram = line.find("histogram");
  if (histogram == line.end()) return;  // a table of reals, or the end of a training phase
  TableHistogram table{jsonString(line, "table", name), {}};
  for (const auto &[value, count] : histogram->items()) {
    char *end = nullptr;
    const int64_t key = std::strtoll(value.c_str(), &end, 10);
    if (value.empty() || *end || !count.is_number_integer()) userError("{}: field `histogram` does not count whole numbers", name);
    table.counts[key] = count.get<int64_t>();
  }
  run.tables.push_back(std::move(table));
}

/// Averages of neighbours, at most `points` of them.
void thin(StepCurve &curve, size_t points) {
  const size_t n = curve.step.size();
  if (n <= points) return;
  StepCurve out{curve.name, {}, {}};
  for (size_t i = 0; i < points; ++i) {
    const size_t begin = i * n / points, end = (i + 1) * n / points;
    double step = 0, value = 0;
    for (size_t k = begin; k < end; ++k) step += curve.step[k], value += curve.value[k];
    out.step.push_back(step / (double)(end - begin)), out.value.push_back(value / (double)(end - begin));
  }
  curve = std::move(out);
}

}  // namespace

RunCurves readCurves(const std::filesystem::path &metrics, size_t pointsPerCurve) {
  RunCurves run;
  const std::string text = readFile(metrics, int64_t(4) << 30);
  int64_t lineNumber = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t end = text.find('\n', at);
    if (end == std::string::npos) break;  // cut off
    const std::string name = fmt::format("{}:{}", metrics.string(), ++lineNumber);
    const Json line = parseJson(std::string_view(text).substr(at, end - at), name);
    at = end + 1;
    const std::string kind = jsonString(line, "kind", name), phase = jsonString(line, "phase", name);
    const int64_t step = jsonInteger(line, "step", name, 0, INT64_MAX);
    if (kind == "step") addStep(phaseOf(run, phase), line, step);
    else if (kind == "epoch") addEpoch(phaseOf(run, phase), line, step, name);
    else if (kind == "phase") addTable(run, line, name);
  }
  for (PhaseCurves &phase : run.phases)
    for (StepCurve &curve : phase.curves) thin(curve, pointsPerCurve);
  return run;
}

}  // namespace offramp::runtime::report
