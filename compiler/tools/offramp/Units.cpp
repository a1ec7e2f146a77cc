// See Units.h.
#include "compiler/tools/offramp/Units.h"

#include "runtime/report/Text.h"

namespace offramp::tool {

std::string count(double n) {
  if (n < 1e3) return runtime::report::compact(n, 3);
  if (n < 1e6) return fmt::format("{:.1f} k", n / 1e3);
  if (n < 1e9) return fmt::format("{:.2f} M", n / 1e6);
  return n < 1e12 ? fmt::format("{:.2f} G", n / 1e9) : fmt::format("{:.2f} T", n / 1e12);
}

std::string bytes(double n) {
  if (n < 1024) return fmt::format("{:.0f} B", n);
  if (n < 1024 * 1024) return fmt::format("{:.0f} KiB", n / 1024);
  const double mebi = n / 1024 / 1024;
  return mebi < 1024 ? fmt::format("{:.1f} MiB", mebi) : fmt::format("{:.2f} GiB", mebi / 1024);
}

}  // namespace offramp::tool
