// The named pipelines and the registration of passes. Order: worked example, rule 4: demand, exit split, derivatives, batches, layout.
#include "compiler/pipelines/Pipelines.h"

#include "compiler/dialect/Nn.h"
#include "compiler/transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace offramp {

void buildFrontPipeline(OpPassManager &pm, llvm::ArrayRef<std::string> programs) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  ChooseProgramOptions options;
  options.programs = programs;
  pm.addPass(createChooseProgram(options));
  pm.addPass(createDemandRows());
}

void buildInferencePipeline(OpPassManager &pm) {
  buildFrontPipeline(pm, {"infer"});
  pm.addPass(createSplitExits());
}

void buildTrainingPipeline(OpPassManager &pm) {
  buildFrontPipeline(pm);
  pm.addPass(createSplitExits());
  pm.addPass(createKeepFrozen());
  pm.addPass(createAutodiff());
}

void buildBatchPipeline(OpPassManager &pm) {
  pm.addPass(createBatchify());
  pm.addPass(createFuseRows());
}

void buildCallPipeline(OpPassManager &pm) { pm.addPass(createLowerToCalls()); }

void buildCpuPipeline(OpPassManager &pm) {
  buildBatchPipeline(pm);
  buildCallPipeline(pm);
}

std::string pipelineText(llvm::function_ref<void(OpPassManager &)> build) {
  OpPassManager pm(ModuleOp::getOperationName());
  build(pm);
  std::string text;
  llvm::raw_string_ostream stream(text);
  pm.printAsTextualPipeline(stream);
  return text;
}

void registerPassesAndPipelines() {
  registerChooseProgram();
  registerDemandRows();
  registerSplitExits();
  registerKeepFrozen();
  registerAutodiff();
  registerBatchify();
  registerFuseRows();
  registerLowerToCalls();
  PassPipelineRegistration<>("offramp-front", "all programs at the sample level, demand applied", [](OpPassManager &pm) { buildFrontPipeline(pm); });
  PassPipelineRegistration<>("offramp-inference", "the walk alone, exits split", buildInferencePipeline);
  PassPipelineRegistration<>("offramp-training", "every program: steps, measures, evaluation and the walk", buildTrainingPipeline);
  PassPipelineRegistration<>("offramp-cpu", "sample-level programs to calls of CPU kernels", buildCpuPipeline);
}

}  // namespace offramp
