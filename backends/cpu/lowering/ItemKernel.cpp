// Kernel functions around ItemEmitter, and its machinery: buffers, formulas, loops. What each op does is ItemOps.cpp.
#include "backends/cpu/lowering/ItemKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;

namespace offramp::cpu {

Type storageType(Type element) {
  if (element.isInteger(1) || element.isInteger(8)) return IntegerType::get(element.getContext(), 8);
  return element;
}

static int64_t elementsOf(ArrayRef<int64_t> shape) {
  int64_t n = 1;
  for (int64_t d : shape) n *= d;
  return n;
}

Value ItemEmitter::constantIndexAt(OpBuilder &at, int64_t value) { return at.create<arith::ConstantIndexOp>(fused.getLoc(), value); }
Value ItemEmitter::constantIndex(int64_t value) { return b.create<arith::ConstantIndexOp>(fused.getLoc(), value); }

void ItemEmitter::bindInput(Value value, Value flat) {
  nn::Form form = nn::formOf(value);
  Value offset = form.shared() ? constantIndex(0)
                               : b.create<arith::MulIOp>(fused.getLoc(), item, constantIndex(elementsOf(form.item))).getResult();
  buffers[value] = {flat, offset};
}
void ItemEmitter::bindOutput(Value value, Value flat) {
  bindInput(value, flat);
  outputs[value] = buffers[value];
  buffers.erase(value);
}

// --- which values exist in memory -------------------------------------------------------------------------------

/// Ops whose result at an index is a formula of operands at indices given by affine maps.
bool ItemEmitter::inlines(Operation *op) const {
  return isa<nn::NegOp, nn::ExpOp, nn::LogOp, nn::SqrtOp, nn::TanhOp, nn::SigmoidOp, nn::GeluOp, nn::ReluOp, nn::SoftplusOp, nn::AbsOp, nn::AddOp,
             nn::SubOp, nn::MulOp, nn::DivOp, nn::MinOp, nn::MaxOp, nn::CompareOp, nn::AndOp, nn::OrOp, nn::NotOp, nn::SelectOp, nn::CastOp,
             nn::StopGradientOp, nn::BroadcastOp, nn::GeluDxOp, nn::SliceOp, nn::TransposeOp, nn::SpreadSamplesOp, nn::SpreadOp>(op);
}

bool ItemEmitter::needsBuffer(Operation *op) const {
  Value result = op->getResult(0);
  if (outputs.count(result)) return true;
  if (!inlines(op)) return true;
  int64_t uses = 0;
  for (Operation *user : result.getUsers()) {
    if (!inlines(user)) return true;
    ++uses;
  }
  return uses > 1;  // computed once rather than in every reader
}

ItemEmitter::Buffer ItemEmitter::temporary(int64_t elements, Type element) {
  // At the entry of the function: one stack slot however often the item loop runs.
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&b.getInsertionBlock()->getParent()->front());
  auto type = MemRefType::get({std::max<int64_t>(elements, 1)}, storageType(element));
  Value slot = b.create<memref::AllocaOp>(fused.getLoc(), type, b.getI64IntegerAttr(64));
  Value flat = b.create<memref::CastOp>(fused.getLoc(), MemRefType::get({ShapedType::kDynamic}, type.getElementType()), slot);
  return {flat, b.create<arith::ConstantIndexOp>(fused.getLoc(), 0)};
}

ItemEmitter::Buffer ItemEmitter::bufferFor(Value value) {
  if (auto it = outputs.find(value); it != outputs.end()) return it->second;
  nn::Form form = nn::formOf(value);
  return temporary(elementsOf(form.item), form.element);
}

Value ItemEmitter::view(const Buffer &buffer, ArrayRef<int64_t> shape) {
  SmallVector<int64_t> strides(shape.size(), 1);
  for (int64_t i = (int64_t)shape.size() - 2; i >= 0; --i) strides[i] = strides[i + 1] * shape[i + 1];
  auto element = cast<MemRefType>(buffer.flat.getType()).getElementType();
  auto layout = StridedLayoutAttr::get(b.getContext(), ShapedType::kDynamic, strides);
  auto type = MemRefType::get(shape, element, layout);
  SmallVector<OpFoldResult> sizes, steps;
  for (int64_t d : shape) sizes.push_back(b.getIndexAttr(d));
  for (int64_t s : strides) steps.push_back(b.getIndexAttr(s));
  return b.create<memref::ReinterpretCastOp>(fused.getLoc(), type, buffer.flat, OpFoldResult(buffer.offset), sizes, steps);
}

Value ItemEmitter::viewOf(Value value) {
  if (!buffers.count(value)) materialize(value);
  return view(buffers[value], nn::formOf(value).item);
}

/// Constants and inlined formulas that somebody needs in memory after all.
void ItemEmitter::materialize(Value value) {
  nn::Form form = nn::formOf(value);
  Buffer buffer = bufferFor(value);
  SmallVector<Leaf> leaves;
  AffineMap map = identity(form.item.size());
  collect(value, map, leaves);
  SmallVector<Input> inputs;
  for (Leaf leaf : leaves) inputs.push_back({leaf.value, leaf.map});
  Value dst = view(buffer, form.item);
  loop(form.item, inputs, dst, map, [&](OpBuilder &at, ValueRange loaded) { return scalar(at, value, map, leaves, loaded); });
  buffers[value] = buffer;
}

// --- formulas -----------------------------------------------------------------------------------------------------

AffineMap ItemEmitter::identity(size_t rank) { return b.getMultiDimIdentityMap(rank); }
AffineMap ItemEmitter::dropLast(size_t rank) {
  SmallVector<AffineExpr> exprs;
  for (size_t i = 0; i + 1 < rank; ++i) exprs.push_back(b.getAffineDimExpr(i));
  return AffineMap::get(rank, 0, exprs, b.getContext());
}

/// Indices of an operand for result indices `map`: broadcast by trailing alignment, shifted by slice, permuted by transpose.
AffineMap ItemEmitter::operandMap(Operation *op, unsigned operand, AffineMap map) {
  nn::Form from = nn::formOf(op->getOperand(operand)), to = nn::formOf(op->getResult(0));
  SmallVector<AffineExpr> exprs;
  if (auto slice = dyn_cast<nn::SliceOp>(op)) {
    size_t lead = to.kind == nn::Form::PerRow;
    for (size_t i = 0; i < from.item.size(); ++i) exprs.push_back(map.getResult(i) + slice.getOffsets()[i + lead]);
  } else if (auto transpose = dyn_cast<nn::TransposeOp>(op)) {
    size_t lead = to.kind == nn::Form::PerRow;
    exprs.resize(from.item.size());
    for (size_t i = 0; i < to.item.size(); ++i) exprs[transpose.getPermutation()[i + lead] - lead] = map.getResult(i);
  } else {
    size_t skip = to.item.size() - from.item.size();
    for (size_t i = 0; i < from.item.size(); ++i)
      exprs.push_back(from.item[i] == 1 && to.item[i + skip] != 1 ? b.getAffineConstantExpr(0) : map.getResult(i + skip));
  }
  return AffineMap::get(map.getNumDims(), 0, exprs, b.getContext());
}

static bool isSplat(Value value) {
  auto constant = value.getDefiningOp<nn::ConstantOp>();
  return constant && cast<DenseElementsAttr>(constant.getValue()).isSplat();
}

/// What `spread` is like lends its rows only.
static unsigned valueOperands(Operation *op) { return isa<nn::SpreadOp>(op) ? 1 : op->getNumOperands(); }

void ItemEmitter::collect(Value value, AffineMap map, SmallVectorImpl<Leaf> &leaves) {
  if (isSplat(value)) return;
  Operation *def = value.getDefiningOp();
  if (buffers.count(value) || !def || !inlines(def) || def->getBlock() != &fused.getBody().front()) {
    for (const Leaf &leaf : leaves)
      if (leaf.value == value && leaf.map == map) return;
    leaves.push_back({value, map});
    return;
  }
  for (unsigned i = 0; i < valueOperands(def); ++i) collect(def->getOperand(i), operandMap(def, i, map), leaves);
}

Value ItemEmitter::scalar(OpBuilder &at, Value value, AffineMap map, ArrayRef<Leaf> leaves, ValueRange loaded) {
  if (isSplat(value)) {
    auto constant = cast<DenseElementsAttr>(value.getDefiningOp<nn::ConstantOp>().getValue());
    Type element = constant.getElementType();
    if (isa<FloatType>(element)) return ScalarMath{at, value.getLoc()}.f32(constant.getSplatValue<APFloat>().convertToDouble());
    return at.create<arith::ConstantOp>(value.getLoc(), at.getIntegerAttr(IntegerType::get(at.getContext(), element.getIntOrFloatBitWidth()),
                                                                          constant.getSplatValue<APInt>()));
  }
  for (auto [i, leaf] : llvm::enumerate(leaves))
    if (leaf.value == value && leaf.map == map) return loaded[i];
  Operation *def = value.getDefiningOp();
  SmallVector<Value> operands;
  for (unsigned i = 0; i < valueOperands(def); ++i) operands.push_back(scalar(at, def->getOperand(i), operandMap(def, i, map), leaves, loaded));
  return scalarOf(at, def, operands);
}

// --- loops --------------------------------------------------------------------------------------------------------

void ItemEmitter::loop(ArrayRef<int64_t> space, ArrayRef<Input> inputs, Value dst, AffineMap dstMap, Formula formula) {
  loopWith(space, inputs, {}, dst, dstMap, formula);
}

void ItemEmitter::loopWith(ArrayRef<int64_t> space, ArrayRef<Input> inputs, ArrayRef<Extra> extras, Value dst, AffineMap dstMap, Formula formula) {
  Location loc = fused.getLoc();
  SmallVector<Value> sources;
  SmallVector<AffineMap> maps;
  for (const Input &input : inputs) {
    // A slice that starts at 0 reads its operand at the loop's own index: the loop must not take the operand's extent for its own.
    SmallVector<int64_t> read(nn::formOf(input.value).item);
    for (auto [i, expr] : llvm::enumerate(input.map.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr)) read[i] = std::min(read[i], space[dim.getPosition()]);
    Value source = viewOf(input.value);
    if (read != nn::formOf(input.value).item) {
      SmallVector<int64_t> offsets(read.size(), 0), strides(read.size(), 1);
      auto type = memref::SubViewOp::inferResultType(cast<MemRefType>(source.getType()), offsets, read, strides);
      source = b.create<memref::SubViewOp>(loc, cast<MemRefType>(type), source, offsets, read, strides);
    }
    sources.push_back(source);
    maps.push_back(input.map);
  }
  for (const Extra &extra : extras) {
    sources.push_back(extra.memref);
    maps.push_back(extra.map);
  }
  maps.push_back(dstMap);
  SmallVector<utils::IteratorType> iterators(space.size(), utils::IteratorType::reduction);
  for (AffineExpr expr : dstMap.getResults())
    if (auto dim = dyn_cast<AffineDimExpr>(expr)) iterators[dim.getPosition()] = utils::IteratorType::parallel;
  Type dstElement = cast<MemRefType>(dst.getType()).getElementType();
  b.create<linalg::GenericOp>(loc, sources, ValueRange{dst}, maps, iterators, [&](OpBuilder &at, Location, ValueRange args) {
    SmallVector<Value> loaded;
    for (auto [i, input] : llvm::enumerate(inputs)) {
      Value v = args[i];
      Type element = nn::formOf(input.value).element;
      if (element.isInteger(1))  // a byte in memory
        v = at.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, v, at.create<arith::ConstantOp>(loc, at.getI8IntegerAttr(0)));
      loaded.push_back(v);
    }
    loaded.append(args.begin() + inputs.size(), args.end());
    Value result = formula(at, loaded);
    if (result.getType().isInteger(1) && dstElement.isInteger(8)) result = at.create<arith::ExtUIOp>(loc, dstElement, result);
    at.create<linalg::YieldOp>(loc, result);
  });
}

void ItemEmitter::fill(Value dst, double value) {
  Type element = cast<MemRefType>(dst.getType()).getElementType();
  Value constant = isa<FloatType>(element) ? ScalarMath{b, fused.getLoc()}.f32(value)
                                           : b.create<arith::ConstantOp>(fused.getLoc(), b.getIntegerAttr(element, (int64_t)value)).getResult();
  b.create<linalg::FillOp>(fused.getLoc(), ValueRange{constant}, ValueRange{dst});
}

LogicalResult ItemEmitter::emit() {
  for (Operation &op : fused.getBody().front()) {
    if (isa<nn::YieldOp>(op)) break;
    if (!needsBuffer(&op)) continue;
    if (inlines(&op)) {
      materialize(op.getResult(0));
    } else if (failed(emitOp(&op))) {
      return failure();
    }
  }
  return success();
}

// --- the function around the item ---------------------------------------------------------------------------------

/// memref<?xT> over a raw pointer: the descriptor that finalize-memref-to-llvm uses.
static Value memrefOver(OpBuilder &b, Location loc, Value pointer, Type element) {
  auto type = MemRefType::get({ShapedType::kDynamic}, element);
  Type ptr = LLVM::LLVMPointerType::get(b.getContext()), i64 = b.getI64Type(), array = LLVM::LLVMArrayType::get(i64, 1);
  auto structType = LLVM::LLVMStructType::getLiteral(b.getContext(), {ptr, ptr, i64, array, array});
  Value zero = b.create<LLVM::ConstantOp>(loc, i64, b.getI64IntegerAttr(0)), one = b.create<LLVM::ConstantOp>(loc, i64, b.getI64IntegerAttr(1));
  Value all = b.create<LLVM::ConstantOp>(loc, i64, b.getI64IntegerAttr(int64_t(1) << 40));  // extent is never read
  Value d = b.create<LLVM::UndefOp>(loc, structType);
  d = b.create<LLVM::InsertValueOp>(loc, d, pointer, ArrayRef<int64_t>{0});
  d = b.create<LLVM::InsertValueOp>(loc, d, pointer, ArrayRef<int64_t>{1});
  d = b.create<LLVM::InsertValueOp>(loc, d, zero, ArrayRef<int64_t>{2});
  d = b.create<LLVM::InsertValueOp>(loc, d, all, ArrayRef<int64_t>{3, 0});
  d = b.create<LLVM::InsertValueOp>(loc, d, one, ArrayRef<int64_t>{4, 0});
  return b.create<UnrealizedConversionCastOp>(loc, TypeRange{type}, ValueRange{d}).getResult(0);
}

FailureOr<ItemKernel> buildItemKernel(ModuleOp module, nn::FusedOp fused, StringRef name) {
  ItemKernel kernel;
  Block &body = fused.getBody().front();
  auto yield = cast<nn::YieldOp>(body.back());
  llvm::SetVector<Value> outside;
  for (Operation &op : body) {
    kernel.readsStepSize |= isa<nn::SpreadSamplesOp>(op);
    for (Value v : op.getOperands()) {
      Operation *def = v.getDefiningOp();
      bool inside = def && def->getBlock() == &body;
      if (!inside && !isSplat(v) && !isa<nn::YieldOp>(op)) outside.insert(v);
    }
    if (op.getNumResults()) kernel.workPerItem += nn::formOf(op.getResult(0)).elements();
  }
  kernel.inputs.assign(outside.begin(), outside.end());

  Location loc = fused.getLoc();
  OpBuilder b(module.getContext());
  b.setInsertionPointToEnd(module.getBody());
  Type ptr = LLVM::LLVMPointerType::get(b.getContext()), i64 = b.getI64Type();
  SmallVector<Value> all(kernel.inputs);
  all.append(yield.getValues().begin(), yield.getValues().end());

  // One item. Separate so that `noalias` on its pointers spares the vectorizer its overlap checks.
  SmallVector<Type> itemTypes(all.size() + 1, ptr);
  itemTypes.push_back(i64);
  auto itemFunction = b.create<func::FuncOp>(loc, (name + ".item").str(), b.getFunctionType(itemTypes, {}));
  itemFunction.setPrivate();
  for (size_t i = 0; i <= all.size(); ++i) itemFunction.setArgAttr(i, "llvm.noalias", b.getUnitAttr());
  itemFunction->setAttr("passthrough", b.getArrayAttr({b.getStringAttr("alwaysinline")}));
  {
    OpBuilder::InsertionGuard guard(b);
    Block *entry = itemFunction.addEntryBlock();
    b.setInsertionPointToStart(entry);
    Value index = b.create<arith::IndexCastOp>(loc, b.getIndexType(), entry->getArguments().back());
    ItemEmitter emitter(b, fused, index);
    for (auto [i, v] : llvm::enumerate(all)) {
      Value flat = memrefOver(b, loc, entry->getArgument(i), storageType(nn::formOf(v).element));
      if (i < kernel.inputs.size()) emitter.bindInput(v, flat);
      else emitter.bindOutput(v, flat);
    }
    if (kernel.readsStepSize) {
      Value n = b.create<LLVM::LoadOp>(loc, i64, entry->getArgument(all.size()));
      emitter.bindStepSize(b.create<arith::SIToFPOp>(loc, b.getF32Type(), n));
    }
    if (failed(emitter.emit())) return failure();
    b.create<func::ReturnOp>(loc);
  }

  kernel.function = b.create<func::FuncOp>(loc, name, b.getFunctionType({ptr, i64, i64}, {}));
  kernel.function.setPrivate();
  Block *entry = kernel.function.addEntryBlock();
  b.setInsertionPointToStart(entry);
  SmallVector<Value> pointers;
  for (size_t i = 0; i <= all.size(); ++i) {
    if (i == all.size() && !kernel.readsStepSize) {
      pointers.push_back(b.create<LLVM::ZeroOp>(loc, ptr));
      break;
    }
    Value slot = b.create<LLVM::GEPOp>(loc, ptr, ptr, entry->getArgument(0), ArrayRef<LLVM::GEPArg>{(int32_t)i});
    pointers.push_back(b.create<LLVM::LoadOp>(loc, ptr, slot));
  }
  Value begin = b.create<arith::IndexCastOp>(loc, b.getIndexType(), entry->getArgument(1));
  Value end = b.create<arith::IndexCastOp>(loc, b.getIndexType(), entry->getArgument(2));
  Value one = b.create<arith::ConstantIndexOp>(loc, 1);
  b.create<scf::ForOp>(loc, begin, end, one, ValueRange{}, [&](OpBuilder &at, Location, Value i, ValueRange) {
    SmallVector<Value> operands(pointers);
    operands.push_back(at.create<arith::IndexCastOp>(loc, i64, i));
    at.create<func::CallOp>(loc, itemFunction, operands);
    at.create<scf::YieldOp>(loc);
  });
  b.create<func::ReturnOp>(loc);
  return kernel;
}

}  // namespace offramp::cpu
