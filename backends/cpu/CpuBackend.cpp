// See CpuBackend.h.
#include "backends/cpu/CpuBackend.h"

#include "runtime/core/Error.h"

namespace offramp::cpu {

CpuBackend::CpuBackend(const CpuBackendOptions &options) {
  EngineOptions engine;
  engine.mode = options.mode;
  engine.threads = options.threads;
  engine.precision = options.precision;
  engine.releasePlainWeights = options.releasePlainWeights;
  engine_ = createEngine(engine);
  if (!engine_) userError("the CPU backend cannot run on this processor");
}

CpuBackend::~CpuBackend() { destroyEngine(engine_); }

std::string CpuBackend::takeError() {
  const char *error = engineTakeError(engine_);
  return error ? error : "";
}

double CpuBackend::adamw(offramp_call &call, std::span<float> weights, std::span<float> gradients, std::span<float> m, std::span<float> v,
                         std::span<const offramp_range> ranges, const offramp_adamw &options) {
  double norm = offramp_cpu_adamw(&call, weights.data(), gradients.data(), m.data(), v.data(), ranges.data(), (int64_t)ranges.size(), &options);
  for (const offramp_range &range : ranges) engineWeightsUpdated(engine_, weights.data() + range.begin, weights.data() + range.begin + range.count);
  return norm;
}

void CpuBackend::setUpdates(std::span<const float> weights, std::span<const float> gradients, std::span<const offramp_range> ranges) {
  engineSetUpdates(engine_, weights.data(), gradients.data(), ranges.data(), (int64_t)ranges.size());
}

std::vector<StageCost> stageCostsOf(const std::vector<runtime::ManifestStageCost> &costs) {
  std::vector<StageCost> stages;
  for (const runtime::ManifestStageCost &from : costs) {
    StageCost to;
    to.wholeMacsPerRow = from.rowMacs;
    to.wholeMacsPerSample = from.sampleMacs;
    to.wholeCalls = from.wholeCalls;
    to.firstMacsPerRow = from.firstRowMacs;
    to.firstMacsPerSample = from.firstSampleMacs;
    to.firstCalls = from.firstCalls;
    to.restMacsPerRow = from.restRowMacs;
    to.restCalls = from.restCalls;
    to.channels = (int64_t)from.rowBytes / 4;
    to.canSplit = from.split;
    stages.push_back(to);
  }
  return stages;
}

void CpuBackend::setStageCosts(const std::vector<runtime::ManifestStageCost> &costs) { engineSetStageCosts(engine_, stageCostsOf(costs)); }

void CpuBackend::setLeaveShares(std::span<const double> shares) { engineSetLeaveShares(engine_, {shares.begin(), shares.end()}); }

runtime::BackendChoices CpuBackend::takeChoices() {
  EngineChoices c = engineTakeChoices(engine_);
  return {c.split, c.whole, c.regrouped, c.kept};
}

std::vector<runtime::BackendChoices> CpuBackend::takeStageChoices() {
  std::vector<runtime::BackendChoices> stages;
  for (const EngineChoices &c : engineTakeStageChoices(engine_)) stages.push_back({c.split, c.whole, c.regrouped, c.kept});
  return stages;
}

std::vector<runtime::StagePlan> CpuBackend::plan(double samples, double rowsPerSample) const {
  std::vector<runtime::StagePlan> plans;
  for (const StagePlan &p : enginePlan(engine_, samples, rowsPerSample)) {
    runtime::StagePlan to;
    to.stage = (int64_t)plans.size() + 1;
    to.samples = p.samples, to.leaveShare = p.leaveShare;
    to.wholeNs = p.wholeNs, to.firstNs = p.firstNs, to.restNs = p.restNs;
    to.canSplit = engineStageCosts(engine_)[plans.size()].canSplit, to.split = p.split;
    to.splitFrom = p.splitFrom, to.regroupFrom = p.regroupFrom;
    plans.push_back(to);
  }
  return plans;
}

}  // namespace offramp::cpu
