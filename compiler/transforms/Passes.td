// All passes, one record each; registration, options and docs/reference come from here. The file of a pass has the name of its record.
include "mlir/Pass/PassBase.td"

class ModulePass<string argument> : Pass<argument, "::mlir::ModuleOp"> {
  let dependentDialects = ["::offramp::nn::NnDialect", "::mlir::func::FuncDialect"];
}

def ChooseProgram : ModulePass<"choose-program"> {
  let summary = "make one function per phase and form: collect for training and measuring, walk for inference";
  let options = [ListOption<"programs", "programs", "std::string", "kinds to make: loss, measure, evaluate, infer; all if none is given">];
}
def DemandRows : ModulePass<"demand-rows"> {
  let summary = "compute only the rows that somebody reads: clone functions for callers that read row 0 alone";
}
def SplitExits : ModulePass<"split-exits"> {
  let summary = "in the walk, compute what the exit needs first and the rest of the stage for those who stay";
}
def KeepFrozen : ModulePass<"keep-frozen"> {
  let summary = "compute once a sample what the frozen stages of a phase make of it: a program that writes it to tables, a loss that reads it there";
}
def Autodiff : ModulePass<"autodiff"> {
  let summary = "turn every loss program into a training step: forward functions that save, backward functions, accumulated gradients";
}
def Batchify : ModulePass<"batchify"> {
  let summary = "remove `!nn.sample`: per-sample values become tensors placed by a batch descriptor, exits become leave and regroup";
}
def FuseRows : ModulePass<"fuse-rows"> {
  let summary = "gather item-wise ops between two GEMMs into one kernel per chain";
  let dependentDialects = ["::offramp::nn::NnDialect", "::mlir::func::FuncDialect", "::mlir::linalg::LinalgDialect", "::mlir::tensor::TensorDialect",
                           "::mlir::arith::ArithDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect", "::mlir::memref::MemRefDialect",
                           "::mlir::bufferization::BufferizationDialect"];
}
def LowerToCalls : ModulePass<"lower-to-calls"> {
  let summary = "place values in the arena and turn batch-level functions into calls of kernels";
  let dependentDialects = ["::offramp::nn::NnDialect", "::mlir::func::FuncDialect", "::mlir::LLVM::LLVMDialect", "::mlir::arith::ArithDialect",
                           "::mlir::scf::SCFDialect", "::mlir::cf::ControlFlowDialect", "::mlir::memref::MemRefDialect", "::mlir::linalg::LinalgDialect",
                           "::mlir::math::MathDialect"];
}
