// Which setting the exit rule compares, found by trying: the rule is compiled code. What thresholds are chosen and reports are swept over.
#pragma once

#include "runtime/core/Session.h"
#include "runtime/data/Splits.h"

#include <optional>
#include <string>

namespace offramp::runtime {

/// The first setting that changes who leaves among these samples when it is moved to both sides, far beyond anything that is compared. Nothing if
/// there is none (rates and weights of a reward change nothing). Settings are as before when it returns.
std::optional<std::string> comparedSetting(Session &session, const Split &probe);

/// The first samples of a split.
Split front(const Split &split, int64_t samples);

}  // namespace offramp::runtime
