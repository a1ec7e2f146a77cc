// Which instructions this CPU has, by the names compilers use (`avx512f`, `sse4.1`). The operating system's list is taken, because it also
// knows which register states are switched on.
#include "runtime/core/Artifact.h"
#include "runtime/core/Error.h"

#include <fmt/ranges.h>

#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace offramp::runtime {
namespace {

/// `sse4_1`, `sse4.1` and `sse41` are the same thing.
std::string plain(const std::string &feature) {
  std::string text;
  for (char c : feature)
    if (c != '_' && c != '-' && c != '.') text += c;
  return text;
}

std::set<std::string> featuresOfThisCpu() {
  std::set<std::string> features;
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("flags", 0) != 0) continue;
    std::istringstream words(line.substr(line.find(':') + 1));
    for (std::string word; words >> word;) features.insert(plain(word));
    break;
  }
  return features;
}

/// Names that differ between compilers and Linux.
const std::map<std::string, std::string> &aliases() {
  static const std::map<std::string, std::string> names{{"lzcnt", "abm"},        {"sse3", "pni"},        {"sahf", "lahflm"},   {"pclmul", "pclmulqdq"},
                                                        {"sha", "shani"},        {"prfchw", "3dnowprefetch"}, {"rdrnd", "rdrand"}, {"crc32", "sse42"},
                                                        {"64bit", "lm"},         {"fxsr", "fxsr"},       {"x87", "fpu"},       {"cmov", "cmov"}};
  return names;
}

}  // namespace

void requireCpuFeatures(const std::vector<std::string> &features, const std::string &cpu, const std::string &artifact) {
  if (features.empty()) return;
  const std::set<std::string> here = featuresOfThisCpu();
  std::vector<std::string> lacking;
  for (const std::string &feature : features) {
    auto alias = aliases().find(plain(feature));
    if (!here.contains(alias == aliases().end() ? plain(feature) : alias->second)) lacking.push_back(feature);
  }
  if (!lacking.empty())
    userError("`{}` was built for {} and needs {}, which this CPU does not have; build it again on this machine or with `--cpu x86-64-v3`",
              artifact, cpu, fmt::join(lacking, ", "));
}

}  // namespace offramp::runtime
