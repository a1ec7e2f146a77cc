// The roofline of a run as its report shows it: counted from the run's source, timed on this machine.
#pragma once

#include "compiler/tools/offramp/OpenRun.h"
#include "runtime/report/Roofline.h"

namespace offramp::tool {

/// Batches of `batch` samples with `rows` rows each where lengths vary.
runtime::report::RooflineData reportRoofline(const std::filesystem::path &folder, OpenRun &run, int64_t batch, int64_t rows);

}  // namespace offramp::tool
