// What bounds any program on this machine at a thread count: the highest rate of its matrix products and how fast it reads working sets of
// growing size. The cost model works with the rates of small products instead (MachineProfile.h); these are for rooflines and for people.
#ifndef OFFRAMP_CPU_MACHINE_LIMITS_H
#define OFFRAMP_CPU_MACHINE_LIMITS_H

#include "backends/cpu/kernels/Engine.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offramp::cpu {

struct MemoryRate {
  double bytes = 0;        // of the working set, over all threads
  double bytesPerNs = 0;   // reading it again and again
};

struct MachineLimits {
  static constexpr int kVersion = 2;
  std::string cpu;
  int threads = 1;
  struct Peak {
    double macsPerNs = 0;
    std::string products;             // the kernel, as engineProducts() names it; whether it is emulated
  };
  Peak peaks[3];                      // by Precision
  const Peak &peak(Precision precision) const { return peaks[int(precision)]; }
  std::vector<MemoryRate> memory;     // ascending in bytes; the last is main memory
};

// About two seconds on a quiet machine. `threads` 0: all. Nothing where an engine cannot be made.
std::optional<MachineLimits> measureLimits(int threads);

std::string limitsText(const MachineLimits &limits);                            // JSON
std::optional<MachineLimits> limitsFromText(std::string_view text);             // nothing when damaged or of another version
// What is kept beside the profile for this CPU and thread count. Measures nothing.
std::optional<MachineLimits> storedLimits(int threads);
// The same, or newly measured and then kept. `anew`: what is kept is replaced. Nothing where the engine cannot run.
std::optional<MachineLimits> machineLimits(int threads, bool anew = false);

} // namespace offramp::cpu
#endif
