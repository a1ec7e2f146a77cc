// Accuracy against measured speed, one point per setting of the exit rule.
#include "runtime/report/Charts.h"
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

namespace offramp::runtime::report {
namespace {

std::string nameOf(const Sweep &sweep, const SweepPoint &point) {
  if (&point == &sweep.points[0]) return "full depth";
  return point.setting ? fmt::format("{} = {}", sweep.setting, compact(*point.setting)) : "as trained";
}

LineChart speedChart(const ReportData &data) {
  const Sweep &sweep = data.sweep;
  const bool labels = data.evaluation.quality.has_value();
  const Quality &q = data.quality;
  LineChart chart{(labels ? q.heading() : "Mean stage") + " against speed", "speed-up over full depth (measured)", labels ? q.name() : "mean stage", {}, labels && q.share, false, false, {}, ""};
  for (size_t b = 0; b < sweep.batches.size(); ++b) {
    ChartSeries series{fmt::format("batch {}", sweep.batches[b]), {}, true, true};
    for (const SweepPoint &point : sweep.points) {
      const double ratio = point.samplesPerSecond[b] / sweep.points[0].samplesPerSecond[b];
      ChartPoint p{ratio, labels ? *point.quality : point.meanStage, "", point.inForce, ""};
      p.tip = fmt::format("{}\n{}mean stage {:.2f}\n{:.2f}×, {} samples/s", nameOf(sweep, point), labels ? q.text(*point.quality) + ", " : "", point.meanStage, ratio, number(point.samplesPerSecond[b]));
      series.points.push_back(std::move(p));
    }
    chart.series.push_back(std::move(series));
  }
  if (labels) chart.reference = sweep.points[0].quality, chart.referenceLabel = "full depth";
  return chart;
}

LineChart ratioChart(const ReportData &data) {
  const Sweep &sweep = data.sweep;
  const double stages = (double)data.evaluation.stages;
  LineChart chart{"Speed-up against what the mean stage promises", "layer ratio (stages ÷ mean stage)", "speed-up (measured)", {}, false, false, false, {}, ""};
  for (size_t b = 0; b < sweep.batches.size(); ++b) {
    ChartSeries series{fmt::format("batch {}", sweep.batches[b]), {}, true, true};
    for (const SweepPoint &point : sweep.points) {
      const double ratio = point.samplesPerSecond[b] / sweep.points[0].samplesPerSecond[b];
      series.points.push_back({stages / point.meanStage, ratio, fmt::format("{}\nlayer ratio {:.2f}, speed-up {:.2f}", nameOf(sweep, point), stages / point.meanStage, ratio), point.inForce, ""});
    }
    chart.series.push_back(std::move(series));
  }
  ChartSeries equal{"equal", {}, true, false};
  double most = 1;
  for (const SweepPoint &point : sweep.points) most = std::max(most, stages / point.meanStage);
  equal.points = {{1, 1, "", false, ""}, {most, most, "", false, ""}};
  chart.series.push_back(equal);
  return chart;
}

}  // namespace

std::string speedSection(const ReportData &data) {
  const Sweep &sweep = data.sweep;
  HtmlTable table;
  table.head = {"setting", data.quality.name(), "mean stage", "layer ratio"};
  for (int64_t batch : sweep.batches) table.head.push_back(fmt::format("samples/s<br/>batch {}", batch)), table.head.push_back(fmt::format("speed-up<br/>batch {}", batch));
  for (const SweepPoint &point : sweep.points) {
    if (point.inForce) table.strong.push_back(table.rows.size());
    std::vector<std::string> row{escape(nameOf(sweep, point)) + (point.inForce ? " (in force)" : ""), point.quality ? data.quality.text(*point.quality) : "–", fmt::format("{:.3f}", point.meanStage),
                                 fmt::format("{:.2f}", (double)data.evaluation.stages / point.meanStage)};
    for (size_t b = 0; b < sweep.batches.size(); ++b) {
      row.push_back(number(point.samplesPerSecond[b]));
      row.push_back(fmt::format("{:.2f}×", point.samplesPerSecond[b] / sweep.points[0].samplesPerSecond[b]));
    }
    table.rows.push_back(std::move(row));
  }
  const std::string lead = sweep.setting.empty()
                               ? fmt::format("No setting could be swept: {}. Shown are full depth and the exits as they are.", escape(sweep.reason))
                               : fmt::format("Each point is one value of <code>{}</code>, which the exit rule compares with {}. Speed is the median of interleaved rounds of inference alone, with real exits, "
                                             "against the same program running everybody to the last stage. The value in force is outlined.",
                                             escape(sweep.setting), data.decision.empty() ? "its decision" : "the " + escape(data.decision));
  return section("speed", data.quality.heading() + " against measured speed", lead, charts({render(speedChart(data)), render(ratioChart(data))}) + render(table));
}

}  // namespace offramp::runtime::report
