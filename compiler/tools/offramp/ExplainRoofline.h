// The roofline part of `offramp explain`, as text.
#pragma once

#include "compiler/artifact/Compile.h"
#include "compiler/roofline/Roofline.h"
#include "compiler/tools/offramp/TimedRun.h"

#include <optional>
#include <string>
#include <vector>

namespace offramp::tool {

/// Operations, stages and totals; with `timed`, what was measured beside what is attainable.
std::string rooflineText(const ModelCosts &model, const Roofline &roofline, const std::optional<TimedRun> &timed);
/// The same with exits at the given shares.
std::string exitText(const Roofline &roofline, const std::vector<double> &leave);

}  // namespace offramp::tool
