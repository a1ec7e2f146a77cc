// The pass `autodiff`: reverse mode on the per-sample program. Names no op of the dialect but those that programs are made of.
#include "compiler/dialect/Nn.h"
#include "compiler/transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace offramp {
#define GEN_PASS_DEF_AUTODIFF
#include "compiler/transforms/Passes.h.inc"

namespace {
struct Autodiff : impl::AutodiffBase<Autodiff> {
  void runOnOperation() override {
    getOperation()->emitError("`autodiff` is not written yet");
    signalPassFailure();
  }
};
}  // namespace
}  // namespace offramp
