// What the cost model decides at each stage, what it expects that to cost, and what was done.
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

namespace offramp::runtime::report {
namespace {

std::string shareOrNever(double share) { return share > 1 ? "never" : percent(share, 0); }

std::string taken(const BackendChoices &c) {
  std::string text;
  auto add = [&](int64_t count, const char *what) {
    if (count > 0) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number((double)count), what);
  };
  add(c.split, "exit-first"), add(c.whole, "whole"), add(c.regrouped, "regrouped"), add(c.kept, "kept");
  return text.empty() ? "–" : text;
}

}  // namespace

std::string costSection(const ReportData &data) {
  const char *heading = "Decisions of the cost model";
  if (data.costs.empty()) return section("cost", heading, "", "<p class=\"none\">The artifact says nothing of the costs of its stages.</p>");
  std::string content;
  for (const BatchDecisions &d : data.decisions) {
    HtmlTable table{{"stage", "samples", "leave", "as one piece", "until the exit", "rest of stayers", "choice", "exit-first pays from", "moving rows pays from", "batches run"}, {}, {}};
    for (size_t s = 0; s < d.plans.size(); ++s) {
      const StagePlan &p = d.plans[s];
      const bool last = s + 1 == d.plans.size();
      table.rows.push_back({std::to_string(p.stage), number(p.samples), percent(p.leaveShare, 0), duration(p.wholeNs), p.canSplit ? duration(p.firstNs) : "–", p.canSplit ? duration(p.restNs) : "–",
                            p.canSplit ? (p.split ? "exit-first" : "whole") : "whole (only way)", p.canSplit ? shareOrNever(p.splitFrom) : "–",
                            p.canSplit && !last ? shareOrNever(p.regroupFrom) : "–", s < d.taken.size() ? taken(d.taken[s]) : "–"});
    }
    content += fmt::format("<h3>Batch {}</h3>", d.batch) + render(table);
  }
  std::string reasons;
  for (const ManifestStageCost &c : data.costs)
    if (!c.split && !c.splitReason.empty()) reasons += fmt::format("<li>stage {}: {}</li>", c.stage, escape(c.splitReason));
  if (!reasons.empty()) content += "<p class=\"lead\">Why a stage cannot decide first:</p><ul>" + reasons + "</ul>";
  content += fmt::format("<p class=\"lead\">Worst case: a batch of 64 that runs to the last stage works in an arena of {} KiB beside {} KiB of weights.</p>", number((double)data.arenaBytes / 1024),
                         number((double)data.weightElements * 4 / 1024));
  return section("cost", heading, "Times are what the model expects from the rates measured on this machine: matrix products and calls, without the cheap operations between them. Leave: the share expected to leave among those who reach the stage.", content);
}

}  // namespace offramp::runtime::report
