// Scalar f32 formulas as IR: LLVM's loop vectorizer turns them into vector code, which libm calls would prevent (toolchain measurements in
// docs/performance.md). Relative error of each is at most a few ulp unless its comment says otherwise.
#pragma once

#include "mlir/IR/Builders.h"
#include "mlir/IR/Value.h"

namespace offramp::cpu {

template <int P, int Q>
struct FittedQuotient;

/// Emits arithmetic on scalars at the builder's insertion point.
struct ScalarMath {
  mlir::OpBuilder &b;
  mlir::Location loc;

  mlir::Value f32(double value);
  mlir::Value i32(int64_t value);
  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  mlir::Value div(mlir::Value x, mlir::Value y);
  mlir::Value fma(mlir::Value x, mlir::Value y, mlir::Value z);
  mlir::Value minimum(mlir::Value x, mlir::Value y);  ///< NaN if either is
  mlir::Value maximum(mlir::Value x, mlir::Value y);
  mlir::Value neg(mlir::Value x);
  mlir::Value abs(mlir::Value x);
  mlir::Value sqrt(mlir::Value x);

  mlir::Value exp(mlir::Value x);
  mlir::Value log(mlir::Value x);
  mlir::Value sigmoid(mlir::Value x);
  mlir::Value softplus(mlir::Value x);  ///< log(1 + eˣ) without overflow
  // Those of FittedQuotients.h, the formulas of the kernels' own code.
  mlir::Value tanh(mlir::Value x);
  mlir::Value gelu(mlir::Value x);            ///< x·Φ(x)
  mlir::Value geluDerivative(mlir::Value x);  ///< Φ(x) + x·φ(x)

private:
  mlir::Value polynomial(llvm::ArrayRef<float> coefficients, mlir::Value t);  ///< highest power first
  /// Numerator, and the denominator's reciprocal.
  template <int P, int Q>
  std::pair<mlir::Value, mlir::Value> quotient(const FittedQuotient<P, Q> &f, mlir::Value x);
};

}  // namespace offramp::cpu
