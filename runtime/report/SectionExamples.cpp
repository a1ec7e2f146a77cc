// Samples that left first and samples that left last.
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

#include <cmath>

namespace offramp::runtime::report {
namespace {

std::string nameOf(const ReportData &data, int32_t number) {
  const auto &names = data.info.classes;
  return number < 0 ? "" : (size_t)number < names.size() ? names[(size_t)number] : std::to_string(number);
}

std::string item(const ReportData &data, const Example &example) {
  const Prediction &p = example.prediction;
  std::string out = "<li>";
  const std::string answer = nameOf(data, p.prediction), label = nameOf(data, p.label);
  if (!example.image.empty()) out += fmt::format("<img src=\"{}\" alt=\"test sample {}\"/>", example.image, p.index);
  if (!example.text.empty()) out += "<code>" + escape(example.text) + "</code><br/>";
  if (p.number) out += fmt::format("<span>{}</span>{}", compact(*p.number), p.numberLabel ? fmt::format("<small>is {}</small>", compact(*p.numberLabel)) : "");
  else if (p.label >= 0 && p.label != p.prediction) out += fmt::format("<span class=\"wrong\">{}</span><small>is {}</small>", escape(answer), escape(label));
  else out += fmt::format("<span>{}</span>", escape(answer));
  out += fmt::format("<small>no. {}{}</small></li>", p.index, std::isnan(p.decision) ? "" : fmt::format(", {} {}", escape(data.decision.empty() ? "decision" : data.decision), compact(p.decision, 3)));
  return out;
}

std::string list(const ReportData &data, const std::vector<Example> &examples) {
  bool rows = false;
  for (const Example &example : examples) rows = rows || example.image.empty();
  std::string out = rows ? "<ul class=\"samples rows\">" : "<ul class=\"samples\">";
  for (const Example &example : examples) out += item(data, example);
  return out + "</ul>";
}

}  // namespace

std::string examplesSection(const ReportData &data) {
  const Examples &e = data.examples;
  std::string content = e.note.empty() ? "" : "<p class=\"none\">" + escape(e.note) + "</p>";
  content += fmt::format("<h3>Left at stage {}</h3>", e.earlyStage) + list(data, e.early);
  if (!e.late.empty()) content += fmt::format("<h3>Left at stage {}</h3>", e.lateStage) + list(data, e.late);
  else content += "<p class=\"none\">All samples left at the same stage.</p>";
  return section("examples", "Early and late samples", fmt::format("Taken evenly from those that left first and those that left last, right or wrong. Below each its answer{}.", data.quality.share ? "; a wrong one is marked and the label is named" : " and the label"), content);
}

}  // namespace offramp::runtime::report
