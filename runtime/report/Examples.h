// Samples that leave early and samples that leave late, shown as what they are: images where the input is one, the row of tokens or values
// otherwise. Chosen without looking at whether they are right: evenly over those that left first and those that left last.
#pragma once

#include "runtime/data/Dataset.h"
#include "runtime/data/Predictions.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace offramp::runtime::report {

struct Example {
  Prediction prediction;
  std::string image;  ///< data URI, or empty …
  std::string text;   ///< … and the row as text
};

struct Examples {
  std::vector<Example> early, late;
  int64_t earlyStage = 0, lateStage = 0;
  std::string note;  ///< what is shown, or why it is no picture
};

Examples chooseExamples(const Dataset &data, std::span<const Prediction> predictions, size_t each = 12);

}  // namespace offramp::runtime::report
