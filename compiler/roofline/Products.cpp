// See Products.h.
#include "compiler/roofline/Products.h"

#include "compiler/dialect/Form.h"

using namespace mlir;

namespace offramp {

std::optional<Product> productOf(Operation *op) {
  if (auto linear = dyn_cast<nn::LinearOp>(op))
    return Product{(double)nn::formOf(linear.getX()).elements() * (double)nn::formOf(linear.getW()).item[1], false, linear.getX()};
  if (auto attention = dyn_cast<nn::AttentionOp>(op)) return Product{2.0 * (double)nn::formOf(attention.getQ()).elements(), true, attention.getQ()};
  if (auto conv = dyn_cast<nn::Conv2dOp>(op)) {
    const nn::Form y = nn::formOf(conv.getResult()), w = nn::formOf(conv.getW());
    return Product{(double)y.elements() * (double)(w.item[1] * w.item[2] * w.item[3]), false, conv.getX()};
  }
  return std::nullopt;
}

}  // namespace offramp
