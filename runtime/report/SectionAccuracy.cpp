// How good each exit is: for everybody, and for those who leave there.
#include "runtime/report/Charts.h"
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

namespace offramp::runtime::report {

std::string accuracySection(const ReportData &data) {
  const char *heading = "Accuracy of each exit";
  if (data.stages.metrics.empty()) return section("accuracy", heading, "", "<p class=\"none\">Unknown: the test data has no labels.</p>");
  const std::vector<double> &perStage = data.stages.metrics[0].perStage;
  LineChart chart{heading, "stage", "accuracy", {{"if everybody left there", {}, true, true}, {"of those who leave there", {}, false, true}}, true, false, true, data.evaluation.accuracy, "with exits"};
  HtmlTable table{{"stage", "accuracy of all", "leave here", "share", "accuracy of those who leave"}, {}, {}};
  for (size_t s = 0; s < perStage.size(); ++s) {
    int64_t left = 0, right = 0;
    for (size_t c = 0; c < data.classExits.size(); ++c) left += data.classExits[c][s], right += data.classRight[c][s];
    const double all = perStage[s], those = left > 0 ? (double)right / (double)left : NAN;
    chart.series[0].points.push_back({(double)(s + 1), all, fmt::format("stage {}: {} of all samples", s + 1, percent(all)), false, ""});
    if (left > 0) chart.series[1].points.push_back({(double)(s + 1), those, fmt::format("stage {}: {} of {} samples", s + 1, percent(those), number((double)left)), false, ""});
    table.rows.push_back({std::to_string(s + 1), percent(all), number((double)left), percent((double)left / (double)data.evaluation.samples, 1), percent(those)});
  }
  return section("accuracy", heading, "Easy samples leave early, so early exits are better on those who leave than on all, and late ones may be worse.",
                 charts({render(chart)}) + render(table));
}

}  // namespace offramp::runtime::report
