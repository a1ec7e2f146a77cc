// A trained run made ready for inference, as eval, run, bench and report need it; and where library text lies.
#pragma once

#include "backends/cpu/CpuBackend.h"
#include "runtime/core/Session.h"
#include "runtime/data/Dataset.h"
#include "runtime/train/Run.h"

#include <memory>
#include <string>
#include <vector>

namespace offramp::tool {

/// $OFFRAMP_STDLIB, beside the installed program, or the source tree it was built from.
std::vector<std::filesystem::path> importRoots();
/// Where a run's source finds library text: what it was trained with, kept in the run, whatever this program's library is now.
std::vector<std::filesystem::path> importRootsOf(const std::filesystem::path &run);

/// The class names of `names`, a path from the folder of the model file, for a label of so many classes; UserError names both files.
std::vector<std::string> classNames(const std::filesystem::path &model, const std::string &names, const std::string &label, int64_t classes);

struct OpenRun {
  runtime::RunInfo info;
  std::shared_ptr<const runtime::Artifact> artifact;
  std::unique_ptr<runtime::Session> session;
  std::vector<runtime::FieldSpec> fields;
  std::string products;  ///< what multiplies weights, such as `amx-bf16`
};

/// Says on standard error that the machine is being measured, which takes part of a second and happens once.
void announceMeasuring();

/// Loads artifact and weights; settings are the run's, changed by `sets`. For inference the cost model gets the run's machine profile.
/// `dtype` of the weight products of inference: `f32`, `bf16` or `int8`.
OpenRun openRun(const std::filesystem::path &run, const std::vector<std::string> &sets, int threads, const std::string &dtype = "f32",
                cpu::EngineMode mode = cpu::EngineMode::Inference);

/// Says on standard error what a user should know of how data were read; `what` opens each line: `test data`.
void tellNotes(const std::string &what, const runtime::Dataset &data);

/// The `test` split of --data arguments, labels optional; UsageError when it is not given.
std::shared_ptr<const runtime::Dataset> testData(const std::vector<std::string> &arguments, std::vector<runtime::FieldSpec> &fields);

}  // namespace offramp::tool
