// Convolution and pooling of one sample [C, H, W], and their adjoints: O34, O35.
#include "backends/reference/OpTable.h"

#include <stdexcept>

namespace offramp::reference {

namespace {

/// Calls f(o, c, y, x, i, j, row, column) for every product of a convolution: output (o, y, x), weight (o, c, i, j), input (c, row, column).
/// Products with the zero padding are left out.
template <typename F>
void forEachProduct(const std::vector<int64_t> &in, const std::vector<int64_t> &w, const std::vector<int64_t> &out, int64_t stride,
                    int64_t pad, F f) {
  if (in.size() != 3 || w.size() != 4 || out.size() != 3 || w[1] != in[0] || out[0] != w[0])
    throw std::runtime_error("O34: shapes " + shapeText(in) + ", " + shapeText(w) + " and " + shapeText(out) + " do not fit");
  for (int64_t o = 0; o < w[0]; ++o)
    for (int64_t y = 0; y < out[1]; ++y)
      for (int64_t x = 0; x < out[2]; ++x)
        for (int64_t c = 0; c < w[1]; ++c)
          for (int64_t i = 0; i < w[2]; ++i)
            for (int64_t j = 0; j < w[3]; ++j) {
              int64_t row = y * stride + i - pad, column = x * stride + j - pad;
              if (row < 0 || row >= in[1] || column < 0 || column >= in[2]) continue;
              f((o * out[1] + y) * out[2] + x, ((o * w[1] + c) * w[2] + i) * w[3] + j, (c * in[1] + row) * in[2] + column);
            }
}

int64_t windows(int64_t in, int64_t size, int64_t stride, int64_t pad) { return (in + 2 * pad - size) / stride + 1; }

/// x [C, H, W], w [O, C, kh, kw], (b [O]) → [O, H', W']
std::vector<Tensor> conv2d(const Op &op, const Operands &x, const Draws &) {
  const Tensor &in = *x[0], &w = *x[1];
  int64_t stride = op.integer("stride"), pad = op.integer("pad");
  Tensor y = makeTensor(Dtype::F32, {w.shape[0], windows(in.shape[1], w.shape[2], stride, pad), windows(in.shape[2], w.shape[3], stride, pad)});
  int64_t area = y.shape[1] * y.shape[2];
  if (x.size() > 2)
    for (int64_t i = 0; i < y.size(); ++i) y.data[i] = x[2]->data[i / area];
  forEachProduct(in.shape, w.shape, y.shape, stride, pad, [&](int64_t o, int64_t k, int64_t i) { y.data[o] += w.data[k] * in.data[i]; });
  return {y};
}

/// dy [O, H', W'], w → [C, H, W], whose size the result's type says
std::vector<Tensor> conv2dDx(const Op &op, const Operands &x, const Draws &) {
  const Tensor &dy = *x[0], &w = *x[1];
  Tensor dx = makeTensor(Dtype::F32, op.resultTypes[0].shape);
  forEachProduct(dx.shape, w.shape, dy.shape, op.integer("stride"), op.integer("pad"),
                 [&](int64_t o, int64_t k, int64_t i) { dx.data[i] += w.data[k] * dy.data[o]; });
  return {dx};
}

/// x [C, H, W], dy [O, H', W'] → [O, C, kh, kw]: one sample's share
std::vector<Tensor> conv2dDw(const Op &op, const Operands &x, const Draws &) {
  Tensor dw = makeTensor(Dtype::F32, op.resultTypes[0].shape);
  forEachProduct(x[0]->shape, dw.shape, x[1]->shape, op.integer("stride"), op.integer("pad"),
                 [&](int64_t o, int64_t k, int64_t i) { dw.data[k] += x[0]->data[i] * x[1]->data[o]; });
  return {dw};
}

/// Index in x of the greatest cell of every window; the first wins.
std::vector<int64_t> poolIndex(const Tensor &x, int64_t size, int64_t stride, int64_t &height, int64_t &width) {
  height = windows(x.shape[1], size, stride, 0);
  width = windows(x.shape[2], size, stride, 0);
  std::vector<int64_t> index;
  for (int64_t c = 0; c < x.shape[0]; ++c)
    for (int64_t r = 0; r < height; ++r)
      for (int64_t s = 0; s < width; ++s) {
        int64_t best = -1;
        for (int64_t i = 0; i < size; ++i)
          for (int64_t j = 0; j < size; ++j) {
            int64_t at = (c * x.shape[1] + r * stride + i) * x.shape[2] + s * stride + j;
            if (best < 0 || x.data[at] > x.data[best]) best = at;
          }
        index.push_back(best);
      }
  return index;
}

std::vector<Tensor> maxPool2d(const Op &op, const Operands &x, const Draws &) {
  int64_t height, width;
  std::vector<int64_t> index = poolIndex(*x[0], op.integer("size"), op.integer("stride"), height, width);
  Tensor y = makeTensor(Dtype::F32, {x[0]->shape[0], height, width});
  for (int64_t i = 0; i < y.size(); ++i) y.data[i] = x[0]->data[index[i]];
  return {y};
}

std::vector<Tensor> maxPool2dDx(const Op &op, const Operands &x, const Draws &) {
  int64_t height, width;
  std::vector<int64_t> index = poolIndex(*x[0], op.integer("size"), op.integer("stride"), height, width);
  if ((int64_t)index.size() != x[1]->size()) throw std::runtime_error("O35: the adjoint does not fit the windows");
  Tensor dx = makeTensor(Dtype::F32, x[0]->shape);
  for (size_t i = 0; i < index.size(); ++i) dx.data[index[i]] += x[1]->data[i];
  return {dx};
}

}  // namespace

void addConvolutions(OpTable &t) {
  t["nn.conv2d"] = conv2d;
  t["nn.conv2d_dx"] = conv2dDx;
  t["nn.conv2d_dw"] = conv2dDw;
  t["nn.max_pool2d"] = maxPool2d;
  t["nn.max_pool2d_dx"] = maxPool2dDx;
}

}  // namespace offramp::reference
