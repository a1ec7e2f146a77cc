// Codegen: calls and kernels → LLVM IR → object code.
#pragma once

#include "compiler/artifact/Target.h"
#include "mlir/IR/BuiltinOps.h"

namespace offramp {

/// Programs at the level of calls (after lower-to-calls) become LLVM dialect, in place; the layout of weights, which their addresses hold by
/// then, goes. Throws CompileError.
void lowerToLlvm(mlir::ModuleOp module);

struct ObjectCode {
  std::string object;   ///< relocatable ELF
  std::string llvmText; ///< optimized LLVM IR, if asked for
};

/// Optimizes (O3, loop vectorizer at the target's width) and emits; throws CompileError with LLVM's words.
ObjectCode emitObject(mlir::ModuleOp module, const CpuTarget &target, bool withText);

}  // namespace offramp
