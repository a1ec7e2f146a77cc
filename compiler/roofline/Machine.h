// A machine as a roofline sees it: how fast it computes in each number type and how fast it reads its memories. Named ones are published peaks
// (Machine.cpp); the machine at hand is measured elsewhere and comes in the same form.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace offramp {

enum class NumberType { F32, Bf16, Int8 };
inline double bytesOf(NumberType type) { return type == NumberType::F32 ? 4 : type == NumberType::Bf16 ? 2 : 1; }
const char *nameOf(NumberType type);
std::optional<NumberType> numberTypeNamed(const std::string &name);

/// A memory that a working set of up to `bytes` stays in.
struct MemoryLevel {
  std::string name;
  double bytes = 0;       ///< of the last level: without end
  double bytesPerNs = 0;  ///< GB/s
};

struct Machine {
  std::string name, source;                   ///< source: where the figures are from
  std::map<NumberType, double> flopsPerNs;    ///< GFLOP/s of matrix products; a type that is missing has no figure
  std::vector<MemoryLevel> memory;            ///< smallest first, main memory last

  /// Of the smallest level that holds so many bytes.
  const MemoryLevel &levelFor(double bytes) const;
};

/// `a100`, `h100`, `h200`; nothing for another name.
std::optional<Machine> machineNamed(const std::string &name);
/// Their names, for messages.
std::vector<std::string> namedMachines();

}  // namespace offramp
