// Reads a sample-level MLIR module into the interpreter's plain form.
#pragma once

#include "backends/reference/Program.h"

namespace mlir {
class ModuleOp;
}

namespace offramp::reference {

/// Functions with ops or types that the interpreter does not run (the batch level among them) carry a refusal that names the op; running them
/// throws it. Throws std::runtime_error for weights that fit no bundle.
Program load(mlir::ModuleOp module);

}  // namespace offramp::reference
