// lower-to-calls: the pass, and what is common to all ops: addresses, places in the arena, calls between functions.
#include "backends/cpu/lowering/FunctionLowering.h"
#include "backends/cpu/lowering/ItemKernel.h"
#include "compiler/transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;

namespace offramp {
#define GEN_PASS_DEF_LOWERTOCALLS
#include "compiler/transforms/Passes.h.inc"

namespace cpu {

func::FuncOp ModuleLowering::runtimeFunction(StringRef name, TypeRange arguments, TypeRange results) {
  if (auto f = module.lookupSymbol<func::FuncOp>(name)) return f;
  OpBuilder b = OpBuilder::atBlockBegin(module.getBody());
  auto f = b.create<func::FuncOp>(module.getLoc(), name, b.getFunctionType(arguments, results));
  f.setPrivate();
  return f;
}

FailureOr<LoweredFunction> ModuleLowering::lower(func::FuncOp source) {
  if (auto it = done.find(source.getName()); it != done.end()) return it->second;
  FunctionLowering lowering(*this, source);
  auto lowered = lowering.run();
  if (succeeded(lowered)) done[source.getName()] = *lowered;
  return lowered;
}

FunctionLowering::FunctionLowering(ModuleLowering &context, func::FuncOp source)
    : context(context), source(source), b(source.getContext()), loc(source.getLoc()), lifetimes(source.front()),
      program(source->hasAttr("nn.program")) {}

Type FunctionLowering::ptrType() { return LLVM::LLVMPointerType::get(b.getContext()); }
Value FunctionLowering::i64(int64_t value) { return b.create<arith::ConstantOp>(loc, b.getI64IntegerAttr(value)); }
Value FunctionLowering::add(Value x, Value y) { return b.create<arith::AddIOp>(loc, x, y); }
Value FunctionLowering::mul(Value x, Value y) { return b.create<arith::MulIOp>(loc, x, y); }
Value FunctionLowering::nullPointer() { return b.create<LLVM::ZeroOp>(loc, ptrType()); }

Value FunctionLowering::loadField(Value structure, int64_t index, Type type) {
  Value at = b.create<LLVM::GEPOp>(loc, ptrType(), b.getI64Type(), structure, ArrayRef<LLVM::GEPArg>{(int32_t)index});
  return b.create<LLVM::LoadOp>(loc, type, at);
}
Value FunctionLowering::bytesFrom(Value pointer, Value bytes) {
  return b.create<LLVM::GEPOp>(loc, ptrType(), b.getI8Type(), pointer, ArrayRef<LLVM::GEPArg>{bytes});
}

/// Once per call of the function, not per visit of the op.
Value FunctionLowering::entryAlloca(int64_t count) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&target.front());
  Value n = b.create<LLVM::ConstantOp>(loc, b.getI64Type(), b.getI64IntegerAttr(count));
  return b.create<LLVM::AllocaOp>(loc, ptrType(), ptrType(), n, 8);
}

void FunctionLowering::runtime(StringRef name, ValueRange arguments) {
  auto f = context.runtimeFunction(name, arguments.getTypes(), {});
  b.create<func::CallOp>(loc, f, arguments);
}

// --- values -------------------------------------------------------------------------------------------------------

Value FunctionLowering::addressAt(const Extent &offset) {
  Value bytes = i64(offset.fixed);
  if (offset.row) bytes = add(bytes, mul(rowsMax, i64(offset.row)));
  if (offset.sample) bytes = add(bytes, mul(samplesMax, i64(offset.sample)));
  return bytesFrom(base, bytes);
}

Value FunctionLowering::slot(Value root) {
  Extent offset = frame.allocate(root, extentOf(root.getType()));
  need.grow(frame.top());
  return addressAt(offset);
}

Value FunctionLowering::place(Value result, Value owner) {
  owners[result] = owner;
  if (Value out = outs.lookup(result)) return pointers[result] = out;
  if (Operation *join = lifetimes.joinOf(result)) {
    Value joined = join->getResult(0);
    if (!pointers.count(joined)) pointers[joined] = outs.lookup(joined) ? outs.lookup(joined) : slot(joined);
    Value at = pointers[joined];
    if (result == cast<nn::JoinOp>(join).getRest()) at = bytesFrom(at, mul(samples(owner), i64(itemBytes(result))));
    return pointers[result] = at;
  }
  return pointers[result] = slot(result);
}

int64_t FunctionLowering::itemBytes(Value value) {
  nn::Form form = nn::formOf(value);
  return form.elements() * std::max<int64_t>(1, storageType(form.element).getIntOrFloatBitWidth() / 8);
}

Value FunctionLowering::address(Value value) {
  if (Value p = pointers.lookup(value)) return p;
  auto constant = value.getDefiningOp<nn::ConstantOp>();
  if (!constant) {
    emitError(value.getLoc()) << "value has no address";
    return nullPointer();
  }
  // A constant that a library kernel reads lies in the artifact's data.
  auto elements = cast<DenseElementsAttr>(constant.getValue());
  std::string name = "constant." + std::to_string(context.kernels++);
  OpBuilder at = OpBuilder::atBlockBegin(context.module.getBody());
  Type storage = storageType(elements.getElementType());
  int64_t n = nn::formOf(value).elements();
  SmallVector<Attribute> values;
  for (Attribute v : elements.getValues<Attribute>())
    values.push_back(isa<FloatType>(storage) ? v : IntegerAttr::get(storage, cast<IntegerAttr>(v).getValue().zextOrTrunc(storage.getIntOrFloatBitWidth())));
  auto data = DenseElementsAttr::get(RankedTensorType::get({n}, storage), values);
  at.create<LLVM::GlobalOp>(loc, LLVM::LLVMArrayType::get(storage, n), true, LLVM::Linkage::Internal, name, data, 64);
  return b.create<LLVM::AddressOfOp>(loc, ptrType(), name);
}

Value FunctionLowering::ownerOf(Operation *op) {
  Value found;
  auto look = [&](Value v) {
    if (found || !isa<RankedTensorType>(v.getType()) || nn::formOf(v).shared()) return;
    found = owners.lookup(v);
  };
  for (Value v : op->getOperands()) look(v);
  op->walk([&](Operation *inner) {
    for (Value v : inner->getOperands()) look(v);
  });
  return found ? found : batch;
}

Value FunctionLowering::items(Type type, Value owner) {
  nn::Form form = nn::formOf(type);
  if (form.shared()) return i64(1);
  Value n = loadField(owner, 0, b.getI64Type());
  if (*form.space == nn::Space::Samples) return n;
  Value rows = loadField(owner, 1, b.getI64Type());
  return *form.space == nn::Space::Rows ? rows : b.create<arith::SubIOp>(loc, rows, n).getResult();
}

Value FunctionLowering::gemmRows(Value x, Value owner) {
  nn::Form form = nn::formOf(x);
  int64_t lead = form.elements() / form.item.back();
  Value count = items(x.getType(), owner);
  return lead == 1 ? count : mul(count, i64(lead));
}

// --- functions ----------------------------------------------------------------------------------------------------

FailureOr<LoweredFunction> FunctionLowering::run() {
  b.setInsertionPoint(source);
  auto ret = cast<func::ReturnOp>(source.back().getTerminator());
  size_t batches = 0;
  while (batches < source.getNumArguments() && isa<nn::BatchType>(source.getArgument(batches).getType())) ++batches;
  size_t values = source.getNumArguments() - batches;
  // program: (call, batch). leaf: (call, batch, batch of the rows, arena, stage, arguments…, results…)
  SmallVector<Type> types(program ? 2 : 5 + values + ret.getNumOperands(), ptrType());
  if (!program) types[4] = b.getI64Type();
  std::string name = program ? "offramp_" + source.getName().str() : source.getName().str() + ".calls";
  for (char &c : name)
    if (program && !isalnum(c)) c = '_';
  target = b.create<func::FuncOp>(loc, name, b.getFunctionType(types, {}));
  if (!program) target.setPrivate();
  Block *entry = target.addEntryBlock();
  b.setInsertionPointToStart(entry);
  call = entry->getArgument(0);
  batch = entry->getArgument(1);
  rowsMax = loadField(call, 0, b.getI64Type());
  samplesMax = loadField(call, 1, b.getI64Type());
  if (program) {
    rowsBatch = batch;
    base = callField(2);
    if (source->getAttrOfType<StringAttr>("nn.program").getValue() == "infer") runtime("offramp_cpu_begin", {call});
  } else {
    rowsBatch = entry->getArgument(2);
    base = entry->getArgument(3);
    stage = entry->getArgument(4);
    for (size_t i = 0; i < values; ++i) {
      Value argument = source.getArgument(batches + i);
      pointers[argument] = entry->getArgument(5 + i);
      if (isa<RankedTensorType>(argument.getType())) {
        nn::Form form = nn::formOf(argument);
        // All rows beside rest rows lie where the second batch says.
        owners[argument] = batches == 2 && form.space == nn::Space::Rows ? rowsBatch : batch;
      }
    }
    for (auto [i, v] : llvm::enumerate(ret.getOperands())) {
      Operation *def = v.getDefiningOp();
      bool view = !def || isa<nn::RowOp, nn::RestOp, nn::ConstantOp, nn::FieldOp>(def);
      if (!view && !outs.count(v)) outs[v] = entry->getArgument(5 + values + i);
    }
  }
  pointers[source.getArgument(0)] = batch;
  if (batches == 2) pointers[source.getArgument(1)] = rowsBatch;
  if (failed(lowerBlock(source.front()))) return failure();
  LoweredFunction lowered{target, need};
  if (program) {
    target->setAttr("nn.program", source->getAttr("nn.program"));
    target->setAttr("nn.name", source.getSymNameAttr());
    target->setAttr("nn.arena", b.getDenseI64ArrayAttr({need.row, need.sample, need.fixed}));
  }
  return lowered;
}

LogicalResult FunctionLowering::lowerBlock(Block &block) {
  for (Operation &op : block) {
    loc = op.getLoc();
    if (failed(lowerOp(&op))) return failure();
    frame.release(lifetimes, lifetimes.position(&op));
  }
  return success();
}

/// Ops that count, number or mix the rows of a sample and are given only those behind the first.
static bool takesRestForAll(Operation *op) {
  auto rest = [](Value v) { return v && isa<RankedTensorType>(v.getType()) && nn::formOf(v).space == nn::Space::Rest; };
  if (auto attention = dyn_cast<nn::AttentionOp>(op)) return rest(attention.getKv());
  if (auto grad = dyn_cast<nn::AttentionGradOp>(op)) return rest(grad.getKv());
  return isa<nn::RowOp, nn::RestOp, nn::MeanRowsOp, nn::SumRowsOp, nn::PositionsOp, nn::UniformOp, nn::FromRowsOp, nn::AddRowOp>(op)
             ? llvm::any_of(op->getOperands(), rest)
             : isa<nn::SpreadOp>(op) && cast<nn::SpreadOp>(op).getMean() && rest(op->getOperand(1));
}

LogicalResult FunctionLowering::lowerOp(Operation *op) {
  if (takesRestForAll(op)) return op->emitOpError("takes the rows behind the first for all rows of the sample; `nn.join` them first"), failure();
  if (isa<nn::ConstantOp, nn::YieldOp>(op)) return success();
  if (auto fused = dyn_cast<nn::FusedOp>(op)) return lowerFused(fused);
  if (auto call = dyn_cast<func::CallOp>(op)) return lowerCall(call);
  if (auto ret = dyn_cast<func::ReturnOp>(op)) return lowerReturn(ret);
  if (isa<nn::WeightsOp, nn::GradientsOp, nn::FieldOp, nn::AccumulateOp>(op)) return lowerWeights(op);
  if (isa<nn::LinearOp, nn::LinearDxOp, nn::LinearDwOp, nn::GatherDwOp, nn::SumToOp, nn::AttentionOp, nn::AttentionGradOp>(op)) return lowerGemm(op);
  if (isa<nn::Conv2dOp, nn::Conv2dDxOp, nn::Conv2dDwOp, nn::MaxPool2dOp, nn::MaxPool2dDxOp>(op)) return lowerConvolution(op);
  if (isa<nn::ReadInputOp, nn::SettingOp, nn::ReportOp, nn::CollectOp, nn::WriteTableOp>(op)) return lowerCaller(op);
  if (isa<nn::LeaveOp, nn::NarrowOp, nn::RegroupRestOp, nn::RegroupAllOp, nn::PutOp, nn::DoneIfEmptyOp>(op)) return lowerExit(op);
  if (auto either = dyn_cast<nn::EitherOp>(op)) return lowerEither(either);
  return lowerRows(op);
}

/// The largest table of weights that a fused op reads rows of; none: null.
static Value tableOf(nn::FusedOp fused) {
  Value largest;
  fused.getBody().walk([&](nn::GatherOp gather) {
    Value table = gather.getTable();
    if (table.getDefiningOp<nn::FieldOp>() && (!largest || nn::formOf(table).elements() > nn::formOf(largest).elements())) largest = table;
  });
  return largest;
}

LogicalResult FunctionLowering::lowerFused(nn::FusedOp op) {
  if (pointers.count(op.getResult(0))) return success();  // the epilogue of a product that is computed already
  std::string name = "kernel." + std::to_string(context.kernels++);
  auto kernel = buildItemKernel(context.module, op, name);
  if (failed(kernel)) return failure();
  Value owner = ownerOf(op);
  SmallVector<Value> arguments;
  for (Value v : kernel->inputs) arguments.push_back(address(v));
  for (Value result : op.getResults()) arguments.push_back(place(result, owner));
  if (kernel->readsStepSize)
    arguments.push_back(b.create<LLVM::GEPOp>(loc, ptrType(), b.getI64Type(), call, ArrayRef<LLVM::GEPArg>{16}));
  Value array = entryAlloca(arguments.size());
  for (auto [i, v] : llvm::enumerate(arguments))
    b.create<LLVM::StoreOp>(loc, v, b.create<LLVM::GEPOp>(loc, ptrType(), ptrType(), array, ArrayRef<LLVM::GEPArg>{(int32_t)i}));
  Value function = b.create<func::ConstantOp>(loc, kernel->function.getFunctionType(), kernel->function.getName());
  Value pointer = b.create<UnrealizedConversionCastOp>(loc, TypeRange{ptrType()}, ValueRange{function}).getResult(0);
  // A thread is worth waking for some ten thousand elements.
  int64_t grain = std::max<int64_t>(1, 16384 / kernel->workPerItem);
  SmallVector<Value> parallel{call, pointer, array, items(op.getResult(0).getType(), owner), i64(grain)};
  if (Value table = tableOf(op)) {
    parallel.append({address(table), i64(nn::formOf(table).elements())});
    runtime("offramp_cpu_parallel_rows_of", parallel);
  } else {
    runtime("offramp_cpu_parallel", parallel);
  }
  return success();
}

LogicalResult FunctionLowering::lowerCall(func::CallOp op) {
  auto callee = context.module.lookupSymbol<func::FuncOp>(op.getCallee());
  auto lowered = context.lower(callee);
  if (failed(lowered)) return failure();
  SmallVector<Value> batches, values;
  for (Value v : op.getOperands()) {
    if (isa<nn::BatchType>(v.getType())) batches.push_back(address(v));
    else values.push_back(address(v));
  }
  SmallVector<Value> results;
  for (Value v : op.getResults()) results.push_back(place(v, batches[0]));
  Extent top = frame.top();
  // Equal stages are one function; what differs beside the weights is the number that draws are keyed by.
  auto number = op->getAttrOfType<IntegerAttr>("nn.stage");
  SmallVector<Value> arguments{call, batches[0], batches.back(), addressAt(top), number ? i64(number.getInt()) : stage ? stage : i64(0)};
  arguments.append(values);
  arguments.append(results);
  b.create<func::CallOp>(loc, lowered->function, arguments);
  need.grow(top + lowered->arena);
  return success();
}

LogicalResult FunctionLowering::lowerReturn(func::ReturnOp op) {
  size_t first = target.getNumArguments() - op.getNumOperands();
  for (auto [i, v] : llvm::enumerate(op.getOperands())) {
    Value out = target.getArgument(first + i);
    if (outs.lookup(v) == out) continue;
    // A view or a value returned twice is copied.
    Value bytes = mul(items(v.getType(), owners.lookup(v) ? owners.lookup(v) : batch), i64(itemBytes(v)));
    b.create<LLVM::MemcpyOp>(loc, out, address(v), bytes, false);
  }
  b.create<func::ReturnOp>(loc);
  return success();
}

}  // namespace cpu

namespace {
struct LowerToCallsPass : impl::LowerToCallsBase<LowerToCallsPass> {
  void runOnOperation() override {
    cpu::ModuleLowering lowering{getOperation(), {}, 0};
    SmallVector<func::FuncOp> sources(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp f : sources)
      if (f->hasAttr("nn.program") && failed(lowering.lower(f))) return signalPassFailure();
    for (func::FuncOp f : sources) f.erase();
  }
};
}  // namespace
}  // namespace offramp
