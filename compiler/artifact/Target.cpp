#include "compiler/artifact/Target.h"

#include "compiler/artifact/Compile.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"

#include <map>

namespace offramp {

/// LLVM's names of features and the flags of /proc/cpuinfo, in the order of the levels.
static const std::vector<std::pair<const char *, const char *>> &knownFeatures() {
  static const std::vector<std::pair<const char *, const char *>> features = {
      {"avx", "avx"},           {"avx2", "avx2"},         {"bmi2", "bmi2"},       {"fma", "fma"},
      {"f16c", "f16c"},         {"avx512f", "avx512f"},   {"avx512bw", "avx512bw"}, {"avx512cd", "avx512cd"},
      {"avx512dq", "avx512dq"}, {"avx512vl", "avx512vl"}, {"avx512bf16", "avx512_bf16"}, {"avx512vnni", "avx512_vnni"}};
  return features;
}

CpuTarget cpuTarget(const std::string &choice) {
  CpuTarget target;
  size_t level = choice == "x86-64-v3" ? 5 : choice == "x86-64-v4" ? 10 : 0;
  if (level) {
    target.name = choice;
    for (size_t i = 0; i < level; ++i) target.requiredFlags.push_back(knownFeatures()[i].second);
    target.wideVectors = level == 10;
    return target;
  }
  if (choice != "native") throw CompileError("unknown cpu `" + choice + "`: choose native, x86-64-v3 or x86-64-v4");
  target.name = llvm::sys::getHostCPUName().str();
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  std::map<std::string, bool> sorted;
  for (const auto &feature : host) sorted[feature.getKey().str()] = feature.getValue();
  for (const auto &[name, on] : sorted) target.llvmFeatures += (target.llvmFeatures.empty() ? "" : ",") + std::string(on ? "+" : "-") + name;
  for (const auto &[name, flag] : knownFeatures())
    if (sorted[name]) target.requiredFlags.push_back(flag);
  target.wideVectors = sorted["avx512f"];
  return target;
}

}  // namespace offramp
