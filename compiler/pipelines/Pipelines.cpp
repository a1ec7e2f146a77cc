// The named pipelines and the registration of passes. Order: worked example, rule 4: demand, exit split, derivatives, batches, layout.
#include "compiler/pipelines/Pipelines.h"

#include "compiler/dialect/Nn.h"
#include "compiler/transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace offramp {

void buildFrontPipeline(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createChooseProgram());
  pm.addPass(createDemandRows());
}

void buildInferencePipeline(OpPassManager &pm) {
  buildFrontPipeline(pm);
  pm.addPass(createSplitExits());
}

void registerPassesAndPipelines() {
  registerChooseProgram();
  registerDemandRows();
  registerSplitExits();
  PassPipelineRegistration<>("offramp-front", "all programs at the sample level, demand applied", buildFrontPipeline);
  PassPipelineRegistration<>("offramp-inference", "front, then exits split in the walk", buildInferencePipeline);
}

}  // namespace offramp
