// Measures the rates the cost model works with, once per machine, thread count and precision of the weights, and keeps them in a
// file. Measuring is a deliberate
// act (some tenths of a second): no kernel times itself. A run stores the text of the profile it used, so that it decides alike when
// it is resumed elsewhere.
#ifndef OFFRAMP_CPU_MACHINE_PROFILE_H
#define OFFRAMP_CPU_MACHINE_PROFILE_H

#include "backends/cpu/kernels/CostModel.h"
#include "backends/cpu/kernels/Engine.h"

#include <algorithm>
#include <chrono>
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

// The same, if it was measured on this CPU with so many threads, in this precision by the kernel that multiplies now; for a profile that travelled
// with a model.
std::optional<MachineProfile> matchingProfile(std::string_view text, int threads, Precision precision = Precision::F32);
// The profile in a file, if it matches. No file, a damaged or a foreign one: nothing.
std::optional<MachineProfile> profileFromFile(const std::string &path, int threads, Precision precision = Precision::F32);
// Atomically; false if it could not be written.
bool writeProfile(const MachineProfile &profile, const std::string &path);

// This CPU, in letters, digits and dashes; part of file names.
std::string cpuName();
// $XDG_CACHE_HOME (or $HOME/.cache)/offramp/<kind>-<cpu>-<threads>.json; empty when neither is set.
std::string machineFile(const std::string &kind, int threads);
// Writes such a file atomically, its folder too; false if it could not be written.
bool writeMachineFile(const std::string &path, const std::string &text);
// The machine's file of kind `profile`, `profile-bf16` or `profile-int8`.
std::string profilePath(int threads, Precision precision = Precision::F32);
// The profile of this machine that is kept there, else the one in `text` if it matches; `threads` > 0. Measures nothing.
std::optional<MachineProfile> storedProfile(int threads, std::string_view text = {}, Precision precision = Precision::F32);
// The same, or a new one, which is then kept (failing to keep it is no error). `anew`: what is kept is replaced.
MachineProfile machineProfile(int threads, Precision precision = Precision::F32, bool anew = false);

// Nanoseconds of one call of `run`: the best round of at least 0.2 ms, once two others have come within a tenth of it. On a quiet machine that
// takes under a millisecond; where other work disturbs it, it goes on for at most 40 ms (or one run).
template <typename Run> double bestNs(Run run) {
  auto now = [] { return std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  run();
  double best = 1e18;
  const double begun = now();
  for (int confirmed = 0; confirmed < 2 && now() - begun < 4e7;) {
    const int count = std::clamp(int(2e5 / best), 1, 1000);
    const double begin = now();
    for (int i = 0; i < count; ++i) run();
    const double ns = (now() - begin) / count;
    confirmed = ns < 0.9 * best ? 0 : confirmed + (ns < 1.1 * best);
    best = std::min(best, ns);
  }
  return best;
}

} // namespace offramp::cpu
#endif
