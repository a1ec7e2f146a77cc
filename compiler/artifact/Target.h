// Target: the CPU that code is generated for, by name and by the features the loader will look for.
#pragma once

#include <string>
#include <vector>

namespace offramp {

struct CpuTarget {
  std::string name;                         ///< as LLVM spells it
  std::string llvmFeatures;                 ///< "+avx2,+fma,…"; empty for the named levels
  std::vector<std::string> requiredFlags;   ///< as /proc/cpuinfo spells them, for the manifest
  bool wideVectors = false;                 ///< 512-bit vectors are worth using
};

/// `native`, `x86-64-v3` or `x86-64-v4`; throws CompileError on anything else.
CpuTarget cpuTarget(const std::string &choice);

}  // namespace offramp
