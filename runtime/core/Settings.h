// Run-time settings in force: the manifest's values and what `--set name=value` changes. Parameters that shape the model are refused here,
// because they would need another artifact.
#pragma once

#include "runtime/core/ArtifactManifest.h"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace offramp::runtime {

/// `name=value` pairs as given on the command line; UsageError if one is not of that form or a name occurs twice.
std::map<std::string, std::string> parseSets(const std::vector<std::string> &arguments);

/// The name among `known` that is meant by `wrong`, or empty if none is near.
std::string nearestName(const std::string &wrong, const std::vector<std::string> &known);

class Settings {
 public:
  explicit Settings(const Manifest &manifest);

  /// Takes the run-time settings among `sets`. A parameter fixed at compile time is accepted only with the value it has. UserError for
  /// unknown names (with the nearest known one) and for values that are no numbers.
  void apply(const std::map<std::string, std::string> &sets);
  void set(const std::string &name, double value);

  std::span<const float> values() const { return numbers; }  ///< in manifest order: offramp_call::settings
  std::map<std::string, double> named() const;

 private:
  const Manifest *manifest;
  std::vector<double> exact;
  std::vector<float> numbers;
};

}  // namespace offramp::runtime
