// See Quality.h.
#include "runtime/report/Quality.h"

#include "runtime/report/Text.h"

#include <fmt/format.h>

namespace offramp::runtime::report {

std::string Quality::name() const { return share ? "accuracy" : "correlation"; }
std::string Quality::heading() const { return share ? "Accuracy" : "Correlation"; }
std::string Quality::text(double value) const { return share ? percent(value) : fmt::format("{:.4f}", value); }

}  // namespace offramp::runtime::report
