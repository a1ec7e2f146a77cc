// Learning curves, phase by phase, and validation over the whole training.
#include "runtime/report/Charts.h"
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

namespace offramp::runtime::report {
namespace {

ChartSeries seriesOf(const std::string &name, const StepCurve &curve) {
  ChartSeries series{name, {}, true, false};
  for (size_t i = 0; i < curve.step.size(); ++i)
    series.points.push_back({curve.step[i], curve.value[i], fmt::format("step {:.0f}: {} {}", curve.step[i], curve.name, compact(curve.value[i])), false, ""});
  return series;
}

/// One series per phase over the steps of the run; nothing if no epoch has the value.
std::string validation(const RunCurves &curves, const std::string &title, const std::string &label, const Quality *quality, const std::optional<double> EpochValues::*value) {
  LineChart chart{title, "step", label, {}, quality && quality->share, false, false, {}, ""};
  for (const PhaseCurves &phase : curves.phases) {
    ChartSeries series{phase.name, {}, true, true};
    for (const EpochValues &epoch : phase.epochs)
      if (epoch.*value) series.points.push_back({(double)epoch.step, *(epoch.*value), fmt::format("epoch {}: {}", epoch.epoch, quality ? quality->text(*(epoch.*value)) : compact(*(epoch.*value))), false, ""});
    if (!series.points.empty()) chart.series.push_back(std::move(series));
  }
  return chart.series.empty() ? "" : render(chart);
}

}  // namespace

std::string learningSection(const ReportData &data) {
  const Quality &q = data.quality;
  std::vector<std::string> figures;
  for (const PhaseCurves &phase : data.curves.phases)
    for (const StepCurve &curve : phase.curves) {
      LineChart chart{phase.name + ": " + curve.name, "step", curve.name, {seriesOf(curve.name, curve)}, false, false, false, {}, ""};
      figures.push_back(render(chart));
    }
  for (std::string figure : {validation(data.curves, "Validation " + q.name() + " with exits", q.name(), &q, &EpochValues::quality),
                             validation(data.curves, "Validation mean stage", "mean stage", nullptr, &EpochValues::meanStage)})
    if (!figure.empty()) figures.push_back(std::move(figure));
  HtmlTable table{{"phase", "epoch", "loss", "valid " + q.name(), "valid mean stage", "samples/s"}, {}, {}};
  for (const PhaseCurves &phase : data.curves.phases)
    for (const EpochValues &e : phase.epochs)
      table.rows.push_back({escape(phase.name), std::to_string(e.epoch), compact(e.loss), e.quality ? q.text(*e.quality) : "–", e.meanStage ? fmt::format("{:.2f}", *e.meanStage) : "–", number(e.samplesPerSecond)});
  const std::string content = figures.empty() ? "<p class=\"none\">The run's metrics.jsonl holds no training step.</p>" : charts(figures) + (table.rows.empty() ? "" : render(table));
  return section("learning", "Learning curves", "Losses are averages of neighbouring steps; validation follows each epoch, on held-out data, with exits at the setting the model was trained with.", content);
}

std::string tablesSection(const ReportData &data) {
  const char *heading = "Measured per training sample";
  std::vector<std::string> figures;
  for (const TableHistogram &table : data.curves.tables) {
    int64_t sum = 0;
    for (const auto &[value, count] : table.counts) sum += count;
    BarChart chart{table.table, table.table, "training samples", {}};
    for (const auto &[value, count] : table.counts) {
      const std::string part = percent((double)count / (double)std::max<int64_t>(1, sum), 1);
      chart.bars.push_back({std::to_string(value), (double)count, part, fmt::format("{} = {}\n{} samples, {}", table.table, value, number((double)count), part)});
    }
    if (!chart.bars.empty()) figures.push_back(render(chart));
  }
  if (figures.empty()) return section("tables", heading, "", "<p class=\"none\">The model measures no whole number per training sample.</p>");
  return section("tables", heading, "Tables that a <code>measure</code> phase fills with whole numbers, such as the layer from which on a sample stays memorized.", charts(figures));
}

}  // namespace offramp::runtime::report
