// See RunProfile.h.
#include "backends/cpu/RunProfile.h"

namespace offramp::cpu {
namespace fs = std::filesystem;

static fs::path fileIn(const fs::path &run, Precision precision) {
  return run / (precision == Precision::F32 ? "machine.json" : "machine-" + std::string(precisionName(precision)) + ".json");
}

std::optional<MachineProfile> loadRunProfile(const fs::path &run, int threads, Precision precision) {
  return profileFromFile(fileIn(run, precision).string(), threads, precision);
}

MachineProfile announcedProfile(int threads, Precision precision, const std::function<void()> &announce) {
  if (auto stored = storedProfile(threads, {}, precision)) return *stored;
  announce();
  return machineProfile(threads, precision);
}

MachineProfile runProfile(const fs::path &run, int threads, Precision precision, const std::function<void()> &announce) {
  if (auto own = loadRunProfile(run, threads, precision)) return *own;
  MachineProfile profile = announcedProfile(threads, precision, announce);
  std::error_code error;
  const fs::path file = fileIn(run, precision);
  if (!fs::exists(file, error)) writeProfile(profile, file.string());
  return profile;
}

}  // namespace offramp::cpu
