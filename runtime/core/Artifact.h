// An artifact in memory: its manifest and the compiled programs, ready to be called. From a file (checked before a byte of it is run) or
// linked into the program at hand. Owns no weights and starts nothing.
#pragma once

#include "runtime/abi/Call.h"
#include "runtime/core/ArtifactManifest.h"

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace offramp::runtime {

using CompiledProgram = void (*)(offramp_call *, offramp_batch *);

class Artifact {
 public:
  /// Reads the manifest, compares the SHA-256 of the shared object with it, checks the CPU, then opens it. UserError by name otherwise.
  /// Compiled programs call functions that the loading program exports (runtime/abi/CpuKernels.h).
  static std::shared_ptr<const Artifact> load(const std::filesystem::path &object, const std::filesystem::path &manifest);
  /// RUN/artifact.so and RUN/artifact.json.
  static std::shared_ptr<const Artifact> loadFromRun(const std::filesystem::path &run);
  /// Programs that are part of this executable, with the manifest as it was read. `symbol` gives the address of a name, or null; programs it does not know are absent.
  static std::shared_ptr<const Artifact> linked(Manifest manifest, const std::string &name,
                                                const std::function<CompiledProgram(const std::string &)> &symbol);
  ~Artifact();
  Artifact(const Artifact &) = delete;

  const Manifest &manifest() const { return manifest_; }
  CompiledProgram program(size_t index) const { return programs[index]; }
  const std::filesystem::path &path() const { return path_; }

 private:
  Artifact() = default;
  Manifest manifest_;
  std::vector<CompiledProgram> programs;
  std::filesystem::path path_;
  void *handle = nullptr;
};

/// UserError naming the features that this CPU lacks.
void requireCpuFeatures(const std::vector<std::string> &features, const std::string &cpu, const std::string &artifact);

}  // namespace offramp::runtime
