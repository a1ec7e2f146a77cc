// How good each exit is: for everybody, and for those who leave there.
#include "runtime/report/Charts.h"
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

namespace offramp::runtime::report {

std::vector<double> perStageQuality(const ReportData &data) {
  std::vector<double> quality;
  if (data.stages.metrics.empty()) return quality;
  for (size_t s = 0; s < (size_t)data.evaluation.stages; ++s) {
    Metrics here;
    for (const StageMetric &metric : data.stages.metrics) here.emplace_back(metric.name, metric.perStage[s]);
    quality.push_back(qualityOf(here));
  }
  return quality;
}

std::string accuracySection(const ReportData &data) {
  const Quality &q = data.quality;
  const std::string heading = q.heading() + " of each exit";
  if (data.stages.metrics.empty()) return section("accuracy", heading, "", "<p class=\"none\">Unknown: the test data has no labels.</p>");
  const std::vector<double> perStage = perStageQuality(data);
  LineChart chart{heading, "stage", q.name(), {{"if everybody left there", {}, true, true}, {"of those who leave there", {}, false, true}}, q.share, false, true, data.evaluation.quality, "with exits"};
  HtmlTable table{{"stage", q.name() + " of all", "leave here", "share", q.name() + " of those who leave"}, {}, {}};
  for (size_t s = 0; s < perStage.size(); ++s) {
    const int64_t left = data.evaluation.histogram[s];
    const double all = perStage[s];
    const std::optional<double> those = data.leaverQuality[s];
    chart.series[0].points.push_back({(double)(s + 1), all, fmt::format("stage {}: {} of all samples", s + 1, q.text(all)), false, ""});
    if (those) chart.series[1].points.push_back({(double)(s + 1), *those, fmt::format("stage {}: {} of {} samples", s + 1, q.text(*those), number((double)left)), false, ""});
    table.rows.push_back({std::to_string(s + 1), q.text(all), number((double)left), percent((double)left / (double)data.evaluation.samples, 1), those ? q.text(*those) : "–"});
  }
  const char *lead = q.share ? "Easy samples leave early, so early exits are better on those who leave than on all, and late ones may be worse."
                             : "The mean of Pearson's and Spearman's. Of those who leave at one stage it also depends on how far apart their labels lie.";
  return section("accuracy", heading, lead,
                 charts({render(chart)}) + render(table));
}

}  // namespace offramp::runtime::report
