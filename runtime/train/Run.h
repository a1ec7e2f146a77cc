// A run folder: what it was started with (run.json), the artifact, the source, and where the rest lies. It appears whole or not at all: it is
// made under another name and renamed.
//
//   RUN/run.json  artifact.so artifact.json artifact.o  source/…  init.safetensors (with --init)  names in run.json
//   RUN/metrics.jsonl  events.out.tfevents.offramp  checkpoints/  result.json and model.safetensors at the end
#pragma once

#include "runtime/core/ArtifactManifest.h"
#include "runtime/core/Json.h"
#include "runtime/data/DataArgument.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace offramp::runtime {

struct RunInfo {
  std::string model;                       ///< its name
  std::string source;                      ///< the model file, relative to RUN/source
  std::map<std::string, double> settings;  ///< in force while training
  std::map<std::string, std::string> sets; ///< as given with --set
  int64_t seed = 0, threads = 0, limit = 0;
  std::string dtype = "f32";             ///< of the products of linear layers: f32, bf16
  DataArguments data;                      ///< absolute paths
  std::vector<std::string> classes;        ///< class names; empty: numbers
  std::vector<std::string> command;        ///< the command line
  std::string init;                        ///< path given with --init, empty if none
  std::string artifactSha256;
};

/// Files to copy into a new run.
struct RunFiles {
  std::filesystem::path object, manifest, relocatable;  ///< `relocatable` (artifact.o) may be empty
  std::vector<std::pair<std::filesystem::path, std::string>> sources;  ///< file, and its name below RUN/source
  std::filesystem::path init;                           ///< may be empty
};

/// UserError if `run` exists. A folder left by a killed attempt is replaced.
void createRun(const std::filesystem::path &run, const RunInfo &info, const RunFiles &files);
/// UserError if it is no run folder.
RunInfo readRun(const std::filesystem::path &run);
/// The text of run.json; `name` (the file) opens every message.
RunInfo parseRunInfo(std::string_view text, const std::string &name);

/// Keeps a second trainer out of the folder until destroyed; the system releases it when the process dies.
class RunLock {
 public:
  explicit RunLock(const std::filesystem::path &run);
  ~RunLock();
  RunLock(const RunLock &) = delete;

 private:
  int fd;
};

/// RUN/model.safetensors; UserError with a hint if the training is not finished.
std::filesystem::path trainedWeights(const std::filesystem::path &run);
}  // namespace offramp::runtime
