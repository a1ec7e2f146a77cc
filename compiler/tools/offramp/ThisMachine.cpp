// See ThisMachine.h.
#include "compiler/tools/offramp/ThisMachine.h"

#include "backends/cpu/CpuBackend.h"
#include "compiler/tools/offramp/Units.h"
#include "runtime/core/Error.h"

#include <iostream>
#include <limits>

namespace offramp::tool {

cpu::MachineLimits limitsOfThisMachine(int threads, bool anew) {
  const int count = cpu::CpuBackend(cpu::CpuBackendOptions{cpu::EngineMode::Inference, threads}).threads();
  if (!anew)
    if (auto kept = cpu::storedLimits(count)) return *kept;
  std::cerr << "measuring memory and matrix products of this machine…" << std::endl;
  auto limits = cpu::machineLimits(count, true);
  if (!limits || limits->memory.empty()) userError("this machine cannot be measured: 256 MiB of memory are needed for it; free some and try again");
  return *limits;
}

Machine thisMachine(const cpu::MachineLimits &limits) {
  Machine machine;
  machine.name = "this", machine.source = fmt::format("measured: {}, {} thread{}", limits.cpu, limits.threads, limits.threads == 1 ? "" : "s");
  for (auto [type, precision] : {std::pair(NumberType::F32, cpu::Precision::F32), std::pair(NumberType::Bf16, cpu::Precision::Bf16),
                                 std::pair(NumberType::Int8, cpu::Precision::Int8)})
    machine.flopsPerNs[type] = 2 * limits.peak(precision).macsPerNs;
  for (const cpu::MemoryRate &rate : limits.memory) machine.memory.push_back({bytes(rate.bytes), rate.bytes, rate.bytesPerNs});
  machine.memory.back().name = "memory", machine.memory.back().bytes = std::numeric_limits<double>::infinity();
  return machine;
}

}  // namespace offramp::tool
