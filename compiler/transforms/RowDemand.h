// Which rows of each value are read, and functions rebuilt to compute no others: shared by demand-rows and split-exits.
// It knows three answers only: no row, row 0, all rows (docs/reference/demand-rows.md).
#pragma once

#include "compiler/dialect/Form.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

#include <map>

namespace offramp {

enum class Rows : uint8_t { None, First, All };

inline bool hasRows(mlir::Type type) {
  auto sample = mlir::dyn_cast<nn::SampleType>(type);
  return sample && sample.hasRows();
}

/// The type of one row of a value with rows: `!nn.sample<?x128xf32>` becomes `!nn.sample<128xf32>`.
nn::SampleType oneRow(mlir::Type type);

/// Rows of operand `index` that `op` reads when `result` rows of its results are read.
Rows operandRows(mlir::Operation *op, unsigned index, Rows result);

/// True if row 0 of the op's result can be computed without its other rows.
bool hasFirstRowForm(mlir::Operation *op);

/// Builds row 0 of `op`'s result. `first(v)` gives row 0 of an operand, `whole(v)` all of it.
mlir::Value buildFirstRow(mlir::OpBuilder &builder, mlir::Operation *op, llvm::function_ref<mlir::Value(mlir::Value)> first,
                          llvm::function_ref<mlir::Value(mlir::Value)> whole);

/// Attributes that number dimensions, as they are when the rows in front are gone.
void dropRowDimension(mlir::Operation *op);

/// A function that gives the rows asked for: a row-0 parameter or result has the type of one row.
struct Variant {
  mlir::func::FuncOp function;
  llvm::SmallVector<Rows> parameters, results;
};

/// Makes and remembers variants of the functions of a module.
class Specializer {
public:
  explicit Specializer(mlir::ModuleOp module) : symbols(module) {}

  /// The variant of `f` for these rows of its results; `f` itself where nothing is saved. `name`: of a new function, else `f`.first.
  const Variant &variantOf(mlir::func::FuncOp f, llvm::ArrayRef<Rows> results, llvm::StringRef name = {});

  /// Replaces a program (no function calls it) by one that computes only rows that are read. Its signature stays.
  mlir::func::FuncOp rebuildProgram(mlir::func::FuncOp program);

  /// Rows of each value of `f` that are read when these rows of its results are.
  llvm::DenseMap<mlir::Value, Rows> demandIn(mlir::func::FuncOp f, llvm::ArrayRef<Rows> results);

  mlir::SymbolTable &table() { return symbols; }

private:
  friend struct BodyRebuilder;
  mlir::SymbolTable symbols;
  std::map<std::pair<mlir::Operation *, llvm::SmallVector<Rows>>, Variant> variants;
};

}  // namespace offramp
