// A value of one sample, or a shared value, as the reference interpreter holds it. Every number is a double; integers and truth values are
// held exactly. Deliberately no views, no strides and no element types: the oracle is written to be read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace offramp::reference {

enum class Dtype { F32, I1, U8, I32, I64 };

struct Tensor {
  Dtype dtype = Dtype::F32;
  bool rows = false;           ///< dimension 0 counts the rows of the sample: an *item* is one row, else the whole tensor
  std::vector<int64_t> shape;  ///< row-major
  std::vector<double> data;

  int64_t size() const { return (int64_t)data.size(); }
  int64_t rank() const { return (int64_t)shape.size(); }
  /// Items: rows, or 1.
  int64_t items() const { return rows ? shape[0] : 1; }
  std::vector<int64_t> itemShape() const { return {shape.begin() + (rows ? 1 : 0), shape.end()}; }
  int64_t itemSize() const;
  /// Item `i`; a tensor without rows has the same item for every row of the others.
  const double *item(int64_t i) const { return data.data() + (rows ? i * itemSize() : 0); }
  double *item(int64_t i) { return data.data() + (rows ? i * itemSize() : 0); }
};

int64_t elements(const std::vector<int64_t> &shape);
std::string shapeText(const std::vector<int64_t> &shape);
const char *dtypeName(Dtype dtype);

/// Zeros.
Tensor makeTensor(Dtype dtype, std::vector<int64_t> shape, bool rows = false);
Tensor makeScalar(Dtype dtype, double value);
/// Zeros with items of `itemShape`: as many as `like` has rows, one if it has none.
Tensor makeLike(const Tensor &like, Dtype dtype, const std::vector<int64_t> &itemShape);

/// Row count of operands that meet in one op: that of those with rows, which must agree; 0 rows is a count, no rows is -1.
/// Throws std::runtime_error.
int64_t commonRows(const std::vector<const Tensor *> &operands);

/// Item shape after broadcasting by O4 (trailing alignment, sizes equal or 1). Throws std::runtime_error.
std::vector<int64_t> broadcastItems(const std::vector<const Tensor *> &operands);

/// For every element of a result with `rows` rows (-1: none) and `itemShape`, the index of the element of `operand` that broadcasts to it.
std::vector<int64_t> broadcastIndex(const Tensor &operand, int64_t rows, const std::vector<int64_t> &itemShape);

}  // namespace offramp::reference
