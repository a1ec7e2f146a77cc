// Named pipelines: which passes run, in which order, for training and for inference. Printable as text and usable in offramp-opt.
#pragma once

#include "mlir/Pass/PassManager.h"

#include <string>

namespace offramp {

/// From the imported module to programs at the sample level, demand applied; `programs`: the kinds made, all if empty.
/// The pipelines below begin with it; it is what the reference interpreter runs.
void buildFrontPipeline(mlir::OpPassManager &pm, llvm::ArrayRef<std::string> programs = {});

/// The walk alone, exits split: what a standalone inference artifact is lowered from. `offramp-inference`.
void buildInferencePipeline(mlir::OpPassManager &pm);

/// Every program: a step for each training phase, measures, evaluation and the walk with exits split. `offramp-training`.
void buildTrainingPipeline(mlir::OpPassManager &pm);

/// The same under the name of its level: what is handed to the batch level.
inline void buildSamplePipeline(mlir::OpPassManager &pm) { buildTrainingPipeline(pm); }

/// From sample-level programs to the batch level, item-wise ops fused.
void buildBatchPipeline(mlir::OpPassManager &pm);

/// From the batch level to calls of CPU kernels.
void buildCallPipeline(mlir::OpPassManager &pm);

/// Both: what follows the inference or the training pipeline. `offramp-cpu`.
void buildCpuPipeline(mlir::OpPassManager &pm);

/// A pipeline as text that offramp-opt --pass-pipeline accepts.
std::string pipelineText(llvm::function_ref<void(mlir::OpPassManager &)> build);

/// Makes all passes and the pipelines above known to the command line parser of offramp-opt.
void registerPassesAndPipelines();

}  // namespace offramp
