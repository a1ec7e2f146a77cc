// Measures the rates the cost model works with, once per machine and thread count, and keeps them in a file. Measuring is a deliberate
// act (some tenths of a second): no kernel times itself. A run stores the text of the profile it used, so that it decides alike when
// it is resumed elsewhere.
#ifndef OFFRAMP_CPU_MACHINE_PROFILE_H
#define OFFRAMP_CPU_MACHINE_PROFILE_H

#include "backends/cpu/kernels/CostModel.h"
#include "backends/cpu/kernels/Engine.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offramp::cpu {

struct GemmShape {
  int64_t k, n;
};

// Times linear() on a ladder of row counts for each shape (weights of several layers in turn, so that they are as cold as in a network),
// a copy of rows, and an empty parallel call. `engine` must be in inference mode; its packed weights grow by those of the shapes.
MachineProfile measureProfile(Engine *engine, const std::vector<GemmShape> &shapes = {{128, 256}, {128, 512}, {512, 128}});

std::string profileText(const MachineProfile &profile);                          // JSON
std::optional<MachineProfile> profileFromText(std::string_view text);            // nothing when damaged or of another version

// $XDG_CACHE_HOME (or $HOME/.cache)/offramp/profile-<cpu>-<threads>.json; empty when neither is set.
std::string profilePath(int threads);
// The profile stored for this machine and thread count, or the one in `text` if it was measured on such a machine; measures nothing.
std::optional<MachineProfile> storedProfile(int threads, std::string_view text = {});
// The stored profile of this machine, or a new one, which is then stored (atomically; failing to store is no error).
MachineProfile machineProfile(int threads);

} // namespace offramp::cpu
#endif
