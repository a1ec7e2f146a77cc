// Declarations of all passes (from Passes.td) and the named pipelines.
#pragma once

#include "mlir/Pass/Pass.h"

#include <memory>

namespace offramp {
#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/transforms/Passes.h.inc"
}  // namespace offramp
