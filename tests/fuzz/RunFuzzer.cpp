// run.json on any bytes: it is taken or refused, and no name it holds leads out of the run folder.
#include "runtime/core/Error.h"
#include "runtime/train/Run.h"

#include <cmath>
#include <cstdlib>

using namespace offramp::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  try {
    RunInfo info = parseRunInfo(std::string_view((const char *)bytes, size), "run.json");
    std::filesystem::path source = std::filesystem::path(info.source).lexically_normal();
    if (source.is_absolute() || (!source.empty() && *source.begin() == "..")) std::abort();
    if (info.threads < 0 || info.limit < 0) std::abort();
    for (const auto &[name, value] : info.settings)
      if (!std::isfinite(value)) std::abort();
  } catch (const offramp::UserError &) {
  }
  return 0;
}
