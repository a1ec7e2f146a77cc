// Where samples leave: in all, and by class.
#include "runtime/report/Charts.h"
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

#include <numeric>

namespace offramp::runtime::report {
namespace {

double share(int64_t part, int64_t whole) { return whole > 0 ? (double)part / (double)whole : 0; }

std::string heatCell(int64_t part, int64_t whole, const std::string &tip) {
  return fmt::format("<td class=\"heat\" style=\"--v: {:.3f}\" data-tip=\"{}\">{}</td>", share(part, whole), escape(tip), part > 0 ? percent(share(part, whole), 1) : "–");
}

std::string classTable(const ReportData &data) {
  const size_t stages = (size_t)data.evaluation.stages;
  std::string out = "<div class=\"scroll\"><table><thead><tr><th scope=\"col\">class</th>";
  for (size_t s = 1; s <= stages; ++s) out += fmt::format("<th scope=\"col\">stage {}</th>", s);
  out += "<th scope=\"col\">mean stage</th><th scope=\"col\">accuracy</th><th scope=\"col\">samples</th></tr></thead><tbody>";
  for (size_t c = 0; c < data.classExits.size(); ++c) {
    const auto &exits = data.classExits[c], &right = data.classRight[c];
    const int64_t samples = std::accumulate(exits.begin(), exits.end(), int64_t(0));
    out += "<tr><th scope=\"row\">" + escape(data.classNames[c]) + "</th>";
    int64_t stageSum = 0;
    for (size_t s = 0; s < stages; ++s) {
      stageSum += (int64_t)(s + 1) * exits[s];
      out += heatCell(exits[s], samples, fmt::format("{}, stage {}\n{} of {} samples leave, {} of them right", data.classNames[c], s + 1, number((double)exits[s]), number((double)samples), number((double)right[s])));
    }
    out += fmt::format("<td>{}</td><td>{}</td><td>{}</td></tr>", samples > 0 ? fmt::format("{:.2f}", (double)stageSum / (double)samples) : "–",
                       samples > 0 ? percent(share(std::accumulate(right.begin(), right.end(), int64_t(0)), samples), 1) : "–", number((double)samples));
  }
  return out + "</tbody></table></div>\n";
}

}  // namespace

std::string exitsSection(const ReportData &data) {
  BarChart chart{"Samples leaving at each stage", "stage", "samples", {}};
  for (size_t s = 0; s < data.evaluation.histogram.size(); ++s) {
    const int64_t count = data.evaluation.histogram[s];
    const std::string part = percent(share(count, data.evaluation.samples), 1);
    chart.bars.push_back({std::to_string(s + 1), (double)count, part, fmt::format("stage {}\n{} samples, {}", s + 1, number((double)count), part)});
  }
  std::string byClass = data.classExits.empty() ? fmt::format("<p class=\"none\">By class: {}.</p>", data.quality.share ? "unknown, the test data has no labels" : "the label is a number")
                                                : "<h3>By class</h3><p class=\"lead\">Of the samples of each class, the share that leaves at each stage.</p>" + classTable(data);
  return section("exits", "Where samples leave", "At the setting in force, batch 64.", charts({render(chart)}) + byClass);
}

}  // namespace offramp::runtime::report
