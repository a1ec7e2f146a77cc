// What each item-wise op computes for one item: scalars of elementwise ops, and loops of those that need their operand in memory.
#include "backends/cpu/lowering/ItemKernel.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;

namespace offramp::cpu {

static Value compare(OpBuilder &at, Location loc, StringRef predicate, Value a, Value c) {
  if (isa<FloatType>(a.getType())) {
    auto p = llvm::StringSwitch<arith::CmpFPredicate>(predicate)
                 .Case("lt", arith::CmpFPredicate::OLT)
                 .Case("le", arith::CmpFPredicate::OLE)
                 .Case("gt", arith::CmpFPredicate::OGT)
                 .Case("ge", arith::CmpFPredicate::OGE)
                 .Case("eq", arith::CmpFPredicate::OEQ)
                 .Default(arith::CmpFPredicate::UNE);
    return at.create<arith::CmpFOp>(loc, p, a, c);
  }
  auto p = llvm::StringSwitch<arith::CmpIPredicate>(predicate)
               .Case("lt", arith::CmpIPredicate::slt)
               .Case("le", arith::CmpIPredicate::sle)
               .Case("gt", arith::CmpIPredicate::sgt)
               .Case("ge", arith::CmpIPredicate::sge)
               .Case("eq", arith::CmpIPredicate::eq)
               .Default(arith::CmpIPredicate::ne);
  return at.create<arith::CmpIOp>(loc, p, a, c);
}

static Value castScalar(OpBuilder &at, Location loc, Value x, Type from, Type to) {
  if (from == to) return x;
  if (isa<FloatType>(to)) {
    if (from.isInteger(1) || from.isInteger(8)) return at.create<arith::UIToFPOp>(loc, to, x);
    return at.create<arith::SIToFPOp>(loc, to, x);
  }
  if (isa<FloatType>(from)) return at.create<arith::FPToSIOp>(loc, to, x);
  if (from.getIntOrFloatBitWidth() < to.getIntOrFloatBitWidth()) return at.create<arith::ExtUIOp>(loc, to, x);
  return at.create<arith::TruncIOp>(loc, to, x);
}

Value ItemEmitter::scalarOf(OpBuilder &at, Operation *op, ArrayRef<Value> v) {
  Location loc = op->getLoc();
  ScalarMath m{at, loc};
  bool real = isa<FloatType>(v[0].getType());
  return llvm::TypeSwitch<Operation *, Value>(op)
      .Case<nn::NegOp>([&](auto) { return m.neg(v[0]); })
      .Case<nn::ExpOp>([&](auto) { return m.exp(v[0]); })
      .Case<nn::LogOp>([&](auto) { return m.log(v[0]); })
      .Case<nn::SqrtOp>([&](auto) { return m.sqrt(v[0]); })
      .Case<nn::TanhOp>([&](auto) { return m.tanh(v[0]); })
      .Case<nn::SigmoidOp>([&](auto) { return m.sigmoid(v[0]); })
      .Case<nn::GeluOp>([&](auto) { return m.gelu(v[0]); })
      .Case<nn::GeluDxOp>([&](auto) { return m.mul(v[1], m.geluDerivative(v[0])); })
      .Case<nn::ReluOp>([&](auto) { return m.maximum(v[0], m.f32(0)); })
      .Case<nn::SoftplusOp>([&](auto) { return m.softplus(v[0]); })
      .Case<nn::AbsOp>([&](auto) { return m.abs(v[0]); })
      .Case<nn::AddOp>([&](auto) -> Value { return real ? m.add(v[0], v[1]) : at.create<arith::AddIOp>(loc, v[0], v[1]).getResult(); })
      .Case<nn::SubOp>([&](auto) -> Value { return real ? m.sub(v[0], v[1]) : at.create<arith::SubIOp>(loc, v[0], v[1]).getResult(); })
      .Case<nn::MulOp>([&](auto) -> Value { return real ? m.mul(v[0], v[1]) : at.create<arith::MulIOp>(loc, v[0], v[1]).getResult(); })
      .Case<nn::DivOp>([&](auto) { return m.div(v[0], v[1]); })
      .Case<nn::MinOp>([&](auto) -> Value { return real ? m.minimum(v[0], v[1]) : at.create<arith::MinSIOp>(loc, v[0], v[1]).getResult(); })
      .Case<nn::MaxOp>([&](auto) -> Value { return real ? m.maximum(v[0], v[1]) : at.create<arith::MaxSIOp>(loc, v[0], v[1]).getResult(); })
      .Case<nn::CompareOp>([&](nn::CompareOp c) { return compare(at, loc, c.getPredicate(), v[0], v[1]); })
      .Case<nn::AndOp>([&](auto) { return at.create<arith::AndIOp>(loc, v[0], v[1]); })
      .Case<nn::OrOp>([&](auto) { return at.create<arith::OrIOp>(loc, v[0], v[1]); })
      .Case<nn::NotOp>([&](auto) {
        return at.create<arith::XOrIOp>(loc, v[0], at.create<arith::ConstantOp>(loc, at.getIntegerAttr(at.getI1Type(), 1)));
      })
      .Case<nn::SelectOp>([&](auto) { return at.create<arith::SelectOp>(loc, v[0], v[1], v[2]); })
      .Case<nn::CastOp>([&](nn::CastOp c) { return castScalar(at, loc, v[0], nn::formOf(c.getX()).element, nn::formOf(c.getResult()).element); })
      .Case<nn::SpreadSamplesOp>([&](nn::SpreadSamplesOp s) { return s.getMean() ? m.div(v[0], stepSize) : v[0]; })
      .Default([&](Operation *) { return v[0]; });  // stop_gradient, broadcast, slice, transpose: indices did the work
}

/// Sums in any order inside a row: lets the vectorizer keep several partial sums. The order is fixed by the code, so results repeat.
static Value reassociatedAdd(OpBuilder &at, Location loc, Value a, Value c) {
  return at.create<arith::AddFOp>(loc, a, c, arith::FastMathFlagsAttr::get(at.getContext(), arith::FastMathFlags::reassoc));
}

// --- over the last dimension ----------------------------------------------------------------------------------------

static SmallVector<int64_t> outer(ArrayRef<int64_t> shape) { return SmallVector<int64_t>(shape.drop_back()); }
static int64_t count(ArrayRef<int64_t> shape) {
  int64_t n = 1;
  for (int64_t d : shape) n *= d;
  return n;
}

void ItemEmitter::emitNormalize(nn::NormalizeOp op) {
  nn::Form form = nn::formOf(op.getX());
  Location loc = op.getLoc();
  size_t rank = form.item.size();
  double inverse = 1.0 / (double)form.item.back();
  Value sum = view(temporary(count(outer(form.item)), form.element), outer(form.item)), square = view(temporary(count(outer(form.item)), form.element), outer(form.item));
  fill(sum, 0);
  loop(form.item, {{op.getX(), identity(rank)}}, sum, dropLast(rank),
       [&](OpBuilder &at, ValueRange v) { return reassociatedAdd(at, loc, v[1], v[0]); });
  fill(square, 0);
  loopWith(form.item, {{op.getX(), identity(rank)}}, {{sum, dropLast(rank)}}, square, dropLast(rank), [&](OpBuilder &at, ValueRange v) {
    ScalarMath m{at, loc};
    Value d = m.sub(v[0], m.mul(v[1], m.f32(inverse)));
    return reassociatedAdd(at, loc, v[2], m.mul(d, d));
  });
  Buffer buffer = bufferFor(op.getResult());
  loopWith(form.item, {{op.getX(), identity(rank)}}, {{sum, dropLast(rank)}, {square, dropLast(rank)}}, view(buffer, form.item), identity(rank),
           [&](OpBuilder &at, ValueRange v) {
             ScalarMath m{at, loc};
             Value scale = m.div(m.f32(1), m.sqrt(m.fma(v[2], m.f32(inverse), m.f32(op.getEps().convertToDouble()))));
             return m.mul(m.sub(v[0], m.mul(v[1], m.f32(inverse))), scale);
           });
  buffers[op.getResult()] = buffer;
}

// dx = r·(dy - mean(dy) - x̂·mean(dy·x̂)), x̂ = (x - mean)·r.
void ItemEmitter::emitNormalizeDx(nn::NormalizeDxOp op) {
  nn::Form form = nn::formOf(op.getX());
  Location loc = op.getLoc();
  size_t rank = form.item.size();
  double inverse = 1.0 / (double)form.item.back(), eps = op.getEps().convertToDouble();
  auto statistic = [&] { return view(temporary(count(outer(form.item)), form.element), outer(form.item)); };
  Value sum = statistic(), square = statistic(), dySum = statistic(), dotSum = statistic();
  AffineMap all = identity(rank), each = dropLast(rank);
  fill(sum, 0);
  loop(form.item, {{op.getX(), all}}, sum, each, [&](OpBuilder &at, ValueRange v) { return reassociatedAdd(at, loc, v[1], v[0]); });
  fill(square, 0);
  loopWith(form.item, {{op.getX(), all}}, {{sum, each}}, square, each, [&](OpBuilder &at, ValueRange v) {
    ScalarMath m{at, loc};
    Value d = m.sub(v[0], m.mul(v[1], m.f32(inverse)));
    return reassociatedAdd(at, loc, v[2], m.mul(d, d));
  });
  fill(dySum, 0);
  loop(form.item, {{op.getDy(), all}}, dySum, each, [&](OpBuilder &at, ValueRange v) { return reassociatedAdd(at, loc, v[1], v[0]); });
  fill(dotSum, 0);
  loopWith(form.item, {{op.getX(), all}, {op.getDy(), all}}, {{sum, each}}, dotSum, each, [&](OpBuilder &at, ValueRange v) {
    ScalarMath m{at, loc};
    return reassociatedAdd(at, loc, v[3], m.mul(v[1], m.sub(v[0], m.mul(v[2], m.f32(inverse)))));
  });
  Buffer buffer = bufferFor(op.getResult());
  loopWith(form.item, {{op.getX(), all}, {op.getDy(), all}}, {{sum, each}, {square, each}, {dySum, each}, {dotSum, each}}, view(buffer, form.item), all,
           [&](OpBuilder &at, ValueRange v) {
             ScalarMath m{at, loc};
             Value variance = m.fma(v[3], m.f32(inverse), m.f32(eps));
             Value r = m.div(m.f32(1), m.sqrt(variance));
             Value d = m.sub(v[0], m.mul(v[2], m.f32(inverse)));
             Value along = m.mul(m.mul(d, m.mul(v[5], m.f32(inverse))), m.mul(r, r));
             return m.mul(r, m.sub(m.sub(v[1], m.mul(v[4], m.f32(inverse))), along));
           });
  buffers[op.getResult()] = buffer;
}

/// Row maximum and Σ exp(x - max).
std::pair<Value, Value> ItemEmitter::maxAndSum(Value x) {
  nn::Form form = nn::formOf(x);
  Location loc = x.getLoc();
  size_t rank = form.item.size();
  auto statistic = [&] { return view(temporary(count(outer(form.item)), form.element), outer(form.item)); };
  viewOf(x);
  Value top = statistic(), sum = statistic();
  fill(top, -std::numeric_limits<float>::infinity());
  loop(form.item, {{x, identity(rank)}}, top, dropLast(rank), [&](OpBuilder &at, ValueRange v) { return ScalarMath{at, loc}.maximum(v[1], v[0]); });
  fill(sum, 0);
  loopWith(form.item, {{x, identity(rank)}}, {{top, dropLast(rank)}}, sum, dropLast(rank), [&](OpBuilder &at, ValueRange v) {
    ScalarMath m{at, loc};
    return reassociatedAdd(at, loc, v[2], m.exp(m.sub(v[0], v[1])));
  });
  return {top, sum};
}

void ItemEmitter::emitSoftmax(Operation *op, Value x, bool logarithm) {
  nn::Form form = nn::formOf(x);
  Location loc = op->getLoc();
  size_t rank = form.item.size();
  auto [top, sum] = maxAndSum(x);
  Buffer buffer = bufferFor(op->getResult(0));
  loopWith(form.item, {{x, identity(rank)}}, {{top, dropLast(rank)}, {sum, dropLast(rank)}}, view(buffer, form.item), identity(rank),
           [&](OpBuilder &at, ValueRange v) {
             ScalarMath m{at, loc};
             Value d = m.sub(v[0], v[1]);
             return logarithm ? m.sub(d, m.log(v[2])) : m.div(m.exp(d), v[2]);
           });
  buffers[op->getResult(0)] = buffer;
}

Value ItemEmitter::clampedIndex(OpBuilder &at, Value value, int64_t size) {
  Location loc = fused.getLoc();
  ScalarMath m{at, loc};
  Value low = at.create<arith::MaxSIOp>(loc, value, m.i32(0));
  return at.create<arith::IndexCastOp>(loc, at.getIndexType(), at.create<arith::MinSIOp>(loc, low, m.i32(size - 1)));
}

void ItemEmitter::emitCrossEntropy(nn::CrossEntropyOp op) {
  nn::Form form = nn::formOf(op.getF());
  Location loc = op.getLoc();
  auto [top, sum] = maxAndSum(op.getF());
  Value logits = viewOf(op.getF()), label = viewOf(op.getY());
  Buffer buffer = bufferFor(op.getResult());
  size_t rank = form.item.size() - 1;
  loopWith(outer(form.item), {}, {{top, identity(rank)}, {sum, identity(rank)}}, view(buffer, outer(form.item)), identity(rank),
           [&](OpBuilder &at, ValueRange v) {
             ScalarMath m{at, loc};
             SmallVector<Value> indices;
             for (size_t i = 0; i < rank; ++i) indices.push_back(at.create<linalg::IndexOp>(loc, i));
             indices.push_back(clampedIndex(at, at.create<memref::LoadOp>(loc, label, ValueRange{}), form.item.back()));
             Value f = at.create<memref::LoadOp>(loc, logits, indices);
             return m.sub(m.add(m.log(v[1]), v[0]), f);
           });
  buffers[op.getResult()] = buffer;
}

void ItemEmitter::emitCrossEntropyDx(nn::CrossEntropyDxOp op) {
  nn::Form form = nn::formOf(op.getF());
  Location loc = op.getLoc();
  size_t rank = form.item.size();
  auto [top, sum] = maxAndSum(op.getF());
  Value label = viewOf(op.getY());
  Buffer buffer = bufferFor(op.getResult());
  loopWith(form.item, {{op.getF(), identity(rank)}, {op.getD(), dropLast(rank)}}, {{top, dropLast(rank)}, {sum, dropLast(rank)}}, view(buffer, form.item),
           identity(rank), [&](OpBuilder &at, ValueRange v) {
             ScalarMath m{at, loc};
             Value p = m.div(m.exp(m.sub(v[0], v[2])), v[3]);
             Value y = clampedIndex(at, at.create<memref::LoadOp>(loc, label, ValueRange{}), form.item.back());
             Value hit = at.create<arith::CmpIOp>(loc, arith::CmpIPredicate::eq, y, at.create<linalg::IndexOp>(loc, rank - 1));
             return m.mul(v[1], m.sub(p, at.create<arith::SelectOp>(loc, hit, m.f32(1), m.f32(0))));
           });
  buffers[op.getResult()] = buffer;
}

// --- reductions and selections ----------------------------------------------------------------------------------------

void ItemEmitter::emitReduction(Operation *op, Value x, ArrayRef<int64_t> dims) {
  nn::Form form = nn::formOf(x);
  Location loc = op->getLoc();
  size_t lead = form.kind == nn::Form::PerRow, rank = form.item.size();
  SmallVector<AffineExpr> kept;
  int64_t reduced = 1;
  for (size_t i = 0; i < rank; ++i) {
    if (llvm::is_contained(dims, (int64_t)(i + lead))) reduced *= form.item[i];
    else kept.push_back(b.getAffineDimExpr(i));
  }
  AffineMap map = AffineMap::get(rank, 0, kept, b.getContext());
  Buffer buffer = bufferFor(op->getResult(0));
  Value dst = view(buffer, nn::formOf(op->getResult(0)).item);
  bool top = isa<nn::ReduceMaxOp>(op), bottom = isa<nn::ReduceMinOp>(op), real = isa<FloatType>(form.element);
  double start = !top && !bottom ? 0 : real ? (top ? -1 : 1) * std::numeric_limits<double>::infinity() : top ? INT32_MIN : INT32_MAX;
  fill(dst, start);
  loop(form.item, {{x, identity(rank)}}, dst, map, [&](OpBuilder &at, ValueRange v) -> Value {
    ScalarMath m{at, loc};
    if (top) return real ? m.maximum(v[1], v[0]) : at.create<arith::MaxSIOp>(loc, v[1], v[0]).getResult();
    if (bottom) return real ? m.minimum(v[1], v[0]) : at.create<arith::MinSIOp>(loc, v[1], v[0]).getResult();
    return real ? reassociatedAdd(at, loc, v[1], v[0]) : at.create<arith::AddIOp>(loc, v[1], v[0]).getResult();
  });
  if (isa<nn::MeanOp>(op)) {
    size_t left = kept.size();
    loopWith(nn::formOf(op->getResult(0)).item, {}, {}, dst, identity(left),
             [&](OpBuilder &at, ValueRange v) { return ScalarMath{at, loc}.mul(v[0], ScalarMath{at, loc}.f32(1.0 / (double)reduced)); });
  }
  buffers[op->getResult(0)] = buffer;
}

void ItemEmitter::emitSumTo(nn::SumToOp op) {
  nn::Form x = nn::formOf(op.getX()), r = nn::formOf(op.getResult());
  Location loc = op.getLoc();
  size_t rank = x.item.size(), skip = rank - r.item.size();
  SmallVector<AffineExpr> exprs;
  SmallVector<int64_t> kept;
  for (size_t i = skip; i < rank; ++i) {
    if (r.item[i - skip] == 1 && x.item[i] != 1) continue;
    exprs.push_back(b.getAffineDimExpr(i));
    kept.push_back(x.item[i]);
  }
  Buffer buffer = bufferFor(op.getResult());
  Value dst = view(buffer, kept);
  fill(dst, 0);
  loop(x.item, {{op.getX(), identity(rank)}}, dst, AffineMap::get(rank, 0, exprs, b.getContext()),
       [&](OpBuilder &at, ValueRange v) { return reassociatedAdd(at, loc, v[1], v[0]); });
  buffers[op.getResult()] = buffer;
}

/// Nested loops over `shape` with the indices.
static void forEach(OpBuilder &b, Location loc, ArrayRef<int64_t> shape, SmallVectorImpl<Value> &indices,
                    llvm::function_ref<void(ArrayRef<Value>)> body) {
  if (indices.size() == shape.size()) return body(indices);
  Value zero = b.create<arith::ConstantIndexOp>(loc, 0), one = b.create<arith::ConstantIndexOp>(loc, 1);
  Value size = b.create<arith::ConstantIndexOp>(loc, shape[indices.size()]);
  auto loop = b.create<scf::ForOp>(loc, zero, size, one);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPoint(loop.getBody()->getTerminator());
  indices.push_back(loop.getInductionVar());
  forEach(b, loc, shape, indices, body);
  indices.pop_back();
}

void ItemEmitter::emitCumsum(nn::CumsumOp op) {
  nn::Form form = nn::formOf(op.getX());
  Location loc = op.getLoc();
  Value x = viewOf(op.getX());
  Buffer buffer = bufferFor(op.getResult());
  Value dst = view(buffer, form.item);
  bool real = isa<FloatType>(form.element);
  int64_t n = form.item.back();
  SmallVector<Value> prefix;
  forEach(b, loc, outer(form.item), prefix, [&](ArrayRef<Value> indices) {
    Value start = real ? ScalarMath{b, loc}.f32(0) : ScalarMath{b, loc}.i32(0);
    b.create<scf::ForOp>(loc, constantIndex(0), constantIndex(n), constantIndex(1), ValueRange{start},
                         [&](OpBuilder &at, Location, Value i, ValueRange carried) {
                           Value place = op.getReverse() ? at.create<arith::SubIOp>(loc, constantIndexAt(at, n - 1), i).getResult() : i;
                           SmallVector<Value> where(indices);
                           where.push_back(place);
                           Value v = at.create<memref::LoadOp>(loc, x, where);
                           Value next = real ? at.create<arith::AddFOp>(loc, carried[0], v).getResult()
                                             : at.create<arith::AddIOp>(loc, carried[0], v).getResult();
                           at.create<memref::StoreOp>(loc, op.getExclusive() ? carried[0] : next, dst, where);
                           at.create<scf::YieldOp>(loc, next);
                         });
  });
  buffers[op.getResult()] = buffer;
}

/// argmax (lowest index wins) and first_true over the last dimension.
void ItemEmitter::emitIndex(Operation *op, Value x) {
  nn::Form form = nn::formOf(x);
  Location loc = op->getLoc();
  Value source = viewOf(x);
  Buffer buffer = bufferFor(op->getResult(0));
  Value dst = view(buffer, outer(form.item));
  int64_t n = form.item.back();
  auto first = dyn_cast<nn::FirstTrueOp>(op);
  SmallVector<Value> prefix;
  forEach(b, loc, outer(form.item), prefix, [&](ArrayRef<Value> indices) {
    ScalarMath m{b, loc};
    auto load = [&](OpBuilder &at, Value i) {
      SmallVector<Value> where(indices);
      where.push_back(i);
      return at.create<memref::LoadOp>(loc, source, where).getResult();
    };
    SmallVector<Value> start;
    if (first) start = {m.i32(first.getOtherwise())};
    else start = {m.i32(0), load(b, constantIndex(0))};
    auto loop = b.create<scf::ForOp>(loc, constantIndex(0), constantIndex(n), constantIndex(1), start,
                                     [&](OpBuilder &at, Location, Value i, ValueRange carried) {
                                       // From the end for first_true: the last hit seen is the first of the row.
                                       Value place = first ? at.create<arith::SubIOp>(loc, constantIndexAt(at, n - 1), i).getResult() : i;
                                       Value v = load(at, place), number = at.create<arith::IndexCastOp>(loc, at.getI32Type(), place);
                                       if (first) {
                                         Value hit = at.create<arith::CmpIOp>(loc, arith::CmpIPredicate::ne, v, at.create<arith::ConstantOp>(loc, at.getI8IntegerAttr(0)));
                                         at.create<scf::YieldOp>(loc, at.create<arith::SelectOp>(loc, hit, number, carried[0]).getResult());
                                         return;
                                       }
                                       Value more = isa<FloatType>(v.getType()) ? at.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OGT, v, carried[1]).getResult()
                                                                                : at.create<arith::CmpIOp>(loc, arith::CmpIPredicate::sgt, v, carried[1]).getResult();
                                       Value bestIndex = at.create<arith::SelectOp>(loc, more, number, carried[0]);
                                       Value best = at.create<arith::SelectOp>(loc, more, v, carried[1]);
                                       at.create<scf::YieldOp>(loc, ValueRange{bestIndex, best});
                                     });
    b.create<memref::StoreOp>(loc, loop.getResult(0), dst, SmallVector<Value>(indices));
  });
  buffers[op->getResult(0)] = buffer;
}

void ItemEmitter::emitTake(nn::TakeOp op) {
  nn::Form x = nn::formOf(op.getX()), k = nn::formOf(op.getK()), r = nn::formOf(op.getResult());
  Location loc = op.getLoc();
  Value source = viewOf(op.getX());
  Buffer buffer = bufferFor(op.getResult());
  SmallVector<AffineExpr> lead;
  for (size_t i = 0; i < k.item.size(); ++i) lead.push_back(b.getAffineDimExpr(i));
  AffineMap kMap = AffineMap::get(r.item.size(), 0, lead, b.getContext());
  loop(r.item, {{op.getK(), kMap}}, view(buffer, r.item), identity(r.item.size()), [&](OpBuilder &at, ValueRange v) -> Value {
    SmallVector<Value> where{clampedIndex(at, v[0], x.item[0])};
    for (size_t i = k.item.size(); i < r.item.size(); ++i) where.push_back(at.create<linalg::IndexOp>(loc, i));
    return at.create<memref::LoadOp>(loc, source, where);
  });
  buffers[op.getResult()] = buffer;
}

void ItemEmitter::emitTakeDx(nn::TakeDxOp op) {
  nn::Form k = nn::formOf(op.getK()), dy = nn::formOf(op.getDy()), r = nn::formOf(op.getResult());
  Location loc = op.getLoc();
  Value indices = viewOf(op.getK()), source = viewOf(op.getDy());
  Buffer buffer = bufferFor(op.getResult());
  Value dst = view(buffer, r.item);
  fill(dst, 0);
  SmallVector<Value> prefix;
  forEach(b, loc, dy.item, prefix, [&](ArrayRef<Value> where) {
    Value index = clampedIndex(b, b.create<memref::LoadOp>(loc, indices, SmallVector<Value>(where.take_front(k.item.size()))), r.item[0]);
    SmallVector<Value> to{index};
    to.append(where.begin() + k.item.size(), where.end());
    Value sum = b.create<arith::AddFOp>(loc, b.create<memref::LoadOp>(loc, dst, to), b.create<memref::LoadOp>(loc, source, SmallVector<Value>(where)));
    b.create<memref::StoreOp>(loc, sum, dst, to);
  });
  buffers[op.getResult()] = buffer;
}

void ItemEmitter::emitGather(nn::GatherOp op) {
  nn::Form table = nn::formOf(op.getTable()), ids = nn::formOf(op.getIds()), r = nn::formOf(op.getResult());
  Location loc = op.getLoc();
  Value source = viewOf(op.getTable());
  Buffer buffer = bufferFor(op.getResult());
  size_t rank = r.item.size();
  SmallVector<AffineExpr> lead;
  for (size_t i = 0; i < ids.item.size(); ++i) lead.push_back(b.getAffineDimExpr(i));
  loop(r.item, {{op.getIds(), AffineMap::get(rank, 0, lead, b.getContext())}}, view(buffer, r.item), identity(rank),
       [&](OpBuilder &at, ValueRange v) -> Value {
         Value row = clampedIndex(at, v[0], table.item[0]);
         return at.create<memref::LoadOp>(loc, source, ValueRange{row, at.create<linalg::IndexOp>(loc, rank - 1)});
       });
  buffers[op.getResult()] = buffer;
}

/// stack, concat, pad: copies of the operands into parts of the result.
void ItemEmitter::emitPieces(Operation *op) {
  nn::Form r = nn::formOf(op->getResult(0));
  Location loc = op->getLoc();
  Buffer buffer = bufferFor(op->getResult(0));
  Value dst = view(buffer, r.item);
  size_t rank = r.item.size(), lead = r.kind == nn::Form::PerRow;
  if (isa<nn::PadOp>(op)) fill(dst, 0);
  int64_t place = 0;
  for (Value x : op->getOperands()) {
    nn::Form form = nn::formOf(x);
    SmallVector<int64_t> offsets(rank, 0), sizes(form.item), strides(rank, 1);
    if (isa<nn::StackOp>(op)) {
      sizes.insert(sizes.begin(), 1);
      offsets[0] = place++;
    } else if (auto concat = dyn_cast<nn::ConcatOp>(op)) {
      size_t d = concat.getDim() - lead;
      offsets[d] = place;
      place += form.item[d];
    } else {
      for (size_t i = 0; i < rank; ++i) offsets[i] = cast<nn::PadOp>(op).getOffsets()[i + lead];
    }
    auto type = isa<nn::StackOp>(op) ? memref::SubViewOp::inferRankReducedResultType(form.item, cast<MemRefType>(dst.getType()), offsets, sizes, strides)
                                     : memref::SubViewOp::inferResultType(cast<MemRefType>(dst.getType()), offsets, sizes, strides);
    Value part = b.create<memref::SubViewOp>(loc, cast<MemRefType>(type), dst, offsets, sizes, strides);
    SmallVector<Leaf> leaves;
    AffineMap map = identity(form.item.size());
    collect(x, map, leaves);
    SmallVector<Input> inputs;
    for (Leaf leaf : leaves) inputs.push_back({leaf.value, leaf.map});
    loop(form.item, inputs, part, map, [&](OpBuilder &at, ValueRange loaded) { return scalar(at, x, map, leaves, loaded); });
  }
  buffers[op->getResult(0)] = buffer;
}

LogicalResult ItemEmitter::emitOp(Operation *op) {
  if (auto reshape = dyn_cast<nn::ReshapeOp>(op)) {
    viewOf(reshape.getX());
    Buffer source = buffers[reshape.getX()];
    if (!outputs.count(reshape.getResult())) return buffers[reshape.getResult()] = source, success();
    // Row-major data keep their order, so one flat copy.
    Buffer target = outputs[reshape.getResult()];
    int64_t n = nn::formOf(reshape.getX()).elements();
    loopWith({n}, {}, {{view(source, {n}), identity(1)}}, view(target, {n}), identity(1), [](OpBuilder &, ValueRange v) { return v[0]; });
    buffers[reshape.getResult()] = target;
    return success();
  }
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case<nn::NormalizeOp>([&](auto o) { return emitNormalize(o), success(); })
      .Case<nn::NormalizeDxOp>([&](auto o) { return emitNormalizeDx(o), success(); })
      .Case<nn::SoftmaxOp>([&](auto o) { return emitSoftmax(o, o.getX(), false), success(); })
      .Case<nn::LogSoftmaxOp>([&](auto o) { return emitSoftmax(o, o.getX(), true), success(); })
      .Case<nn::CrossEntropyOp>([&](auto o) { return emitCrossEntropy(o), success(); })
      .Case<nn::CrossEntropyDxOp>([&](auto o) { return emitCrossEntropyDx(o), success(); })
      .Case<nn::SumOp, nn::MeanOp, nn::ReduceMaxOp, nn::ReduceMinOp>([&](auto o) { return emitReduction(o, o.getX(), o.getDims()), success(); })
      .Case<nn::SumToOp>([&](auto o) { return emitSumTo(o), success(); })
      .Case<nn::CumsumOp>([&](auto o) { return emitCumsum(o), success(); })
      .Case<nn::ArgmaxOp, nn::FirstTrueOp>([&](auto o) { return emitIndex(o, o.getX()), success(); })
      .Case<nn::TakeOp>([&](auto o) { return emitTake(o), success(); })
      .Case<nn::TakeDxOp>([&](auto o) { return emitTakeDx(o), success(); })
      .Case<nn::GatherOp>([&](auto o) { return emitGather(o), success(); })
      .Case<nn::StackOp, nn::ConcatOp, nn::PadOp>([&](auto o) { return emitPieces(o), success(); })
      .Default([&](Operation *o) { return o->emitOpError("has no item kernel on the CPU"), failure(); });
}

}  // namespace offramp::cpu
