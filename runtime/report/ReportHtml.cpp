// The page from its sections, and the numbers behind it as JSON.
#include "runtime/core/Json.h"
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"

#include <fmt/format.h>

namespace offramp::runtime::report {

std::string reportJson(const ReportData &data) {
  auto orNull = [](const std::optional<double> &value) { return value ? OrderedJson(*value) : OrderedJson(nullptr); };
  const Evaluation &e = data.evaluation;
  const std::string quality = data.quality.name();
  OrderedJson json{{"model", data.info.model},
                   {"run", data.runFolder},
                   {"samples", e.samples},
                   {quality, orNull(e.quality)},
                   {"mean_stage", e.meanStage},
                   {"stages", e.stages},
                   {"stage_histogram", e.histogram},
                   {"per_stage_" + quality, perStageQuality(data)},
                   {"class_exits", data.classExits},
                   {"swept", data.sweep.setting},
                   {"batches", data.sweep.batches}};
  OrderedJson points = OrderedJson::array();
  for (const SweepPoint &p : data.sweep.points)
    points.push_back({{"setting", orNull(p.setting)}, {"in_force", p.inForce}, {"full_depth", &p == &data.sweep.points[0]}, {quality, orNull(p.quality)}, {"mean_stage", p.meanStage},
                      {"stage_histogram", p.histogram}, {"samples_per_second", p.samplesPerSecond}});
  json["sweep"] = points;
  OrderedJson decisions = OrderedJson::array();
  for (const BatchDecisions &d : data.decisions)
    for (size_t s = 0; s < d.plans.size(); ++s)
      decisions.push_back({{"batch", d.batch}, {"stage", d.plans[s].stage}, {"exit_first", d.plans[s].split}, {"leave_share", d.plans[s].leaveShare}});
  json["decisions"] = decisions;
  if (data.roofline) {
    const RooflineData &r = *data.roofline;
    auto points = [&](const std::vector<RooflinePoint> &from) {
      OrderedJson list = OrderedJson::array();
      for (const RooflinePoint &p : from)
        list.push_back({{"name", p.name}, {"flops", p.flops}, {"bytes", p.bytes}, {"attainable_ns", p.attainableNs}, {"measured_ns", orNull(p.measuredNs)}, {"compute_bound", p.computeBound}});
      return list;
    };
    json["roofline"] = {{"batch", r.batch}, {"rows", r.rows}, {"gflops", r.flopsPerNs}, {"stages", points(r.stages)}, {"operations", points(r.operations)}};
  }
  return jsonLine(json);
}

std::string reportHtml(const ReportData &data) {
  std::string body;
  for (auto section : {summarySection, speedSection, exitsSection, accuracySection, learningSection, tablesSection, costSection, rooflineSection, examplesSection}) body += section(data);
  return page(data.info.model, "Offramp report of " + data.runFolder, body, reportJson(data));
}

}  // namespace offramp::runtime::report
