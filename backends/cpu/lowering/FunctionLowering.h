// FunctionLowering: one batch-level function becomes calls of kernels on addresses. Values are pointers; counts come from the batch
// descriptor. Families of ops are lowered in LowerRows.cpp, LowerGemms.cpp, LowerExits.cpp; the driver is LowerToCalls.cpp.
#pragma once

#include "backends/cpu/lowering/Frame.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "llvm/ADT/StringMap.h"

namespace offramp::cpu {

struct LoweredFunction {
  mlir::func::FuncOp function;
  Extent arena;  ///< with everything it calls
};

/// State shared by the functions of a module.
struct ModuleLowering {
  mlir::ModuleOp module;
  llvm::StringMap<LoweredFunction> done;
  int64_t kernels = 0;
  mlir::FailureOr<LoweredFunction> lower(mlir::func::FuncOp source);
  mlir::func::FuncOp runtimeFunction(llvm::StringRef name, mlir::TypeRange arguments, mlir::TypeRange results);
};

class FunctionLowering {
 public:
  FunctionLowering(ModuleLowering &context, mlir::func::FuncOp source);
  mlir::FailureOr<LoweredFunction> run();

 private:
  ModuleLowering &context;
  mlir::func::FuncOp source, target;
  mlir::OpBuilder b;
  mlir::Location loc;
  Lifetimes lifetimes;
  Frame frame;
  Extent need;
  bool program;
  mlir::Value call, batch, rowsBatch, base, rowsMax, samplesMax;
  mlir::Value stage;  ///< number of the stage this runs for, i64; null in a program
  llvm::DenseMap<mlir::Value, mlir::Value> pointers;  ///< tensors, batches, bundles → address
  llvm::DenseMap<mlir::Value, mlir::Value> owners;    ///< batched tensor → lowered batch whose samples it holds
  llvm::DenseMap<mlir::Value, mlir::Value> outs;      ///< returned value → the caller's address for it

  // --- building blocks
  mlir::Value i64(int64_t value);
  mlir::Type ptrType();
  mlir::Value loadField(mlir::Value structure, int64_t index, mlir::Type type);
  mlir::Value callField(int64_t index) { return loadField(call, index, ptrType()); }
  mlir::Value bytesFrom(mlir::Value pointer, mlir::Value bytes);
  mlir::Value nullPointer();
  mlir::Value entryAlloca(int64_t pointers);
  void runtime(llvm::StringRef name, mlir::ValueRange arguments);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);

  // --- values
  mlir::Value address(mlir::Value value);                  ///< of an operand; constants get a global
  mlir::Value place(mlir::Value result, mlir::Value owner);  ///< of a result: the caller's, a join's part, or a slot
  mlir::Value slot(mlir::Value root);
  mlir::Value addressAt(const Extent &offset);
  mlir::Value ownerOf(mlir::Operation *op);                ///< batch of the op's per-sample operands
  mlir::Value samples(mlir::Value owner) { return loadField(owner, 0, b.getI64Type()); }
  mlir::Value items(mlir::Type type, mlir::Value owner);   ///< samples, rows or rest rows of the batch
  mlir::Value gemmRows(mlir::Value x, mlir::Value owner);  ///< items times the item's leading dimensions
  int64_t itemBytes(mlir::Value value);
  mlir::Value gradientAddress(mlir::Value gradients, llvm::StringRef field);
  mlir::Value bundleAddress(mlir::Operation *op, llvm::StringRef instance, int64_t block);
  mlir::FailureOr<int64_t> fieldOffset(mlir::Operation *op, mlir::FlatSymbolRefAttr bundle, llvm::StringRef field);
  /// Where a shared gradient goes: straight into the gradient block if it is only accumulated there, else a zeroed slot.
  mlir::Value gradientPlace(mlir::Value result);

  // --- ops
  mlir::LogicalResult lowerBlock(mlir::Block &block);
  mlir::LogicalResult lowerOp(mlir::Operation *op);
  mlir::LogicalResult lowerFused(nn::FusedOp op);
  mlir::LogicalResult lowerCall(mlir::func::CallOp op);
  mlir::LogicalResult lowerReturn(mlir::func::ReturnOp op);
  mlir::LogicalResult lowerWeights(mlir::Operation *op);
  mlir::LogicalResult lowerGemm(mlir::Operation *op);
  mlir::LogicalResult lowerRows(mlir::Operation *op);
  void lowerCrossing(mlir::Operation *op, mlir::Value owner);
  mlir::LogicalResult lowerConvolution(mlir::Operation *op);
  mlir::LogicalResult lowerCaller(mlir::Operation *op);
  mlir::LogicalResult lowerExit(mlir::Operation *op);
  mlir::LogicalResult lowerEither(nn::EitherOp op);
};

}  // namespace offramp::cpu
