// Safetensors reader on any bytes: every tensor it hands out lies inside the file.
#include "runtime/core/Error.h"
#include "runtime/core/Safetensors.h"

#include <cstdlib>

using namespace offramp::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  try {
    std::span<const std::byte> file((const std::byte *)bytes, size);
    SafetensorsFile tensors = SafetensorsFile::parse(file, "fuzz.safetensors");
    unsigned sum = 0;
    for (const TensorView &view : tensors.tensors()) {
      if (view.data < file.data() || view.bytes > file.data() + size - view.data) std::abort();
      for (int64_t i = 0; i < view.bytes; ++i) sum += (unsigned)view.data[i];
      if (tensors.find(view.name) != &view) std::abort();
    }
    volatile unsigned sink = sum;
    (void)sink;
  } catch (const offramp::UserError &) {
  }
  return 0;
}
