// The record that `offramp build` writes into every product: where the manifest, what is kept of the run, the weights and the compiled programs
// lie. Written as assembly by compiler/tools/offramp/product/, so the layout is fixed here: eight-byte fields in this order.
#pragma once

#include "runtime/abi/Call.h"
#include "runtime/abi/Offramp.h"

#include <cstdint>

extern "C" {

struct offramp_linked_program {
  const char *symbol;
  void (*code)(offramp_call *, offramp_batch *);
};

struct offramp_model {
  int64_t format;            // linkedModelFormat
  const char *manifest;      // JSON (docs/spec/artifact.md)
  int64_t manifestBytes;
  const char *run;           // JSON: name, settings, classes, profile
  int64_t runBytes;
  const float *weights;      // the flat weight block, 64-byte aligned
  int64_t weightBytes;
  const offramp_linked_program *programs;
  int64_t programCount;
};
}

namespace offramp::runtime {
inline constexpr int64_t linkedModelFormat = 1;
static_assert(sizeof(offramp_model) == 9 * 8 && sizeof(offramp_linked_program) == 16);
}  // namespace offramp::runtime
