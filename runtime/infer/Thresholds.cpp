// See Thresholds.h.
#include "runtime/infer/Thresholds.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/infer/ComparedSetting.h"
#include "runtime/infer/Quality.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace offramp::runtime {
namespace {

constexpr int64_t mostSamples = 4000, probed = 32, batch = 32;  // of 4000 at 95 %, a third of a point is chance
constexpr size_t mostPoints = 64;

using Leaves = bool (*)(double decision, double value);
constexpr Leaves comparisons[] = {[](double d, double v) { return d > v; }, [](double d, double v) { return d >= v; }, [](double d, double v) { return d < v; },
                                  [](double d, double v) { return d <= v; }};

ThresholdPoint pointAt(const Collected &c, Leaves leaves, double value) {
  const double compared = (double)(float)value;  // settings are f32
  ThresholdPoint point{value, 0, 0};
  std::vector<int64_t> exits;
  int64_t stages = 0;
  for (int64_t i = 0; i < c.samples; ++i) {
    int64_t stage = 1;
    while (stage < c.stages && !leaves(c.decision[(size_t)(i * c.stages + stage - 1)], compared)) ++stage;
    stages += stage;
    exits.push_back(stage);
  }
  point.meanStage = (double)stages / (double)c.samples;
  point.quality = qualityOf(c.metricsAt(exits));
  return point;
}

Thresholds none(std::string reason) {
  Thresholds nothing;
  nothing.reason = std::move(reason);
  return nothing;
}

}  // namespace

std::vector<ThresholdPoint> thresholdCurve(const Collected &c, double inForce) {
  if (!c.isLabelled() || c.samples == 0) return {};
  auto fits = [&](Leaves tried) {
    for (int64_t i = 0; i < c.samples; ++i)
      for (int64_t s = 0; s + 1 < c.stages; ++s)
        if (const size_t at = (size_t)(i * c.stages + s); (c.leave[at] != 0) != tried(c.decision[at], (double)(float)inForce)) return false;
    return true;
  };
  const auto leaves = std::find_if(std::begin(comparisons), std::end(comparisons), fits);
  if (leaves == std::end(comparisons)) return {};
  std::vector<double> decisions;
  for (int64_t i = 0; i < c.samples; ++i)
    for (int64_t s = 0; s + 1 < c.stages; ++s)
      if (const double d = c.decision[(size_t)(i * c.stages + s)]; std::isfinite(d)) decisions.push_back(d);
  std::sort(decisions.begin(), decisions.end());
  decisions.erase(std::unique(decisions.begin(), decisions.end()), decisions.end());
  std::set<double> values{inForce};
  for (size_t q = 0; q < mostPoints && !decisions.empty(); ++q) {
    const double d = decisions[(decisions.size() - 1) * q / (mostPoints - 1)];
    double value = std::round(d * 1e4) / 1e4;  // people will type it; where decisions crowd, as probabilities do near 1, with more digits
    for (double scale = 1e5; scale < 1e8 && values.count(value); scale *= 10) value = std::round(d * scale) / scale;
    values.insert(value);
  }
  std::vector<ThresholdPoint> points;
  for (double value : values) points.push_back(pointAt(c, *leaves, value));
  return points;
}

Thresholds tryThresholds(Session &session, const Split &split, std::optional<Collected> everyStage) {
  const Manifest &m = session.manifest();
  if (m.stages < 2) return none("the model has one stage");
  if (split.size() == 0 || !split.data->hasLabels()) return none("there are no labelled samples");
  const std::optional<std::string> setting = comparedSetting(session, front(split, probed));
  if (!setting) return none("no setting of the model changes who leaves");
  Thresholds found;
  found.setting = *setting, found.samples = split.size(), found.number = m.answersNumber();
  if (!everyStage) everyStage = collect(session, split, batch);
  found.points = thresholdCurve(*everyStage, session.settings().named().at(*setting));
  if (found.points.empty()) return none(fmt::format("`{}` is not simply compared with one number", *setting));
  for (size_t i = 0; i < found.points.size(); ++i)
    if (found.points[i].quality > found.points[found.best].quality) found.best = i;
  found.chosen = found.best;
  return found;
}

std::string notForetold(Session &session, const Split &split, const Thresholds &thresholds, const ThresholdPoint &point) {
  const double own = session.settings().named().at(thresholds.setting);
  session.settings().set(thresholds.setting, point.value);
  const CollectedSummary tried = summarize(*collect(session, split, batch));
  session.settings().set(thresholds.setting, own);
  if (std::fabs(tried.meanStage - point.meanStage) <= 1e-6) return "";
  return fmt::format("what `{}` is compared with depends on it", thresholds.setting);
}

Thresholds chooseThreshold(Session &session, const Split &valid) {
  if (!valid.data) return none("there are no labelled validation samples");
  const Split used = front(valid, mostSamples);
  Thresholds found = tryThresholds(session, used);
  for (size_t i = 0; i < found.points.size(); ++i)
    if (found.points[i].quality >= found.points[found.best].quality - kQualityGivenUp &&
        found.points[i].meanStage < found.points[found.chosen].meanStage)
      found.chosen = i;
  if (found.points.empty()) return found;
  const std::string reason = notForetold(session, used, found, found.points[found.chosen]);
  return reason.empty() ? found : none(reason);
}

OrderedJson pointsJson(const Thresholds &t, const std::string &valueName) {
  OrderedJson points = OrderedJson::array();
  for (const ThresholdPoint &p : t.points)
    points.push_back({{valueName, p.value}, {Quality{!t.number}.name(), p.quality}, {"mean_stage", p.meanStage}});
  return points;
}

void writeThresholds(const std::filesystem::path &run, const Thresholds &t) {
  OrderedJson json;
  if (t.setting.empty()) {
    json["reason"] = t.reason;
  } else {
    json["setting"] = t.setting;
    json["chosen"] = t.points[t.chosen].value;
    json[Quality{!t.number}.name() + "_given_up"] = kQualityGivenUp;
    json["validation_samples"] = t.samples;
    json["points"] = pointsJson(t, "value");
  }
  writeFileAtomic(run / "thresholds.json", jsonLine(json) + "\n");
}

double chosenThreshold(const std::filesystem::path &run, const std::string &setting) {
  const std::filesystem::path path = run / "thresholds.json";
  if (!std::filesystem::exists(path)) userError("`--set {}=valid`: `{}` has no thresholds.json, which training writes at its end; finish it with `--resume`", setting, run.string());
  const Json json = readJsonFile(path);
  if (json.is_object() && json.contains("reason")) userError("`--set {}=valid`: nothing was chosen on validation data: {}", setting, jsonString(json, "reason", path.string()));
  if (const std::string name = jsonString(json, "setting", path.string()); name != setting)
    userError("`--set {}=valid`: what was chosen on validation data is `{}`", setting, name);
  const Json &chosen = jsonMember(json, "chosen", path.string());
  if (!chosen.is_number()) userError("{}: field `chosen` is {}, expected a number", path.string(), jsonKind(chosen));
  return chosen.get<double>();
}

}  // namespace offramp::runtime
