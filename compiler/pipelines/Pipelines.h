// Named pipelines: which passes run, in which order, for training and for inference. Printable as text and usable in offramp-opt.
#pragma once

#include "mlir/Pass/PassManager.h"

namespace offramp {

/// From the imported module to every program at the sample level, demand applied: `offramp-front`.
/// Both pipelines below begin with it; it is what the reference interpreter runs.
void buildFrontPipeline(mlir::OpPassManager &pm);

/// Front, then exits split in the walk: what inference is lowered from.
void buildInferencePipeline(mlir::OpPassManager &pm);

/// Front, then a step for every training phase.
void buildTrainingPipeline(mlir::OpPassManager &pm);

/// Makes all passes and the pipelines above known to the command line parser of offramp-opt.
void registerPassesAndPipelines();

}  // namespace offramp
