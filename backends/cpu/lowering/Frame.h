// Frame: places the values of a function in the arena. Sizes are linear forms a·rows_max + b·samples_max + c, known when the artifact is
// loaded; a slot is used again once nobody can read what it held (roots and last uses are computed before lowering).
#pragma once

#include "compiler/dialect/Form.h"
#include "llvm/ADT/SetVector.h"

namespace offramp::cpu {

/// Bytes per row, per sample and fixed; every part keeps 64-byte alignment because rows_max and samples_max are multiples of 16.
struct Extent {
  int64_t row = 0, sample = 0, fixed = 0;
  Extent operator+(const Extent &o) const { return {row + o.row, sample + o.sample, fixed + o.fixed}; }
  Extent operator-(const Extent &o) const { return {row - o.row, sample - o.sample, fixed - o.fixed}; }
  bool operator==(const Extent &) const = default;
  bool holds(const Extent &o) const { return row >= o.row && sample >= o.sample && fixed >= o.fixed; }
  int64_t total() const { return row + sample + fixed; }
  void grow(const Extent &o) {
    row = std::max(row, o.row);
    sample = std::max(sample, o.sample);
    fixed = std::max(fixed, o.fixed);
  }
};

/// Storage of a batched or shared value.
Extent extentOf(mlir::Type type);

/// Which allocations a value may point into, and when each is read for the last time (program order over nested regions).
class Lifetimes {
 public:
  explicit Lifetimes(mlir::Block &body);
  llvm::ArrayRef<mlir::Value> roots(mlir::Value value) const;
  int64_t lastUse(mlir::Value root) const { return last.lookup(root); }
  int64_t position(mlir::Operation *op) const { return positions.lookup(op); }
  /// Rows and first rows that are written straight into the rows they will be joined to; null where the value has a place of its own.
  mlir::Operation *joinOf(mlir::Value value) const { return joins.lookup(value); }

 private:
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Value, 2>> rootsOf;
  llvm::DenseMap<mlir::Value, int64_t> last;
  llvm::DenseMap<mlir::Operation *, int64_t> positions;
  llvm::DenseMap<mlir::Value, mlir::Operation *> joins;
  int64_t counter = 0;
  void number(mlir::Block &block);
  void findRoots(mlir::Block &block);
  void findLastUses(mlir::Block &block);
};

/// Best fit among freed slots, which are cut to size, and joined again where they lie side by side: linear forms add and compare part by part,
/// whatever the rows and samples will be.
class Frame {
 public:
  Extent allocate(mlir::Value root, const Extent &size);  ///< the slot's offset
  /// Frees the slots of all roots last read at or before `position`.
  void release(const Lifetimes &lifetimes, int64_t position);
  /// Where what is in use ends: a called function's frame begins there. It falls, too; the arena is the highest that it was.
  const Extent &top() const { return extent; }

 private:
  struct Slot {
    Extent offset, size;
    mlir::Value root;  ///< null: free
  };
  llvm::SmallVector<Slot> slots;  ///< in the order of their places, without gaps
  Extent extent;
};

}  // namespace offramp::cpu
