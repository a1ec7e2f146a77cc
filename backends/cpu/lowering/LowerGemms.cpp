// Weights, matrix products, attention and shared gradients.
#include "backends/cpu/lowering/FunctionLowering.h"
#include "runtime/abi/CpuKernels.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace offramp::cpu {

FailureOr<int64_t> FunctionLowering::fieldOffset(Operation *op, FlatSymbolRefAttr bundle, StringRef field) {
  auto layout = context.module.lookupSymbol<nn::BundleOp>(bundle);
  int64_t index = layout ? layout.indexOf(field) : -1;
  if (index < 0) return op->emitOpError() << "bundle " << bundle << " has no field `" << field << "`", failure();
  return layout.offsetOf(index) * 4;
}

/// `block`: index of weights or gradients in offramp_call.
Value FunctionLowering::bundleAddress(Operation *op, StringRef instance, int64_t block) {
  auto range = context.module.lookupSymbol<nn::InstanceOp>(instance);
  if (!range) {
    op->emitOpError() << "no instance `" << instance << "`";
    return nullPointer();
  }
  return bytesFrom(callField(block), i64((int64_t)range.getOffset() * 4));
}

Value FunctionLowering::gradientAddress(Value gradients, StringRef field) {
  auto type = cast<nn::GradientsType>(gradients.getType());
  Value block;
  if (auto op = gradients.getDefiningOp<nn::GradientsOp>()) block = bundleAddress(op, op.getInstance(), 4);
  else block = address(gradients);
  auto offset = fieldOffset(source, type.getBundle(), field);
  return bytesFrom(block, i64(succeeded(offset) ? *offset : 0));
}

Value FunctionLowering::gradientPlace(Value result) {
  if (result.hasOneUse())
    if (auto accumulate = dyn_cast<nn::AccumulateOp>(*result.getUsers().begin())) return gradientAddress(accumulate.getGradients(), accumulate.getName());
  Value at = place(result, batch);
  Value zero = b.create<arith::ConstantOp>(loc, b.getI8IntegerAttr(0));
  b.create<LLVM::MemsetOp>(loc, at, zero, i64(itemBytes(result)), false);
  return at;
}

LogicalResult FunctionLowering::lowerWeights(Operation *op) {
  if (auto weights = dyn_cast<nn::WeightsOp>(op)) {
    pointers[weights.getResult()] = bundleAddress(op, weights.getInstance(), 3);
  } else if (auto gradients = dyn_cast<nn::GradientsOp>(op)) {
    pointers[gradients.getResult()] = bundleAddress(op, gradients.getInstance(), 4);
  } else if (auto field = dyn_cast<nn::FieldOp>(op)) {
    auto offset = fieldOffset(op, cast<nn::WeightsType>(field.getWeights().getType()).getBundle(), field.getName());
    if (failed(offset)) return failure();
    pointers[field.getResult()] = bytesFrom(address(field.getWeights()), i64(*offset));
  } else if (auto accumulate = dyn_cast<nn::AccumulateOp>(op)) {
    Value value = accumulate.getValue();
    Operation *def = value.getDefiningOp();
    bool direct = value.hasOneUse() && def && isa<nn::LinearDwOp, nn::GatherDwOp, nn::SumToOp, nn::Conv2dDwOp>(def);
    if (direct) return success();  // its producer added already
    Value to = gradientAddress(accumulate.getGradients(), accumulate.getName());
    runtime("offramp_cpu_column_sum", {call, address(value), to, i64(1), i64(nn::formOf(value).elements())});
  }
  return success();
}

/// What the kernel of a product or a convolution does to its sums before they are stored.
struct Epilogue {
  int64_t code;  ///< OFFRAMP_EPILOGUE_*
  Value result;  ///< of what it stands for
};

/// The function that is all that becomes of the product: a group of its own that reads nothing else.
static Epilogue epilogueOf(Value product) {
  const Epilogue none{OFFRAMP_EPILOGUE_NONE, product};
  if (!product.hasOneUse()) return none;
  Operation *use = *product.user_begin();
  auto group = dyn_cast<nn::FusedOp>(use->getParentOp());
  if (!group || group->getBlock() != product.getParentBlock() || group->getNumResults() != 1 || !llvm::hasNItems(*use->getBlock(), 2)) return none;
  return llvm::TypeSwitch<Operation *, Epilogue>(use)
      .Case([&](nn::GeluOp) { return Epilogue{OFFRAMP_EPILOGUE_GELU, group->getResult(0)}; })
      .Case([&](nn::ReluOp) { return Epilogue{OFFRAMP_EPILOGUE_RELU, group->getResult(0)}; })
      .Case([&](nn::TanhOp) { return Epilogue{OFFRAMP_EPILOGUE_TANH, group->getResult(0)}; })
      .Default(none);
}

LogicalResult FunctionLowering::lowerGemm(Operation *op) {
  Value owner = ownerOf(op);
  if (auto linear = dyn_cast<nn::LinearOp>(op)) {
    nn::Form w = nn::formOf(linear.getW());
    Value bias = linear.getB() ? address(linear.getB()) : nullPointer();
    const Epilogue epilogue = epilogueOf(linear.getResult());
    runtime("offramp_cpu_linear", {call, address(linear.getX()), address(linear.getW()), bias, place(epilogue.result, owner),
                                   gemmRows(linear.getX(), owner), i64(w.item[0]), i64(w.item[1]), i64(epilogue.code)});
  } else if (auto dx = dyn_cast<nn::LinearDxOp>(op)) {
    nn::Form w = nn::formOf(dx.getW());
    runtime("offramp_cpu_linear_dx", {call, address(dx.getDy()), address(dx.getW()), place(dx.getResult(), owner), gemmRows(dx.getDy(), owner),
                                      i64(w.item[0]), i64(w.item[1]), i64(0)});
  } else if (auto dw = dyn_cast<nn::LinearDwOp>(op)) {
    nn::Form w = nn::formOf(dw.getResult());
    runtime("offramp_cpu_linear_dw", {call, address(dw.getX()), address(dw.getDy()), gradientPlace(dw.getResult()), gemmRows(dw.getX(), owner),
                                      i64(w.item[0]), i64(w.item[1])});
  } else if (auto dw = dyn_cast<nn::GatherDwOp>(op)) {
    nn::Form table = nn::formOf(dw.getResult()), ids = nn::formOf(dw.getIds());
    Value count = items(dw.getIds().getType(), owner);
    if (ids.elements() != 1) count = mul(count, i64(ids.elements()));
    runtime("offramp_cpu_gather_dw", {call, address(dw.getIds()), address(dw.getDy()), gradientPlace(dw.getResult()), count, i64(table.item[1]),
                                      i64(table.item[0])});
  } else if (auto sum = dyn_cast<nn::SumToOp>(op)) {
    nn::Form x = nn::formOf(sum.getX()), r = nn::formOf(sum.getResult());
    // The verifier of the adjoint guarantees that the result's item ends the operand's.
    int64_t width = r.elements(), lead = x.elements() / std::max<int64_t>(1, width);
    bool suffix = r.item.size() <= x.item.size() && ArrayRef<int64_t>(x.item).take_back(r.item.size()) == ArrayRef<int64_t>(r.item);
    if (!suffix && width != 1) return op->emitOpError("sums a stretched dimension; sum it per sample first"), failure();
    Value count = items(sum.getX().getType(), owner);
    if (lead != 1) count = mul(count, i64(lead));
    runtime("offramp_cpu_column_sum", {call, address(sum.getX()), gradientPlace(sum.getResult()), count, i64(width)});
  } else if (auto attention = dyn_cast<nn::AttentionOp>(op)) {
    nn::Form q = nn::formOf(attention.getQ());
    Value qb = owners.lookup(attention.getQ()), kb = owners.lookup(attention.getKv());
    int64_t which = q.space == nn::Space::Samples ? 1 : q.space == nn::Space::Rows ? 0 : 2;
    runtime("offramp_cpu_attention", {call, qb, address(attention.getQ()), kb, address(attention.getKv()), place(attention.getResult(), qb), nullPointer(),
                                      i64(attention.getHeads()), i64(q.item[0]), i64(which)});
  } else if (auto grad = dyn_cast<nn::AttentionGradOp>(op)) {
    nn::Form q = nn::formOf(grad.getQ());
    int64_t which = q.space == nn::Space::Samples ? 1 : q.space == nn::Space::Rows ? 0 : 2;
    runtime("offramp_cpu_attention_grad", {call, owner, address(grad.getQ()), address(grad.getKv()), nullPointer(), address(grad.getDy()),
                                           place(grad.getDq(), owner), place(grad.getDkv(), owner), i64(grad.getHeads()), i64(q.item[0]), i64(which)});
  }
  return success();
}

LogicalResult FunctionLowering::lowerConvolution(Operation *op) {
  Value owner = ownerOf(op), n = samples(owner);
  auto shape = [&](Value x, Value w, int64_t stride, int64_t pad) {
    nn::Form in = nn::formOf(x), kernel = nn::formOf(w);
    std::string name = "conv." + std::to_string(context.kernels++);
    SmallVector<int64_t> values{in.item[0], in.item[1], in.item[2], kernel.item[0], kernel.item[2], kernel.item[3], stride, pad};
    OpBuilder at = OpBuilder::atBlockBegin(context.module.getBody());
    at.create<LLVM::GlobalOp>(loc, LLVM::LLVMArrayType::get(b.getI64Type(), 8), true, LLVM::Linkage::Internal, name, at.getI64TensorAttr(values), 8);
    return b.create<LLVM::AddressOfOp>(loc, ptrType(), name).getResult();
  };
  if (auto conv = dyn_cast<nn::Conv2dOp>(op)) {
    const Epilogue epilogue = epilogueOf(conv.getResult());
    runtime("offramp_cpu_conv2d", {call, address(conv.getX()), address(conv.getW()), conv.getB() ? address(conv.getB()) : nullPointer(),
                                   place(epilogue.result, owner), n, shape(conv.getX(), conv.getW(), conv.getStride(), conv.getPad()),
                                   i64(epilogue.code)});
  } else if (auto dx = dyn_cast<nn::Conv2dDxOp>(op)) {
    runtime("offramp_cpu_conv2d_dx", {call, address(dx.getDy()), address(dx.getW()), place(dx.getResult(), owner), n,
                                      shape(dx.getResult(), dx.getW(), dx.getStride(), dx.getPad())});
  } else if (auto dw = dyn_cast<nn::Conv2dDwOp>(op)) {
    runtime("offramp_cpu_conv2d_dw", {call, address(dw.getX()), address(dw.getDy()), gradientPlace(dw.getResult()), n,
                                      shape(dw.getX(), dw.getResult(), dw.getStride(), dw.getPad())});
  } else if (auto pool = dyn_cast<nn::MaxPool2dOp>(op)) {
    nn::Form x = nn::formOf(pool.getX());
    runtime("offramp_cpu_max_pool2d", {call, address(pool.getX()), place(pool.getResult(), owner), n, i64(x.item[0]), i64(x.item[1]), i64(x.item[2]),
                                       i64(pool.getSize()), i64(pool.getStride())});
  } else if (auto pool = dyn_cast<nn::MaxPool2dDxOp>(op)) {
    nn::Form x = nn::formOf(pool.getX());
    runtime("offramp_cpu_max_pool2d_grad", {call, address(pool.getX()), address(pool.getDy()), place(pool.getResult(), owner), n, i64(x.item[0]),
                                            i64(x.item[1]), i64(x.item[2]), i64(pool.getSize()), i64(pool.getStride())});
  }
  return success();
}

}  // namespace offramp::cpu
