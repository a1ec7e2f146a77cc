// One model ready to run: artifact, backend, weights, settings and an arena. One call at a time; separate sessions may run in separate
// threads. Steady state (sizes within `reserve`) allocates nothing. It neither reads data nor decides what to run.
#pragma once

#include "runtime/core/AlignedBlock.h"
#include "runtime/core/Artifact.h"
#include "runtime/core/Backend.h"
#include "runtime/core/Settings.h"

#include <filesystem>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace offramp::runtime {

class Session {
 public:
  /// `fixedWeights`: weights that lie elsewhere for as long as the session lives and never change (a program's own data); then weights() is empty.
  Session(std::shared_ptr<const Artifact> artifact, std::unique_ptr<Backend> backend, std::span<const float> fixedWeights = {});

  const Manifest &manifest() const { return artifact_->manifest(); }
  const Artifact &artifact() const { return *artifact_; }
  Backend &backend() { return *backend_; }
  Settings &settings() { return settings_; }
  offramp_call &call() { return call_; }

  std::span<float> weights() { return weights_.as<float>(); }
  void weightsChanged() { backend_->weightsChanged(); }

  /// Places the arena for these programs and batches of so many samples and rows (rounded up to multiples of 16). Grows only.
  void reserve(std::span<const size_t> programs, int64_t samples, int64_t rows);

  /// Runs a program; inputs and outputs are where the caller pointed call() to. A program that was not reserved for the batch is a mistake of
  /// ours; an error of the backend is thrown as std::runtime_error.
  void run(size_t program, const offramp_batch &batch);

 private:
  std::shared_ptr<const Artifact> artifact_;
  std::unique_ptr<Backend> backend_;
  Settings settings_;
  AlignedBlock weights_, arena_;
  std::set<size_t> reserved_;  ///< programs the arena is placed for
  offramp_call call_{};
};

/// Reads every tensor of the model (`<path>.<field>`) from a safetensors file into the weight block; UserError for one that is missing or of
/// another shape, and for tensors the model does not know.
void loadWeights(const std::filesystem::path &path, const Manifest &manifest, std::span<float> block);
/// Pretrained weights to start from: those of the file, the others stay as they are in `block`; their names are returned.
std::vector<std::string> loadInitialWeights(const std::filesystem::path &path, const Manifest &manifest, std::span<float> block);
void saveWeights(const std::filesystem::path &path, const Manifest &manifest, std::span<const float> block);

}  // namespace offramp::runtime
