// See Settings.h.
#include "runtime/core/Settings.h"

#include "runtime/core/Error.h"
#include "runtime/data/CellParser.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace offramp::runtime {
namespace {

/// Edit distance (insert, delete, replace, swap of neighbours).
size_t distance(const std::string &a, const std::string &b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i)
    for (size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        d[i][j] = i + j;
        continue;
      }
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::map<std::string, std::string> parseSets(const std::vector<std::string> &arguments) {
  std::map<std::string, std::string> sets;
  for (const std::string &argument : arguments) {
    size_t equals = argument.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == argument.size())
      throw UsageError(fmt::format("`--set {}`: expected name=value, for instance `--set threshold=0.5`", argument));
    if (!sets.emplace(argument.substr(0, equals), argument.substr(equals + 1)).second)
      throw UsageError(fmt::format("`--set {}`: `{}` is given twice", argument, argument.substr(0, equals)));
  }
  return sets;
}

std::string nearestName(const std::string &wrong, const std::vector<std::string> &known) {
  std::string best;
  size_t least = std::max<size_t>(1, wrong.size() / 3) + 1;
  for (const std::string &name : known)
    if (size_t d = distance(wrong, name); d < least) best = name, least = d;
  return best;
}

Settings::Settings(const Manifest &manifest) : manifest(&manifest) {
  for (const ManifestSetting &setting : manifest.settings) {
    exact.push_back(setting.value);
    numbers.push_back((float)setting.value);
  }
}

void Settings::set(const std::string &name, double value) {
  for (size_t i = 0; i < numbers.size(); ++i)
    if (manifest->settings[i].name == name) {
      exact[i] = value;
      numbers[i] = (float)value;
      return;
    }
  std::vector<std::string> known;
  for (const ManifestSetting &setting : manifest->settings) known.push_back(setting.name);
  for (const auto &[parameter, fixed] : manifest->staticParameters) known.push_back(parameter);
  std::string near = nearestName(name, known);
  if (!near.empty()) userError("`--set {}`: model `{}` has no setting of this name; did you mean `{}`?", name, manifest->model, near);
  userError("`--set {}`: model `{}` has no setting of this name; it has {}", name, manifest->model,
            known.empty() ? std::string("none") : fmt::format("`{}`", fmt::join(known, "`, `")));
}

void Settings::apply(const std::map<std::string, std::string> &sets) {
  for (const auto &[name, text] : sets) {
    std::optional<double> value = parseNumber(text);
    auto fixed = manifest->staticParameters.find(name);
    bool isSetting = std::any_of(manifest->settings.begin(), manifest->settings.end(), [&](const auto &s) { return s.name == name; });
    if (fixed != manifest->staticParameters.end() && !isSetting) {
      if (value && *value == fixed->second) continue;
      userError("`--set {}={}`: `{}` shapes model `{}` and is {} in this artifact; train again to change it", name, text, name, manifest->model,
                fixed->second);
    }
    if (isSetting && !value) userError("`--set {}={}`: `{}` is not a number", name, text, text);
    set(name, value.value_or(0));
  }
}

std::map<std::string, double> Settings::named() const {
  std::map<std::string, double> result;
  for (size_t i = 0; i < exact.size(); ++i) result[manifest->settings[i].name] = exact[i];
  return result;
}

}  // namespace offramp::runtime
