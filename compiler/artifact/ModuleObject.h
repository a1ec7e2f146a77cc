// ModuleObject: the compiler's context and passes, and a module of programs at the sample level as object code. What follows in an artifact
// (manifest, link, cache) is Compile.h; nothing here reads a `.ramp` file or writes one.
#pragma once

#include "compiler/artifact/Target.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include "mlir/Pass/PassManager.h"

#include <memory>
#include <string>
#include <vector>

namespace offramp::dsl {
struct Model;
}

namespace offramp {

/// A context with every dialect of all levels, single-threaded.
std::unique_ptr<mlir::MLIRContext> makeCompilerContext();

/// The imported module of a model; throws CompileError with what import said.
mlir::OwningOpRef<mlir::ModuleOp> importOrThrow(mlir::MLIRContext &context, const dsl::Model &model);

/// Runs passes; throws CompileError with everything they said.
void runPasses(mlir::ModuleOp module, llvm::function_ref<void(mlir::OpPassManager &)> build);

/// One compiled program: exported under `symbol`, needs row·rows_max + sample·samples_max + fixed bytes of arena.
struct ModuleProgram {
  std::string name, kind, symbol;
  int64_t row = 0, sample = 0, fixed = 0;
};
struct ModuleObject {
  std::string object;  ///< relocatable ELF
  std::vector<ModuleProgram> programs;
};

/// From sample-level programs (demand, exit split and derivatives done) to object code. Consumes the module.
ModuleObject compileModuleObject(mlir::ModuleOp module, const CpuTarget &cpu);

}  // namespace offramp
