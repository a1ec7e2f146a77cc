// How far each stage and operation is from what the machine allows.
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

namespace offramp::runtime::report {
namespace {

/// `6.83 M` of operations or bytes.
std::string quantity(double n) {
  for (const char *unit : {"", " k", " M", " G"}) {
    if (n < 1000) return compact(n, 3) + unit;
    n /= 1000;
  }
  return compact(n, 3) + " T";
}

std::string table(const char *what, const std::vector<RooflinePoint> &points) {
  HtmlTable table{{what, "FLOP", "bytes", "FLOP per byte", "attainable", "measured", "reached", "bound by"}, {}, {}};
  for (const RooflinePoint &p : points)
    table.rows.push_back({escape(p.name), quantity(p.flops), quantity(p.bytes), compact(p.intensity(), 3), duration(p.attainableNs),
                          p.measuredNs ? duration(*p.measuredNs) : "–",
                          p.measuredNs && *p.measuredNs > 0 ? percent(p.attainableNs / *p.measuredNs, 0) : "–",
                          p.computeBound ? "compute" : "memory"});
  return render(table);
}

}  // namespace

std::string rooflineSection(const ReportData &data) {
  const char *heading = "Roofline";
  if (!data.roofline)
    return section("roofline", heading, "",
                   fmt::format("<p class=\"none\">No roofline was made of this run{}{}.</p>", data.rooflineMissing.empty() ? "" : ": ",
                               escape(data.rooflineMissing)));
  const RooflineData &r = *data.roofline;
  const std::string lead = fmt::format("A batch of {}{} that runs to the last stage, on random input. An operation takes at least its arithmetic at "
                                       "the highest rate of this machine and at least its bytes at the rate of the memory they "
                                       "lie in; the longer of both is attainable. This machine {}.",
                                       r.batch, r.rows > 0 ? fmt::format(" samples of {} rows each", r.rows) : " samples", escape(r.machine));
  return section("roofline", heading, lead,
                 charts({rooflineChart("Stages", r, r.stages), rooflineChart("Operations, all stages together", r, r.operations)}) +
                     table("stage", r.stages) + details("Each operation, over all stages", table("operation", r.operations)));
}

}  // namespace offramp::runtime::report
