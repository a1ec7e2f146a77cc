// What was trained on what, how good and how fast it is, and the commands to see it again.
#include "runtime/report/Page.h"
#include "runtime/report/Sections.h"
#include "runtime/report/Text.h"

#include <fmt/ranges.h>

namespace offramp::runtime::report {
namespace {

const SweepPoint *inForce(const Sweep &sweep) {
  for (const SweepPoint &point : sweep.points)
    if (point.inForce) return &point;
  return nullptr;
}

/// A word as a shell takes it.
std::string shellWord(const std::string &word) {
  if (!word.empty() && word.find_first_of(" \t\n'\"\\$`!*?[](){}<>|;&~#") == std::string::npos) return word;
  std::string quoted = "'";
  for (char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string commandLine(const std::vector<std::string> &words) {
  std::string line = "offramp";
  for (const std::string &word : words) line += " " + shellWord(word);
  return line;
}

std::string tiles(const ReportData &data) {
  const Evaluation &e = data.evaluation;
  std::string out = "<div class=\"tiles\">";
  if (e.accuracy) out += tile(percent(*e.accuracy), "accuracy", number((double)e.samples) + " test samples");
  for (const auto &[name, value] : e.metrics) out += tile(data.quality.text(value), escape(name), number((double)e.samples) + " test samples");
  out += tile(fmt::format("{:.2f} of {}", e.meanStage, e.stages), "mean stage", fmt::format("layer ratio {:.2f}", (double)e.stages / e.meanStage));
  const SweepPoint *own = inForce(data.sweep);
  for (size_t b = 0; own && b < data.sweep.batches.size(); ++b)
    out += tile(fmt::format("{:.2f}×", own->samplesPerSecond[b] / data.sweep.points[0].samplesPerSecond[b]), fmt::format("speed-up at batch {}", data.sweep.batches[b]),
                number(own->samplesPerSecond[b]) + " samples/s, measured");
  return out + "</div>";
}

}  // namespace

std::string summarySection(const ReportData &data) {
  std::string facts;
  auto fact = [&](std::string_view name, const std::string &value) {
    if (!value.empty()) facts += fmt::format("<dt>{}</dt><dd>{}</dd>", escape(name), escape(value));
  };
  fact("model", data.info.model + " (" + data.info.source + "), " + number((double)data.weightElements) + " weights, " + std::to_string(data.evaluation.stages) + " stages");
  std::string settings;
  for (const auto &[name, value] : data.settings) settings += fmt::format("{}{} = {}", settings.empty() ? "" : ", ", name, compact(value, 6));
  fact("settings in force", settings);
  std::string sets;
  for (const auto &[name, value] : data.info.sets) sets += fmt::format("{}{}={}", sets.empty() ? "" : ", ", name, value);
  fact("set at training", sets);
  fact("seed", std::to_string(data.info.seed) + (data.info.limit > 0 ? fmt::format("; only the first {} samples of each split were used", data.info.limit) : ""));
  for (const auto &[split, paths] : data.info.data)
    if (split != "test") fact(split + " data", fmt::format("{}", fmt::join(paths, ", ")));
  fact("test data", fmt::format("{}", fmt::join(data.dataPaths, ", ")));
  if (const SweepPoint *own = inForce(data.sweep); own && !data.evaluation.quality) fact(data.quality.name(), "unknown: the test data has no labels");
  fact("measured on", fmt::format("{}{}{} thread{}, {} backend", data.cpu, data.cpu.empty() ? "" : ", ", data.threads, data.threads == 1 ? "" : "s", data.backend));
  fact("offramp", data.version);

  std::vector<std::string> eval{"eval", data.runFolder, "--data", fmt::format("test={}", fmt::join(data.dataPaths, ","))};
  std::string commands = "<pre><code>" + escape(commandLine(data.info.command)) + "\n" + escape(commandLine(eval));
  if (!data.command.empty()) commands += "\n" + escape(data.command);
  return section("summary", "Summary", "", tiles(data) + "<dl>" + facts + "</dl>" + commands + "</code></pre>");
}

}  // namespace offramp::runtime::report
