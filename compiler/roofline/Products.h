// Multiply-adds of matrix products, attention and convolutions, at the sample and at the batch level: the one place where they are counted.
#pragma once

#include "mlir/IR/Value.h"

#include <optional>

namespace mlir {
class Operation;
}

namespace offramp {

struct Product {
  double macs = 0;         ///< for each item (row or sample) of `items`
  bool perKeyRow = false;  ///< … and for each row of the item's sample: attention
  mlir::Value items;
};

/// Nothing for an operation that is no product.
std::optional<Product> productOf(mlir::Operation *op);

}  // namespace offramp
