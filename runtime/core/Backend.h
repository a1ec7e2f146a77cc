// What the runtime asks of a backend: an engine that compiled programs run on, the optimizer pass, and the inputs of its cost model. Each
// backend implements it beside its kernels; nothing in runtime/ names one.
#pragma once

#include "runtime/abi/CpuKernels.h"
#include "runtime/core/ArtifactManifest.h"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace offramp::runtime {

/// How often the cost model decided each way since it was last asked.
struct BackendChoices {
  int64_t split = 0, whole = 0, regrouped = 0, kept = 0;
};

/// What the cost model says of a stage for a batch, in nanoseconds. Shares are of the samples that reach the stage.
struct StagePlan {
  int64_t stage = 0;
  double samples = 0, leaveShare = 0;
  double wholeNs = 0, firstNs = 0, restNs = 0;  ///< as one piece; until the decision; for those expected to stay
  bool canSplit = false, split = false;         ///< can decide first; would
  double splitFrom = 2, regroupFrom = 2;        ///< share of leavers, of dead rows, from which it pays; above 1: never
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual const char *name() const = 0;  ///< as in `--backend`
  virtual int threads() const = 0;
  virtual void *engine() = 0;            ///< offramp_call::engine
  virtual void weightsChanged() = 0;     ///< the weight block was written
  virtual std::string takeError() = 0;   ///< first error since the last call, or empty
  /// Returns the gradient norm before clipping; gradients of the ranges are zero afterwards.
  virtual double adamw(offramp_call &call, std::span<float> weights, std::span<float> gradients, std::span<float> m, std::span<float> v,
                       std::span<const offramp_range> ranges, const offramp_adamw &options) = 0;
  /// Before the steps of a phase, which update these ranges and no other weights. In ranges with a row width the rows that a step adds gradients to
  /// are noted from now on; adamw updates these rows and no others. All of `gradients` is zero.
  virtual void setUpdates(std::span<const float> weights, std::span<const float> gradients, std::span<const offramp_range> ranges) = 0;
  virtual void setStageCosts(const std::vector<ManifestStageCost> &costs) = 0;
  virtual void setLeaveShares(std::span<const double> shares) = 0;  ///< expected share of leavers among those who reach a stage
  virtual BackendChoices takeChoices() = 0;
  /// The same per stage, in order, counted apart from the totals. Empty where there is no cost model.
  virtual std::vector<BackendChoices> takeStageChoices() { return {}; }
  /// What the cost model expects of batches of so many samples at the shares set. Empty where there is none.
  virtual std::vector<StagePlan> plan(double samples, double rowsPerSample) const {
    (void)samples, (void)rowsPerSample;
    return {};
  }
};

}  // namespace offramp::runtime
