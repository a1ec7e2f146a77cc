// An evaluation as one JSON object: what `offramp eval --json` and programs with `--json` print.
#pragma once

#include "runtime/core/Json.h"
#include "runtime/infer/Evaluate.h"

namespace offramp::runtime {

/// `samples`, `accuracy` (null without labels; absent where answers are numbers), `metrics` (by name, if there are any), `mean_stage`, `stages`,
/// `stage_histogram`, `per_stage_accuracy` (or `per_stage_pearson` and `per_stage_spearman`, if they were measured), `samples_per_second`, `batch`,
/// `backend`, `dtype`.
OrderedJson evaluationJson(const Evaluation &evaluation, const std::string &backend, const std::string &dtype);

}  // namespace offramp::runtime
