// The tasks of GLUE by name: `glue:mrpc=DIR` stands for the files that the benchmark publishes, with their columns, the order of their classes and
// their metrics. The texts go to the model's text field by place, whatever columns that field names.
#pragma once

#include "runtime/data/ReadDataset.h"

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace offramp::runtime {

struct GlueTask {
  std::string_view name;
  std::string_view first, second;  ///< columns of the texts; no second: single texts
  std::string_view label;
  std::array<std::string_view, 3> classNames;  ///< in the order of their numbers; two or three, none if the label is a number
  std::string_view test = "dev";               ///< the file with labels that is tested on: the published test files have none
  std::string_view header = {};                ///< the columns of files that lack a header line
  bool f1 = false, matthews = false;           ///< metrics besides accuracy

  bool isNumber() const { return classNames[0].empty(); }
  std::span<const std::string_view> classes() const { return {classNames.data(), isNumber() ? 0u : classNames[2].empty() ? 2u : 3u}; }
};

const GlueTask *findGlueTask(std::string_view name);

struct GlueSource {
  const GlueTask *task = nullptr;
  std::string folder;
};

/// Whether a path is `glue:…`.
bool isGlue(std::string_view path);
/// Takes `glue:TASK=DIR` apart; UsageError if it is not of this form or there is no such task.
GlueSource parseGlue(std::string_view path);

/// The training file for the split `train`, the labelled test file for every other.
Dataset readGlue(const std::string &split, const GlueSource &source, const std::vector<FieldSpec> &fields, Labels labels);

}  // namespace offramp::runtime
