// Compile: a `.ramp` file becomes an artifact (docs/spec/artifact.md), from the cache when nothing that shapes it changed.
#pragma once

#include "compiler/artifact/StageCosts.h"
#include "compiler/roofline/OpCount.h"

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
  std::string warnings;  ///< rendered, empty if there are none
};

/// `sets`: compile-time parameters by name (`width` → "64"); run-time settings among them become the manifest's defaults and never cause a
/// recompilation. A damaged cache entry is made again.
CompileResult compileModel(const std::filesystem::path &model, const std::map<std::string, std::string> &sets, const CompileOptions &options);

/// The same program as text at a level: `mlir` (batch level), `llvm` (optimized LLVM IR).
std::string compileToText(const std::filesystem::path &model, const std::map<std::string, std::string> &sets, const CompileOptions &options,
                          const std::string &level);

/// What `explain` shows: nothing is made into machine code.
struct ModelCosts {
  std::string model;
  int64_t rowsPerSample = -1;   ///< fixed row count, 0: length of the tokens, -1: no rows
  int64_t rows = 1;             ///< row count that attention was counted at
  int64_t maxRows = 0;          ///< longest sequence of tokens where lengths vary
  std::vector<StageCost> stages;
  std::vector<int64_t> weights;  ///< elements per stage, with what is attached after it
  int64_t allWeights = 0;        ///< of the model, each counted once
  int64_t arenaRow = 0, arenaSample = 0, arenaFixed = 0;  ///< bytes that inference works in: per row, per sample, once
  ModelOps ops;                  ///< of inference, as it will run
};

/// `rows` 0: the model's own row count; half the longest sequence for tokens.
ModelCosts modelCosts(const std::filesystem::path &model, const std::map<std::string, std::string> &sets, const CompileOptions &options, int64_t rows = 0);

}  // namespace offramp
