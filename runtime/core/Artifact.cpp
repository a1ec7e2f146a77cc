// See Artifact.h.
#include "runtime/core/Artifact.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/core/Sha256.h"

#include <dlfcn.h>

namespace offramp::runtime {

std::shared_ptr<const Artifact> Artifact::load(const std::filesystem::path &object, const std::filesystem::path &manifest) {
  std::shared_ptr<Artifact> artifact(new Artifact);
  artifact->path_ = object;
  artifact->manifest_ = parseManifest(readFile(manifest, int64_t(64) << 20), manifest.string());
  const Manifest &m = artifact->manifest_;
  std::string found = sha256File(object);
  if (found != m.sha256)
    userError("`{}` is damaged or foreign: its SHA-256 is {}…, `{}` says {}…; it was not opened. Train again, or copy both files of one artifact",
              object.string(), found.substr(0, 16), manifest.string(), m.sha256.substr(0, 16));
  requireCpuFeatures(m.cpuFeatures, m.cpuName, object.string());
  artifact->handle = ::dlopen(std::filesystem::absolute(object).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!artifact->handle) userError("`{}` cannot be opened: {}", object.string(), ::dlerror());
  for (const ManifestProgram &program : m.programs) {
    void *address = ::dlsym(artifact->handle, program.symbol.c_str());
    if (!address) userError("`{}` lacks the function `{}` of program `{}`", object.string(), program.symbol, program.name);
    artifact->programs.push_back(reinterpret_cast<CompiledProgram>(address));
  }
  return artifact;
}

std::shared_ptr<const Artifact> Artifact::loadFromRun(const std::filesystem::path &run) {
  return load(run / "artifact.so", run / "artifact.json");
}

std::shared_ptr<const Artifact> Artifact::linked(Manifest manifest, const std::string &name,
                                                 const std::function<CompiledProgram(const std::string &)> &symbol) {
  std::shared_ptr<Artifact> artifact(new Artifact);
  artifact->manifest_ = std::move(manifest);
  artifact->path_ = name;
  requireCpuFeatures(artifact->manifest_.cpuFeatures, artifact->manifest_.cpuName, name);
  for (const ManifestProgram &program : artifact->manifest_.programs) artifact->programs.push_back(symbol(program.symbol));
  return artifact;
}

Artifact::~Artifact() {
  if (handle) ::dlclose(handle);
}

}  // namespace offramp::runtime
