// The machine profile a run works with: RUN/machine.json (machine-bf16.json, machine-int8.json in these precisions), made at the first use
// of the trained run and kept, so that the cost model decides alike from then on. On another CPU, with another thread count or another kernel, the
// machine's own stored profile serves and the run's stays as it is. Training never comes here: it uses no measured choice.
#pragma once

#include "backends/cpu/kernels/MachineProfile.h"

#include <filesystem>
#include <functional>
#include <optional>

namespace offramp::cpu {

/// The run's, if it was measured on this CPU with so many threads.
std::optional<MachineProfile> loadRunProfile(const std::filesystem::path &run, int threads, Precision precision = Precision::F32);

/// The run's profile, else the machine's, else one measured now; `announce` is called before measuring. Kept in the run if it has none; a
/// run folder that cannot be written is no error.
MachineProfile runProfile(const std::filesystem::path &run, int threads, Precision precision, const std::function<void()> &announce);

/// The machine's profile, measured after `announce` if there is none yet.
MachineProfile announcedProfile(int threads, Precision precision, const std::function<void()> &announce);

}  // namespace offramp::cpu
