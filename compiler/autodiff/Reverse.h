// Reverse mode over functions with calls. A function is differentiated once per activity pattern; the result is a forward function that
// also returns what its backward function needs, and that backward function. No op of the dialect is known here but field, weights and
// gradients: every other op builds its own adjoint (AdjointInterface).
#pragma once

#include "compiler/autodiff/Activity.h"

#include <map>
#include <memory>

namespace offramp::nn {

/// Which derivative of a function a call needs.
struct Pattern {
  std::vector<bool> arguments;  ///< depends on a trained weight: its adjoint is wanted, or its gradients are added to
  std::vector<bool> results;    ///< has an adjoint that is not zero
  auto operator<=>(const Pattern &) const = default;
};

/// One operand of a backward function, as its caller sees it.
struct Source {
  enum Kind { Dresult, Argument, Result, Gradients } kind;
  unsigned index;  ///< of the result or argument of the forward function
};

struct Derivative {
  mlir::func::FuncOp forward;   ///< results of the function, then kept values; the function itself if nothing is kept
  mlir::func::FuncOp backward;  ///< null if nothing trained is reached
  std::vector<Source> operands;      ///< of backward
  std::vector<unsigned> dArguments;  ///< arguments whose adjoints backward returns, in order
};

class Reverse {
public:
  explicit Reverse(mlir::ModuleOp module) : module(module) {}

  /// Appends the adjoint code of `function` before its return. `adjoints` holds the adjoints of its results, later those of all values;
  /// gradients of weights `w` are added at `gradients(w)`.
  mlir::LogicalResult sweep(mlir::func::FuncOp function, const Active &active, llvm::DenseMap<mlir::Value, mlir::Value> &adjoints,
                            llvm::function_ref<mlir::Value(mlir::Value)> gradients);

  mlir::FailureOr<const Derivative *> derivativeOf(mlir::func::FuncOp function, const Pattern &pattern);

private:
  struct Sweep;
  mlir::LogicalResult build(mlir::func::FuncOp function, const Pattern &pattern, Derivative &derivative);

  mlir::ModuleOp module;
  std::map<std::pair<mlir::Operation *, Pattern>, std::unique_ptr<Derivative>> done;
  std::map<mlir::Operation *, unsigned> variants;
};

}  // namespace offramp::nn
