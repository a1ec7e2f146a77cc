// state.json of a checkpoint on any bytes: it is taken or refused, and no name it holds leads out of its folder.
#include "runtime/core/Error.h"
#include "runtime/train/Checkpoint.h"

#include <cstdlib>

using namespace offramp::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  try {
    CheckpointIndex index = parseCheckpointIndex(std::string_view((const char *)bytes, size), "fuzz.json");
    auto leads = [](const std::string &name) { return name.find('/') != std::string::npos || (!name.empty() && name[0] == '.'); };
    for (const auto &file : index.files)
      if (leads(file.name) || file.name.empty() || file.bytes < 0 || file.sha256.size() != 64) std::abort();
    if (leads(index.previous)) std::abort();
  } catch (const offramp::UserError &) {
  }
  return 0;
}
