// Shapes and broadcasting of the reference interpreter's tensors.
#include "backends/reference/Tensor.h"

#include <algorithm>
#include <stdexcept>

namespace offramp::reference {

int64_t elements(const std::vector<int64_t> &shape) {
  int64_t n = 1;
  for (int64_t d : shape) n *= d;
  return n;
}

int64_t Tensor::itemSize() const {
  int64_t n = 1;
  for (size_t d = rows ? 1 : 0; d < shape.size(); ++d) n *= shape[d];
  return n;
}

std::string shapeText(const std::vector<int64_t> &shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + (shape[i] < 0 ? std::string("?") : std::to_string(shape[i]));
  return text + "]";
}

const char *dtypeName(Dtype dtype) {
  switch (dtype) {
    case Dtype::F32: return "f32";
    case Dtype::I1: return "i1";
    case Dtype::U8: return "u8";
    case Dtype::I32: return "i32";
    case Dtype::I64: return "i64";
  }
  return "?";
}

Tensor makeTensor(Dtype dtype, std::vector<int64_t> shape, bool rows) {
  Tensor t;
  t.dtype = dtype;
  t.rows = rows;
  t.data.assign(elements(shape), 0.0);
  t.shape = std::move(shape);
  return t;
}

Tensor makeScalar(Dtype dtype, double value) {
  Tensor t = makeTensor(dtype, {});
  t.data[0] = value;
  return t;
}

Tensor makeLike(const Tensor &like, Dtype dtype, const std::vector<int64_t> &itemShape) {
  std::vector<int64_t> shape;
  if (like.rows) shape.push_back(like.shape[0]);
  shape.insert(shape.end(), itemShape.begin(), itemShape.end());
  return makeTensor(dtype, std::move(shape), like.rows);
}

int64_t commonRows(const std::vector<const Tensor *> &operands) {
  int64_t rows = -1;
  for (const Tensor *t : operands) {
    if (!t->rows) continue;
    if (rows >= 0 && t->shape[0] != rows)
      throw std::runtime_error("operands have " + std::to_string(rows) + " and " + std::to_string(t->shape[0]) + " rows");
    rows = t->shape[0];
  }
  return rows;
}

std::vector<int64_t> broadcastItems(const std::vector<const Tensor *> &operands) {
  std::vector<int64_t> out;
  for (const Tensor *t : operands) {
    std::vector<int64_t> a = out, b = t->itemShape();
    if (a.size() < b.size()) std::swap(a, b);
    out = a;
    for (size_t i = 0; i < b.size(); ++i) {
      int64_t &x = out[out.size() - 1 - i];
      int64_t y = b[b.size() - 1 - i];
      if (x == y || y == 1) continue;
      if (x != 1) throw std::runtime_error("shapes " + shapeText(a) + " and " + shapeText(b) + " do not broadcast");
      x = y;
    }
  }
  return out;
}

std::vector<int64_t> broadcastIndex(const Tensor &operand, int64_t rows, const std::vector<int64_t> &itemShape) {
  std::vector<int64_t> from = operand.itemShape();
  // Stride of the operand for each dimension of the result's item: 0 where it is stretched or absent.
  std::vector<int64_t> stride(itemShape.size(), 0);
  int64_t step = 1;
  for (size_t i = 0; i < from.size(); ++i) {
    size_t d = itemShape.size() - 1 - i;
    int64_t size = from[from.size() - 1 - i];
    stride[d] = size == 1 ? 0 : step;
    step *= size;
  }
  int64_t count = elements(itemShape), items = rows < 0 ? 1 : rows;
  std::vector<int64_t> index(count * items);
  std::vector<int64_t> at(itemShape.size(), 0);
  for (int64_t e = 0, source = 0; e < count; ++e) {
    for (int64_t r = 0; r < items; ++r) index[r * count + e] = source + (operand.rows ? r * step : 0);
    for (size_t d = itemShape.size(); d-- > 0;) {  // odometer over the item
      source += stride[d];
      if (++at[d] < itemShape[d]) break;
      source -= stride[d] * itemShape[d];
      at[d] = 0;
    }
  }
  return index;
}

}  // namespace offramp::reference
