// See Predictions.h.
#include "runtime/data/Predictions.h"

#include "runtime/core/Files.h"

#include <fmt/format.h>

namespace offramp::runtime {
namespace {

std::string className(int32_t number, const std::vector<std::string> &names) {
  if (number < 0) return "";
  return (size_t)number < names.size() ? names[(size_t)number] : std::to_string(number);
}

}  // namespace

std::string predictionsHeader() { return "index\tlabel\tprediction\tstage\tdecision\n"; }

std::string predictionLine(const Prediction &p, const std::vector<std::string> &names) {
  // The shortest decimal that reads back as the same float, so that tables can be compared byte by byte.
  std::string decision = std::isnan(p.decision) ? "" : fmt::format("{}", p.decision);
  if (p.number)
    return fmt::format("{}\t{}\t{}\t{}\t{}\n", p.index, p.numberLabel ? fmt::format("{}", *p.numberLabel) : "", *p.number, p.stage,
                       decision);
  return fmt::format("{}\t{}\t{}\t{}\t{}\n", p.index, className(p.label, names), className(p.prediction, names), p.stage, decision);
}

void writePredictions(const std::filesystem::path &path, std::span<const Prediction> predictions, const std::vector<std::string> &names) {
  AtomicFile file(path);
  file.write(predictionsHeader());
  for (const Prediction &prediction : predictions) file.write(predictionLine(prediction, names));
  file.commit();
}

}  // namespace offramp::runtime
