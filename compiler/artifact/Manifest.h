// Manifest: what the runtime has to know of a compiled model, as JSON (docs/spec/artifact.md).
#pragma once

#include "compiler/artifact/StageCosts.h"
#include "compiler/artifact/Target.h"
#include "dsl/program/Program.h"
#include "mlir/IR/BuiltinOps.h"

#include <string>

namespace offramp {

/// `module` is the lowered module before it becomes LLVM dialect: its programs carry arena needs, its bundles the layout of weights.
std::string manifestJson(const dsl::Model &model, mlir::ModuleOp module, const std::vector<StageCost> &costs, const CpuTarget &cpu,
                         const std::string &cacheKey, const std::string &sha256, const std::string &objectSha256);

/// The same manifest for other values of what never forces a recompilation: settings, epochs, batch sizes, optimizers.
std::string withSettings(const std::string &manifest, const dsl::Model &model);

}  // namespace offramp
