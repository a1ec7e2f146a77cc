// demand-rows: compute only the rows that somebody reads. Programs are analysed backwards; a function of which only row 0 is read, or
// that reads only row 0 of an argument, is called in a variant `.first` that takes and gives one row. It runs before split-exits and
// before autodiff, so what nobody reads is neither computed nor differentiated.
#include "compiler/transforms/Passes.h"
#include "compiler/transforms/RowDemand.h"

using namespace mlir;

namespace offramp {
#define GEN_PASS_DEF_DEMANDROWS
#include "compiler/transforms/Passes.h.inc"

namespace {
struct DemandRows : impl::DemandRowsBase<DemandRows> {
  void runOnOperation() override {
    Specializer specializer(getOperation());
    auto functions = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp f : functions)
      if (f->hasAttr("nn.program")) specializer.rebuildProgram(f);
  }
};
}  // namespace
}  // namespace offramp
