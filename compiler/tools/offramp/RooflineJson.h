// `offramp explain --roofline --json`: every row of the text tables as one JSON object. Fields: docs/reference/explain.md.
#pragma once

#include "compiler/tools/offramp/ExplainRoofline.h"
#include "runtime/core/Json.h"

namespace offramp::tool {

/// Machine, operations, stages and totals; `measured_ns` and `reached` with `timed`, `exits` where `leave` is not empty (one share an exit).
runtime::OrderedJson rooflineJson(const ModelCosts &model, const Roofline &roofline, const std::optional<TimedRun> &timed,
                                  const std::vector<double> &leave);

}  // namespace offramp::tool
