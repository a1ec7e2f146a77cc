// ItemKernel: turns the body of an `nn.fused` into a function that computes one item, through linalg on static shapes. Elementwise chains
// become one linalg.generic per value that has to exist in memory; everything else of a chain stays in registers.
#pragma once

#include "backends/cpu/lowering/ScalarMath.h"
#include "compiler/dialect/Form.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/AffineMap.h"
#include "mlir/IR/BuiltinOps.h"

namespace offramp::cpu {

/// A generated kernel: `function` is `void(void *const *args, int64_t begin, int64_t end)`; args are the addresses of `inputs`, then of the
/// fused op's results, then (if `readsStepSize`) that of call->samples_in_step.
struct ItemKernel {
  mlir::func::FuncOp function;
  llvm::SmallVector<mlir::Value> inputs;
  bool readsStepSize = false;
  int64_t workPerItem = 1;  ///< elements touched, for the grain of the parallel loop
};

/// Builds the kernel of `fused` at the end of `module`. Fails with an error on an op that has no item form.
mlir::FailureOr<ItemKernel> buildItemKernel(mlir::ModuleOp module, nn::FusedOp fused, llvm::StringRef name);

/// How element types lie in memory: i1 and ui8 are bytes.
mlir::Type storageType(mlir::Type element);

/// Emits one item. Values of the fused body are found by `leafOf`, either in memory or as formulas over what is.
class ItemEmitter {
 public:
  ItemEmitter(mlir::OpBuilder &builder, nn::FusedOp fused, mlir::Value item) : b(builder), fused(fused), item(item) {}

  /// `flat`: memref<?xT> over the whole array of a value from outside or of a result.
  void bindInput(mlir::Value value, mlir::Value flat);
  void bindOutput(mlir::Value value, mlir::Value flat);
  void bindStepSize(mlir::Value f32) { stepSize = f32; }
  mlir::LogicalResult emit();

 private:
  struct Buffer {
    mlir::Value flat;    ///< memref<?xT>
    mlir::Value offset;  ///< index of the item's first element
  };
  mlir::OpBuilder &b;
  nn::FusedOp fused;
  mlir::Value item;
  mlir::Value stepSize;
  llvm::DenseMap<mlir::Value, Buffer> buffers;
  llvm::DenseMap<mlir::Value, Buffer> outputs;

  bool inlines(mlir::Operation *op) const;
  bool needsBuffer(mlir::Operation *op) const;
  Buffer bufferFor(mlir::Value value);
  Buffer temporary(int64_t elements, mlir::Type element);
  mlir::Value view(const Buffer &buffer, llvm::ArrayRef<int64_t> shape);
  mlir::Value viewOf(mlir::Value value);
  void materialize(mlir::Value value);

  // Leaves of a formula: values in memory with the map from the loop's indices to theirs.
  struct Leaf {
    mlir::Value value;
    mlir::AffineMap map;
  };
  void collect(mlir::Value value, mlir::AffineMap map, llvm::SmallVectorImpl<Leaf> &leaves);
  mlir::AffineMap operandMap(mlir::Operation *op, unsigned operand, mlir::AffineMap map);
  mlir::Value scalar(mlir::OpBuilder &at, mlir::Value value, mlir::AffineMap map, llvm::ArrayRef<Leaf> leaves, mlir::ValueRange loaded);
  mlir::Value scalarOf(mlir::OpBuilder &at, mlir::Operation *op, llvm::ArrayRef<mlir::Value> operands);

  /// A formula of values at the same indices of an iteration space.
  using Formula = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::ValueRange)>;
  struct Input {
    mlir::Value value;
    mlir::AffineMap map;
  };
  /// dst[map(i)] = formula(inputs at their maps) for i in `space`; reduction where `dstMap` drops dimensions (then the last scalar is the
  /// accumulator).
  void loop(llvm::ArrayRef<int64_t> space, llvm::ArrayRef<Input> inputs, mlir::Value dst, mlir::AffineMap dstMap, Formula formula);
  /// The same with further memrefs (row statistics) whose scalars follow those of the inputs.
  struct Extra {
    mlir::Value memref;
    mlir::AffineMap map;
  };
  void loopWith(llvm::ArrayRef<int64_t> space, llvm::ArrayRef<Input> inputs, llvm::ArrayRef<Extra> extras, mlir::Value dst, mlir::AffineMap dstMap,
                Formula formula);
  void fill(mlir::Value dst, double value);
  mlir::AffineMap identity(size_t rank);
  mlir::AffineMap dropLast(size_t rank);

  mlir::LogicalResult emitOp(mlir::Operation *op);
  void emitNormalize(nn::NormalizeOp op);
  void emitNormalizeDx(nn::NormalizeDxOp op);
  void emitSoftmax(mlir::Operation *op, mlir::Value x, bool logarithm);
  void emitCrossEntropy(nn::CrossEntropyOp op);
  void emitCrossEntropyDx(nn::CrossEntropyDxOp op);
  void emitReduction(mlir::Operation *op, mlir::Value x, llvm::ArrayRef<int64_t> dims);
  void emitSumTo(nn::SumToOp op);
  void emitCumsum(nn::CumsumOp op);
  void emitIndex(mlir::Operation *op, mlir::Value x);
  void emitTake(nn::TakeOp op);
  void emitTakeDx(nn::TakeDxOp op);
  void emitGather(nn::GatherOp op);
  void emitPieces(mlir::Operation *op);
  std::pair<mlir::Value, mlir::Value> maxAndSum(mlir::Value x);
  mlir::Value constantIndex(int64_t value);
  mlir::Value constantIndexAt(mlir::OpBuilder &at, int64_t value);
  mlir::Value clampedIndex(mlir::OpBuilder &at, mlir::Value i32Value, int64_t size);
};

}  // namespace offramp::cpu
