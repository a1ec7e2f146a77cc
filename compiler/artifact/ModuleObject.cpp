#include "compiler/artifact/ModuleObject.h"

#include "compiler/artifact/Codegen.h"
#include "compiler/artifact/Compile.h"
#include "compiler/dialect/Nn.h"
#include "compiler/dialect/Ramp.h"
#include "compiler/import/Import.h"
#include "compiler/pipelines/Pipelines.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;

namespace offramp {

std::unique_ptr<MLIRContext> makeCompilerContext() {
  DialectRegistry registry;
  registry.insert<nn::NnDialect, ramp::RampDialect, func::FuncDialect, arith::ArithDialect, math::MathDialect, scf::SCFDialect, cf::ControlFlowDialect,
                  linalg::LinalgDialect, memref::MemRefDialect, LLVM::LLVMDialect>();
  auto context = std::make_unique<MLIRContext>(registry, MLIRContext::Threading::DISABLED);
  context->loadAllAvailableDialects();
  return context;
}

/// Runs `work` on the context and throws CompileError with the diagnostics it gave if it fails.
static void orThrow(MLIRContext &context, llvm::function_ref<LogicalResult()> work) {
  std::string messages;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    llvm::raw_string_ostream(messages) << diagnostic.getLocation() << ": " << diagnostic << "\n";
    return success();
  });
  if (failed(work())) throw CompileError("internal: " + messages);
}

OwningOpRef<ModuleOp> importOrThrow(MLIRContext &context, const dsl::Model &model) {
  OwningOpRef<ModuleOp> module;
  orThrow(context, [&] { return success((bool)(module = importModel(context, model))); });
  return module;
}

void runPasses(ModuleOp module, llvm::function_ref<void(OpPassManager &)> build) {
  orThrow(*module.getContext(), [&] {
    PassManager pm(module.getContext());
    build(pm);
    return pm.run(module);
  });
}

ModuleObject compileModuleObject(ModuleOp module, const CpuTarget &cpu) {
  runPasses(module, buildCpuPipeline);
  ModuleObject out;
  for (auto f : module.getOps<func::FuncOp>()) {
    auto kind = f->getAttrOfType<StringAttr>("nn.program");
    if (!kind) continue;
    auto arena = f->getAttrOfType<DenseI64ArrayAttr>("nn.arena").asArrayRef();
    out.programs.push_back({f->getAttrOfType<StringAttr>("nn.name").getValue().str(), kind.getValue().str(), f.getName().str(), arena[0], arena[1], arena[2]});
  }
  lowerToLlvm(module);
  out.object = emitObject(module, cpu, false).object;
  return out;
}

}  // namespace offramp
