#include "backends/cpu/lowering/ScalarMath.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

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
  Value p = f32(1.9875691500e-4);
  for (double c : {1.3981999507e-3, 8.3334519073e-3, 4.1665795894e-2, 1.6666665459e-1, 5.0000001201e-1}) p = fma(p, r, f32(c));
  Value y = add(fma(p, mul(r, r), r), f32(1));
  Value exponent = b.create<arith::FPToSIOp>(loc, b.getI32Type(), n);
  Value bits = b.create<arith::ShLIOp>(loc, b.create<arith::AddIOp>(loc, exponent, i32(127)), i32(23));
  Value scale = b.create<arith::BitcastOp>(loc, b.getF32Type(), bits);
  Value result = mul(y, scale);
  // Below the clamp the result would be a denormal or zero.
  Value tiny = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OLT, x, f32(-87.33));
  Value huge = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OGT, x, f32(88.72));
  result = b.create<arith::SelectOp>(loc, tiny, f32(0), result);
  Value infinity = b.create<arith::ConstantOp>(loc, b.getFloatAttr(b.getF32Type(), APFloat::getInf(APFloat::IEEEsingle())));
  return b.create<arith::SelectOp>(loc, huge, infinity, result);
}

// x = m·2ᵉ with m in [√½, √2), then Cephes' logf polynomial in m - 1.
Value ScalarMath::log(Value x) {
  Type i32Type = b.getI32Type();
  Value bits = b.create<arith::BitcastOp>(loc, i32Type, x);
  Value shifted = b.create<arith::SubIOp>(loc, bits, i32(0x3f3504f3));  // √½: puts m into [√½, √2)
  Value e = b.create<arith::ShRSIOp>(loc, shifted, i32(23));
  Value m = b.create<arith::BitcastOp>(loc, b.getF32Type(), b.create<arith::SubIOp>(loc, bits, b.create<arith::ShLIOp>(loc, e, i32(23))));
  Value f = sub(m, f32(1)), z = mul(f, f);
  Value p = f32(7.0376836292e-2);
  for (double c : {-1.1514610310e-1, 1.1676998740e-1, -1.2420140846e-1, 1.4249322787e-1, -1.6668057665e-1, 2.0000714765e-1, -2.4999993993e-1,
                   3.3333331174e-1})
    p = fma(p, f, f32(c));
  Value y = mul(mul(p, f), z);
  Value ef = b.create<arith::SIToFPOp>(loc, b.getF32Type(), e);
  y = fma(ef, f32(-2.12194440e-4), y);
  y = fma(z, f32(-0.5), y);
  Value result = fma(ef, f32(0.693359375), add(f, y));
  Value zero = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OEQ, x, f32(0));
  Value negative = b.create<arith::CmpFOp>(loc, arith::CmpFPredicate::OLT, x, f32(0));
  Value minusInfinity = b.create<arith::ConstantOp>(loc, b.getFloatAttr(b.getF32Type(), APFloat::getInf(APFloat::IEEEsingle(), true)));
  Value nan = b.create<arith::ConstantOp>(loc, b.getFloatAttr(b.getF32Type(), APFloat::getNaN(APFloat::IEEEsingle())));
  result = b.create<arith::SelectOp>(loc, zero, minusInfinity, result);
  return b.create<arith::SelectOp>(loc, negative, nan, result);
}

Value ScalarMath::sigmoid(Value x) { return div(f32(1), add(f32(1), exp(neg(x)))); }
Value ScalarMath::tanh(Value x) { return sub(f32(1), div(f32(2), add(exp(mul(x, f32(2))), f32(1)))); }
Value ScalarMath::softplus(Value x) { return add(maximum(x, f32(0)), log(add(f32(1), exp(neg(abs(x)))))); }

// Abramowitz and Stegun 7.1.26.
Value ScalarMath::erf(Value x) {
  Value a = abs(x);
  Value t = div(f32(1), fma(a, f32(0.3275911), f32(1)));
  Value p = f32(1.061405429);
  for (double c : {-1.453152027, 1.421413741, -0.284496736, 0.254829592}) p = fma(p, t, f32(c));
  Value y = sub(f32(1), mul(mul(p, t), exp(neg(mul(a, a)))));
  return b.create<math::CopySignOp>(loc, y, x);
}

Value ScalarMath::gelu(Value x) { return mul(mul(x, f32(0.5)), add(f32(1), erf(mul(x, f32(0.70710678118654752))))); }

Value ScalarMath::geluDerivative(Value x) {
  Value cdf = mul(f32(0.5), add(f32(1), erf(mul(x, f32(0.70710678118654752)))));
  Value pdf = mul(f32(0.39894228040143268), exp(mul(f32(-0.5), mul(x, x))));
  return fma(x, pdf, cdf);
}

}  // namespace offramp::cpu
