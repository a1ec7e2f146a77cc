// The CPU behind the runtime's interface: an engine of backends/cpu/kernels. Glue only; no kernel and no policy is here.
#pragma once

#include "backends/cpu/kernels/Engine.h"
#include "runtime/core/Backend.h"

#include <memory>

namespace offramp::cpu {

/// What the compiler counted, as the cost model reads it.
std::vector<StageCost> stageCostsOf(const std::vector<runtime::ManifestStageCost> &costs);

struct CpuBackendOptions {
  EngineMode mode = EngineMode::Inference;
  int threads = 0;  ///< 0: as many as this process may use
  Precision precision = Precision::F32;  ///< of weight products; int8 in inference only
  bool releasePlainWeights = false;      ///< the weights are a mapped file's pages: dropped once they are packed
};

class CpuBackend : public runtime::Backend {
 public:
  explicit CpuBackend(const CpuBackendOptions &options);
  ~CpuBackend() override;

  const char *name() const override { return "cpu"; }
  int threads() const override { return engineThreads(engine_); }
  void *engine() override { return engine_; }
  void weightsChanged() override { engineWeightsChanged(engine_); }
  std::string takeError() override;
  double adamw(offramp_call &call, std::span<float> weights, std::span<float> gradients, std::span<float> m, std::span<float> v,
               std::span<const offramp_range> ranges, const offramp_adamw &options) override;
  void setUpdates(std::span<const float> weights, std::span<const float> gradients, std::span<const offramp_range> ranges) override;
  void setStageCosts(const std::vector<runtime::ManifestStageCost> &costs) override;
  void setLeaveShares(std::span<const double> shares) override;
  runtime::BackendChoices takeChoices() override;
  std::vector<runtime::BackendChoices> takeStageChoices() override;
  std::vector<runtime::StagePlan> plan(double samples, double rowsPerSample) const override;
  /// What multiplies weights: "x86-64-v4", "amx-bf16", "x86-64-v3, bf16 emulated" …
  std::string products() const { return engineProducts(engine_); }
  Precision precision() const { return enginePrecision(engine_); }
  void setProfile(const MachineProfile &profile) { engineSetProfile(engine_, profile); }

 private:
  Engine *engine_;
};

}  // namespace offramp::cpu
