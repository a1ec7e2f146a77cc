// Compile: a `.ramp` file becomes an artifact (docs/spec/artifact.md), from the cache when nothing that shapes it changed.
#pragma once

#include <filesystem>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace offramp {

/// A model that cannot be compiled: `what()` is the complete rendered text for the user.
class CompileError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct CompileOptions {
  std::string cpu = "native";  ///< native, x86-64-v3, x86-64-v4
  std::vector<std::filesystem::path> importRoots;  ///< where `import std…` looks
  std::filesystem::path cache;  ///< empty: $XDG_CACHE_HOME/offramp/artifacts, ~/.cache/offramp/artifacts
  bool useCache = true;
};

struct CompileResult {
  std::filesystem::path so, manifest, object;  ///< in the cache folder; copy what is to be kept
  std::vector<std::filesystem::path> sources;  ///< the model file and what it imported
  bool fromCache = false;
};

/// `sets`: compile-time parameters by name (`width` → "64"); run-time settings among them become the manifest's defaults and never cause a
/// recompilation. A damaged cache entry is made again.
CompileResult compileModel(const std::filesystem::path &model, const std::map<std::string, std::string> &sets, const CompileOptions &options);

/// The same program as text at a level: `mlir` (batch level), `llvm` (optimized LLVM IR).
std::string compileToText(const std::filesystem::path &model, const std::map<std::string, std::string> &sets, const CompileOptions &options,
                          const std::string &level);

}  // namespace offramp
