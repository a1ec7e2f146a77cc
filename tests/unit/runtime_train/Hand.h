// The hand-written artifact with its manifest, data for it, and a backend without kernels.
#pragma once

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/core/Json.h"
#include "runtime/core/Session.h"
#include "runtime/core/Sha256.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace offramp::runtime::test {

/// In memory where that is possible: runs die here by a signal, never by a loss of power, and a disk's fsync would take most of the time.
struct Folder {
  Folder() {
    const char *memory = "/dev/shm";
    std::filesystem::path parent = ::access(memory, W_OK | X_OK) == 0 ? memory : std::filesystem::temp_directory_path();
    std::string pattern = (parent / "offramp-test-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

inline Json handManifest() {
  Json json = Json::parse(R"({
    "format": 1, "offramp": "0.1.0", "model": "Hand", "cache_key": "00", "sha256": "", "cpu": {"name": "x86-64", "features": ["sse2"]},
    "inputs": [{"name": "x", "kind": "values", "dtype": "f32", "shape": [4], "classes": 0, "max_rows": 0, "names_file": ""},
               {"name": "label", "kind": "label", "dtype": "i32", "shape": [], "classes": 2, "max_rows": 0, "names_file": ""}],
    "rows_per_sample": -1, "settings": [{"name": "threshold", "value": 0.8}], "static_parameters": {"classes": 2},
    "answer": {"attachment": "head", "classes": 2, "decision": "probability"}, "stages": 2,
    "weights": {"elements": 32, "instances": [
      {"path": "head.1", "offset": 0, "elements": 16, "fields": [{"name": "w", "offset": 0, "shape": [4, 2], "initializer": "normal", "scale": 0.1, "decays": true}]},
      {"path": "head.2", "offset": 16, "elements": 16, "fields": [{"name": "w", "offset": 0, "shape": [4, 2], "initializer": "normal", "scale": 0.1, "decays": true}]}]},
    "tables": [{"name": "memorized", "dtype": "i32", "initial": 2}],
    "programs": [
      {"name": "infer", "kind": "infer", "symbol": "hand_infer", "arena": {"row": 0, "sample": 0, "fixed": 0}},
      {"name": "fit.step", "kind": "step", "symbol": "hand_step", "arena": {"row": 0, "sample": 0, "fixed": 0}},
      {"name": "memorized.measure", "kind": "measure", "symbol": "hand_measure", "arena": {"row": 0, "sample": 0, "fixed": 0}},
      {"name": "evaluate", "kind": "evaluate", "symbol": "hand_evaluate", "arena": {"row": 0, "sample": 0, "fixed": 0}}],
    "phases": [], "evaluate": {"program": "evaluate", "collected": [{"name": "logits", "shape": [2, 2]}, {"name": "leave", "shape": [2]}, {"name": "decision", "shape": [2]}]},
    "stage_costs": [], "gemms": []})");
  Json optimizer = Json::parse(R"({"lr": 0.05, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01, "warmup": 0.1, "decay": "linear", "clip": 1.0})");
  auto train = [&](const char *name, int epochs) {
    return Json{{"kind", "train"}, {"name", name}, {"program", "fit.step"}, {"epochs", epochs}, {"batch", 16},
                {"optimizer", optimizer}, {"updates", {"head.1", "head.2"}}, {"metrics", Json::array()}};
  };
  json["phases"] = {train("warm_up", 2), {{"kind", "measure"}, {"table", "memorized"}, {"program", "memorized.measure"}}, train("together", 2)};
  json["sha256"] = sha256File(OFFRAMP_HAND_ARTIFACT);
  return json;
}

/// AdamW on one thread, written out; no engine.
class HandBackend : public Backend {
 public:
  const char *name() const override { return "hand"; }
  int threads() const override { return 1; }
  void *engine() override { return nullptr; }
  void weightsChanged() override {}
  std::string takeError() override { return ""; }
  void setUpdates(std::span<const float>, std::span<const float>, std::span<const offramp_range>) override {}
  double adamw(offramp_call &, std::span<float> w, std::span<float> g, std::span<float> m, std::span<float> v, std::span<const offramp_range> ranges,
               const offramp_adamw &o) override {
    double sum = 0;
    for (const offramp_range &r : ranges)
      for (int64_t i = r.begin; i < r.begin + r.count; ++i) {
        const auto k = (size_t)i;
        sum += (double)g[k] * g[k];
        m[k] = o.beta1 * m[k] + (1 - o.beta1) * g[k], v[k] = o.beta2 * v[k] + (1 - o.beta2) * g[k] * g[k];
        const double first = m[k] / (1 - std::pow(o.beta1, o.step)), second = v[k] / (1 - std::pow(o.beta2, o.step));
        w[k] -= (float)(o.lr * (first / (std::sqrt(second) + o.eps) + o.weight_decay * w[k]));
        g[k] = 0;
      }
    return std::sqrt(sum);
  }
  void setStageCosts(const std::vector<ManifestStageCost> &) override {}
  void setLeaveShares(std::span<const double>) override {}
  BackendChoices takeChoices() override { return {}; }
};

}  // namespace offramp::runtime::test
