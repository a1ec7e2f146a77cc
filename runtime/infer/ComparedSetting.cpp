// See ComparedSetting.h.
#include "runtime/infer/ComparedSetting.h"

#include "runtime/infer/Collect.h"

#include <algorithm>

namespace offramp::runtime {
namespace {

constexpr double farAway = 1e6;
constexpr int64_t batch = 32;

std::vector<float> leaversAt(Session &session, const Split &probe, const std::string &setting, double value) {
  session.settings().set(setting, value);
  return collect(session, probe, std::min(batch, probe.size()))->leave;
}

}  // namespace

Split front(const Split &split, int64_t samples) {
  return {split.data, {split.rows.begin(), split.rows.begin() + (ptrdiff_t)std::min(samples, split.size())}};
}

std::optional<std::string> comparedSetting(Session &session, const Split &probe) {
  const std::map<std::string, double> before = session.settings().named();
  for (const ManifestSetting &setting : session.manifest().settings) {
    const bool matters = leaversAt(session, probe, setting.name, -farAway) != leaversAt(session, probe, setting.name, farAway);
    session.settings().set(setting.name, before.at(setting.name));
    if (matters) return setting.name;
  }
  return std::nullopt;
}

}  // namespace offramp::runtime
