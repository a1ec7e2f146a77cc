// The table of answers, one line per sample: index, label, prediction, stage, decision. `eval --predictions`, `run -o` and the
// standalone program write these same bytes.
#pragma once

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace offramp::runtime {

struct Prediction {
  int64_t index = 0;        ///< row number in the data, from 0
  int32_t label = -1;       ///< -1: the data has none
  int32_t prediction = 0;
  int32_t stage = 0;        ///< of the exit, from 1
  float decision = std::numeric_limits<float>::quiet_NaN();  ///< NaN: the exit was forced, nothing was compared
  std::optional<float> number = {};        ///< of a model whose label is a number: its answer, in the place of `prediction` …
  std::optional<float> numberLabel = {};   ///< … and the label, if the data has one, in the place of `label`
};

/// The header line, with its line end.
std::string predictionsHeader();
/// One line, with its line end. A class without a name appears as its number; a number as the shortest decimal that reads back as the same f32.
std::string predictionLine(const Prediction &prediction, const std::vector<std::string> &names);
/// The whole table, atomically.
void writePredictions(const std::filesystem::path &path, std::span<const Prediction> predictions, const std::vector<std::string> &names);

}  // namespace offramp::runtime
