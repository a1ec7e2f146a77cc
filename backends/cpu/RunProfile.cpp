// See RunProfile.h.
#include "backends/cpu/RunProfile.h"

namespace offramp::cpu {
namespace fs = std::filesystem;

std::optional<MachineProfile> loadRunProfile(const fs::path &run, int threads) { return profileFromFile((run / "machine.json").string(), threads); }

MachineProfile announcedProfile(int threads, const std::function<void()> &announce) {
  if (auto stored = storedProfile(threads)) return *stored;
  announce();
  return machineProfile(threads);
}

MachineProfile runProfile(const fs::path &run, int threads, const std::function<void()> &announce) {
  if (auto own = loadRunProfile(run, threads)) return *own;
  MachineProfile profile = announcedProfile(threads, announce);
  std::error_code error;
  if (!fs::exists(run / "machine.json", error)) writeProfile(profile, (run / "machine.json").string());
  return profile;
}

}  // namespace offramp::cpu
