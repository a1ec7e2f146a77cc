// SampleModule: a model file's programs at the sample level, demand applied: what the reference interpreter runs.
#pragma once

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace offramp {

/// `kinds`: the programs made (infer, evaluate, loss, measure), all if empty. Throws CompileError with the rendered diagnostics.
mlir::OwningOpRef<mlir::ModuleOp> sampleModule(mlir::MLIRContext &context, const std::filesystem::path &model, const std::map<std::string, std::string> &sets,
                                               const std::vector<std::filesystem::path> &importRoots, const std::vector<std::string> &kinds);

}  // namespace offramp
