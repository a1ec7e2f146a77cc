#include "backends/cpu/lowering/ScalarMath.h"

#include "backends/cpu/formulas/FittedQuotients.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

#include <cmath>

using namespace mlir;

namespace offramp::cpu {

Value ScalarMath::f32(double value) { return b.create<arith::ConstantOp>(loc, b.getF32FloatAttr((float)value)); }
Value ScalarMath::i32(int64_t value) { return b.create<arith::ConstantOp>(loc, b.getI32IntegerAttr(value)); }
Value ScalarMath::add(Value x, Value y) { return b.create<arith::AddFOp>(loc, x, y); }
Value ScalarMath::sub(Value x, Value y) { return b.create<arith::SubFOp>(loc, x, y); }
Value ScalarMath::mul(Value x, Value y) { return b.create<arith::MulFOp>(loc, x, y); }
Value ScalarMath::div(Value x, Value y) { return b.create<arith::DivFOp>(loc, x, y); }
Value ScalarMath::fma(Value x, Value y, Value z) { return b.create<math::FmaOp>(loc, x, y, z); }
Value ScalarMath::minimum(Value x, Value y) { return b.create<arith::MinimumFOp>(loc, x, y); }
Value ScalarMath::maximum(Value x, Value y) { return b.create<arith::MaximumFOp>(loc, x, y); }
Value ScalarMath::neg(Value x) { return b.create<arith::NegFOp>(loc, x); }
Value ScalarMath::abs(Value x) { return b.create<math::AbsFOp>(loc, x); }
Value ScalarMath::sqrt(Value x) { return b.create<math::SqrtOp>(loc, x); }

// Range reduction x = n·ln 2 + r with ln 2 in two parts, then a degree-5 polynomial (coefficients of Cephes' expf).
Value ScalarMath::exp(Value x) {
  Value clamped = minimum(maximum(x, f32(-87.33)), f32(88.37));
  Value n = b.create<math::RoundEvenOp>(loc, mul(clamped, f32(1.44269504088896341)));
  Value r = fma(n, f32(-0.693359375), clamped);
  r = fma(n, f32(2.12194440e-4), r);
  Value p = polynomial({1.9875691500e-4f, 1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f}, r);
  Value y = add(fma(p, mul(r, r), r), f32(1));
  Value exponent = b.create<arith::FPToSIOp>(loc, b.getI32Type(), n);
  Value bits = b.create<arith::ShLIOp>(loc, b.create<arith::AddIOp>(loc, exponent, i32(127)), i32(23));
  Value scale = b.create<arith::BitcastOp>(loc, b.getF32Type(), bits);
  Value result = mul(y, scale);
  // Below the clamp the result would be a denormal or zero.
  Value tiny = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OLT, x, f32(-87.33));
  Value huge = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OGT, x, f32(88.72));
  result = b.create<arith::SelectOp>(loc, tiny, f32(0), result);
  return b.create<arith::SelectOp>(loc, huge, f32(INFINITY), result);
}

// x = m·2ᵉ with m in [√½, √2), then Cephes' logf polynomial in m - 1.
Value ScalarMath::log(Value x) {
  Type i32Type = b.getI32Type();
  Value bits = b.create<arith::BitcastOp>(loc, i32Type, x);
  Value shifted = b.create<arith::SubIOp>(loc, bits, i32(0x3f3504f3));  // √½: puts m into [√½, √2)
  Value e = b.create<arith::ShRSIOp>(loc, shifted, i32(23));
  Value m = b.create<arith::BitcastOp>(loc, b.getF32Type(), b.create<arith::SubIOp>(loc, bits, b.create<arith::ShLIOp>(loc, e, i32(23))));
  Value f = sub(m, f32(1)), z = mul(f, f);
  Value p = polynomial({7.0376836292e-2f, -1.1514610310e-1f, 1.1676998740e-1f, -1.2420140846e-1f, 1.4249322787e-1f, -1.6668057665e-1f, 2.0000714765e-1f,
                        -2.4999993993e-1f, 3.3333331174e-1f},
                       f);
  Value y = mul(mul(p, f), z);
  Value ef = b.create<arith::SIToFPOp>(loc, b.getF32Type(), e);
  y = fma(ef, f32(-2.12194440e-4), y);
  y = fma(z, f32(-0.5), y);
  Value result = fma(ef, f32(0.693359375), add(f, y));
  Value zero = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OEQ, x, f32(0));
  Value negative = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OLT, x, f32(0));
  result = b.create<arith::SelectOp>(loc, zero, f32(-INFINITY), result);
  result = b.create<arith::SelectOp>(loc, negative, f32(NAN), result);
  Value finite = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OLT, x, f32(INFINITY));
  return b.create<arith::SelectOp>(loc, finite, result, x);  // infinity and NaN are their own logarithms
}

Value ScalarMath::sigmoid(Value x) { return div(f32(1), add(f32(1), exp(neg(x)))); }
Value ScalarMath::softplus(Value x) { return add(maximum(x, f32(0)), log(add(f32(1), exp(neg(abs(x)))))); }

Value ScalarMath::polynomial(ArrayRef<float> coefficients, Value t) {
  Value y = f32(coefficients.front());
  for (float c : coefficients.drop_front()) y = fma(y, t, f32(c));
  return y;
}
template <int P, int Q>
std::pair<Value, Value> ScalarMath::quotient(const FittedQuotient<P, Q> &f, Value x) {
  Value c = minimum(maximum(x, f32(-f.bound)), f32(f.bound)), t = mul(c, c);
  return {mul(c, polynomial(f.p, t)), div(f32(1), polynomial(f.q, t))};
}

Value ScalarMath::tanh(Value x) {
  auto [over, inverse] = quotient(kTanh, x);
  return minimum(maximum(mul(over, inverse), f32(-1)), f32(1));
}
Value ScalarMath::gelu(Value x) {
  Value h = mul(x, f32(0.5));
  auto [over, inverse] = quotient(kErfOfRootHalf, x);
  return fma(mul(h, over), inverse, h);
}
Value ScalarMath::geluDerivative(Value x) {
  auto [over, inverse] = quotient(kGeluSlope, x);
  return fma(over, inverse, f32(0.5));
}

}  // namespace offramp::cpu
