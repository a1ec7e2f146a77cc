// The parts of a manifest, one reader each. For ArtifactManifest.cpp only.
#pragma once

#include "runtime/core/ArtifactManifest.h"
#include "runtime/core/Error.h"
#include "runtime/core/Json.h"

namespace offramp::runtime::manifest {

/// An array member; `most` bounds its length.
const Json &array(const Json &object, const char *key, const std::string &name, size_t most = 1000000);
double number(const Json &object, const char *key, const std::string &name);
bool boolean(const Json &object, const char *key, const std::string &name);
std::vector<int64_t> sizes(const Json &object, const char *key, const std::string &name);
std::vector<std::string> strings(const Json &object, const char *key, const std::string &name);
/// Product of sizes; UserError beyond 2^40.
int64_t product(const std::vector<int64_t> &shape, const std::string &name);

void readCpu(Manifest &m, const Json &json, const std::string &name);
void readInputs(Manifest &m, const Json &json, const std::string &name);
void readSettings(Manifest &m, const Json &json, const std::string &name);
void readWeights(Manifest &m, const Json &json, const std::string &name);
void readTables(Manifest &m, const Json &json, const std::string &name);
void readPrograms(Manifest &m, const Json &json, const std::string &name);
void readPhases(Manifest &m, const Json &json, const std::string &name);
void readEvaluate(Manifest &m, const Json &json, const std::string &name);
void readStageCosts(Manifest &m, const Json &json, const std::string &name);

}  // namespace offramp::runtime::manifest
