// The named pipelines, as text and in effect. Inference has the walk alone; training has every program, steps included.
// RUN: offramp-opt --offramp-inference --dump-pass-pipeline %S/../transforms/choose-program.mlir 2>&1 | FileCheck %s --check-prefix=INFERENCE
// RUN: offramp-opt --offramp-training --dump-pass-pipeline %S/../transforms/choose-program.mlir 2>&1 | FileCheck %s --check-prefix=TRAINING
// RUN: offramp-opt --offramp-inference --offramp-cpu %S/../transforms/choose-program.mlir | FileCheck %s --check-prefix=CPU
// RUN: offramp-opt --offramp-training --offramp-cpu %S/../transforms/choose-program.mlir | FileCheck %s --check-prefix=STEPS
// RUN: offramp-opt --offramp-front %S/../transforms/choose-program.mlir | FileCheck %s --check-prefix=FRONT

// INFERENCE: choose-program{programs=infer},demand-rows,split-exits)
// INFERENCE-NOT: nn.program = "evaluate"
// INFERENCE: func.func @infer(
// INFERENCE: nn.program = "infer"

// TRAINING: choose-program{},demand-rows,split-exits,keep-frozen,autodiff)
// TRAINING-DAG: nn.program = "step"
// TRAINING-DAG: nn.program = "measure"
// TRAINING-DAG: nn.program = "evaluate"
// TRAINING-DAG: nn.program = "infer"

// FRONT-NOT: nn.program = "step"
// FRONT: nn.program = "loss"

// Down to calls nothing of our dialects is left but the layout of the weights.
// CPU-NOT: {{nn\.(sample|batch|linear|leave|fused)}}
// CPU: func.func @offramp_infer(%{{.*}}: !llvm.ptr, %{{.*}}: !llvm.ptr) attributes {nn.arena
// CPU-NOT: nn.program = "step"

// STEPS-DAG: nn.program = "step"
// STEPS-DAG: nn.program = "measure"
// STEPS-DAG: nn.program = "evaluate"
// STEPS-DAG: nn.program = "infer"
