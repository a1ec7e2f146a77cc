// Measures the rates the cost model works with, once per machine, thread count and precision of the weights, and keeps them in a file. Measuring is a deliberate
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

// Rates from times of a ladder of row counts, where a disturbed time is replaced by what its neighbours allow: more rows never take less
// time, and never run at a lower rate.
std::vector<double> plausibleRates(const std::vector<int64_t> &rows, std::vector<double> ns, double macsPerRow);

std::string profileText(const MachineProfile &profile);                          // JSON
std::optional<MachineProfile> profileFromText(std::string_view text);            // nothing when damaged or of another version

// The same, if it was measured on this CPU with so many threads in this precision; for a profile that travelled with a model.
std::optional<MachineProfile> matchingProfile(std::string_view text, int threads, Precision precision = Precision::F32);
// The profile in a file, if it matches. No file, a damaged or a foreign one: nothing.
std::optional<MachineProfile> profileFromFile(const std::string &path, int threads, Precision precision = Precision::F32);
// Atomically; false if it could not be written.
bool writeProfile(const MachineProfile &profile, const std::string &path);

// $XDG_CACHE_HOME (or $HOME/.cache)/offramp/profile-<cpu>-<threads>.json, with the precision's name before the dot when it is not f32; empty when
// neither is set.
std::string profilePath(int threads, Precision precision = Precision::F32);
// The profile of this machine that is kept there, else the one in `text` if it matches; `threads` > 0. Measures nothing.
std::optional<MachineProfile> storedProfile(int threads, std::string_view text = {}, Precision precision = Precision::F32);
// The same, or a new one, which is then kept (failing to keep it is no error).
MachineProfile machineProfile(int threads, Precision precision = Precision::F32);

} // namespace offramp::cpu
#endif
