// The oracle's adjoint ops against central differences of its forward ops, in double precision: every A… of docs/spec/ops.md that names a
// derivative. (That the compiler builds derivatives from them correctly is tests/conformance/GradientTest.cpp.)
#include "backends/reference/OpTable.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <functional>
#include <random>

using namespace offramp::reference;

namespace {

using Values = std::vector<Tensor>;

struct Generator {
  std::mt19937_64 engine;
  explicit Generator(uint64_t seed) : engine(seed) { BOOST_TEST_MESSAGE("seed " << seed); }
  Tensor operator()(std::vector<int64_t> shape, bool rows = false) {
    Tensor t = makeTensor(Dtype::F32, std::move(shape), rows);
    std::normal_distribution<double> normal;
    for (double &v : t.data) v = normal(engine);
    return t;
  }
  Tensor indices(std::vector<int64_t> shape, int64_t bound, bool rows = false) {
    Tensor t = makeTensor(Dtype::I32, std::move(shape), rows);
    for (double &v : t.data) v = engine() % bound;
    return t;
  }
};

Op makeOp(const std::string &name, std::map<std::string, Attribute> attributes = {}, std::vector<Type> results = {}) {
  Op op;
  op.name = name;
  op.attributes = std::move(attributes);
  op.resultTypes = std::move(results);
  op.function = findFunction(name);
  BOOST_TEST_REQUIRE(op.function, name);
  return op;
}
Values evaluate(const Op &op, const Values &values) {
  Operands operands;
  for (const Tensor &t : values) operands.push_back(&t);
  return op.function(op, operands, {});
}
Type typeOf(const Tensor &t) {
  Type type{Type::PerSample, t.dtype, t.shape};
  if (t.rows) type.shape[0] = -1;
  return type;
}

/// adjoint must be d Σ dy·forward(values) / d values[i].
void checkAdjoint(const Op &forward, Values values, size_t i, const Tensor &dy, const Tensor &adjoint) {
  BOOST_TEST_REQUIRE(adjoint.shape == values[i].shape, boost::test_tools::per_element());
  const double step = 1e-5;
  auto total = [&] {
    Tensor y = evaluate(forward, values)[0];
    BOOST_TEST_REQUIRE(y.size() == dy.size());
    double s = 0;
    for (int64_t j = 0; j < y.size(); ++j) s += y.data[j] * dy.data[j];
    return s;
  };
  double difference = 0, norm = 0;
  for (int64_t j = 0; j < adjoint.size(); ++j) {
    double at = values[i].data[j];
    values[i].data[j] = at + step;
    double up = total();
    values[i].data[j] = at - step;
    double down = total();
    values[i].data[j] = at;
    double slope = (up - down) / (2 * step);
    difference += (slope - adjoint.data[j]) * (slope - adjoint.data[j]);
    norm += slope * slope;
  }
  BOOST_TEST(norm > 0, forward.name);
  BOOST_TEST(std::sqrt(difference / norm) < 1e-7, forward.name << ": relative error " << std::sqrt(difference / norm));
}

}  // namespace

BOOST_AUTO_TEST_CASE(linearAndGather) {
  Generator random(1);
  Tensor x = random({3, 4}, true), w = random({4, 5}), dy = random({3, 5}, true);
  checkAdjoint(makeOp("nn.linear"), {x, w}, 0, dy, evaluate(makeOp("nn.linear_dx"), {dy, w})[0]);
  checkAdjoint(makeOp("nn.linear"), {x, w}, 1, dy, evaluate(makeOp("nn.linear_dw"), {x, dy})[0]);
  Tensor table = random({6, 2}), ids = random.indices({5}, 6, true), dt = random({5, 2}, true);
  checkAdjoint(makeOp("nn.gather"), {table, ids}, 0, dt, evaluate(makeOp("nn.gather_dw", {}, {typeOf(table)}), {ids, dt})[0]);
}

BOOST_AUTO_TEST_CASE(normalizeGeluAndCrossEntropy) {
  Generator random(2);
  Tensor x = random({3, 6}, true), dy = random({3, 6}, true);
  std::map<std::string, Attribute> eps = {{"eps", 0.1}};
  checkAdjoint(makeOp("nn.normalize", eps), {x}, 0, dy, evaluate(makeOp("nn.normalize_dx", eps), {x, dy})[0]);
  checkAdjoint(makeOp("nn.gelu"), {x}, 0, dy, evaluate(makeOp("nn.gelu_dx"), {x, dy})[0]);
  Tensor f = random({4, 5}), label = makeScalar(Dtype::I32, 3), d = random({4});
  checkAdjoint(makeOp("nn.cross_entropy"), {f, label}, 0, d, evaluate(makeOp("nn.cross_entropy_dx"), {f, label, d})[0]);
}

BOOST_AUTO_TEST_CASE(attentionOfAllRowsOfOneAndOfTheRest) {
  Generator random(3);
  std::map<std::string, Attribute> heads = {{"heads", int64_t(2)}};
  for (auto [shape, rows] : {std::pair{std::vector<int64_t>{5, 6}, true}, {std::vector<int64_t>{6}, false}, {std::vector<int64_t>{4, 6}, true}}) {
    Tensor q = random(shape, rows), kv = random({5, 12}, true), dy = random(shape, rows);
    Values grad = evaluate(makeOp("nn.attention_grad", heads), {q, kv, dy});
    checkAdjoint(makeOp("nn.attention", heads), {q, kv}, 0, dy, grad[0]);
    checkAdjoint(makeOp("nn.attention", heads), {q, kv}, 1, dy, grad[1]);
  }
}

BOOST_AUTO_TEST_CASE(convolutionAndPooling) {
  Generator random(4);
  for (auto [stride, pad] : {std::pair<int64_t, int64_t>{1, 1}, {2, 0}}) {
    std::map<std::string, Attribute> a = {{"stride", stride}, {"pad", pad}};
    Tensor x = random({2, 5, 4}), w = random({3, 2, 3, 2});
    Tensor y = evaluate(makeOp("nn.conv2d", a), {x, w})[0], dy = random(y.shape);
    checkAdjoint(makeOp("nn.conv2d", a), {x, w}, 0, dy, evaluate(makeOp("nn.conv2d_dx", a, {typeOf(x)}), {dy, w})[0]);
    checkAdjoint(makeOp("nn.conv2d", a), {x, w}, 1, dy, evaluate(makeOp("nn.conv2d_dw", a, {typeOf(w)}), {x, dy})[0]);
  }
  std::map<std::string, Attribute> a = {{"size", int64_t(3)}, {"stride", int64_t(2)}};
  Tensor x = random({2, 7, 5});
  Tensor y = evaluate(makeOp("nn.max_pool2d", a), {x})[0], dy = random(y.shape);
  checkAdjoint(makeOp("nn.max_pool2d", a), {x}, 0, dy, evaluate(makeOp("nn.max_pool2d_dx", a), {x, dy})[0]);
}

BOOST_AUTO_TEST_CASE(movesAndBroadcasts) {
  Generator random(5);
  Tensor x = random({4, 3, 2}), k = random.indices({5}, 4), dy = random({5, 3, 2});
  checkAdjoint(makeOp("nn.take"), {x, k}, 0, dy, evaluate(makeOp("nn.take_dx", {}, {typeOf(x)}), {k, dy})[0]);

  Op slice = makeOp("nn.slice", {{"offsets", std::vector<int64_t>{1, 0, 1}}, {"sizes", std::vector<int64_t>{2, 3, 1}}});
  Op pad = makeOp("nn.pad", {{"offsets", std::vector<int64_t>{1, 0, 1}}}, {typeOf(x)});
  Tensor ds = random({2, 3, 1});
  checkAdjoint(slice, {x}, 0, ds, evaluate(pad, {ds})[0]);

  Tensor h = random({4, 3}, true), b = random({3}), dh = random({4, 3}, true);
  checkAdjoint(makeOp("nn.mul"), {h, b}, 1, dh, evaluate(makeOp("nn.sum_to", {}, {typeOf(b)}), {evaluate(makeOp("nn.mul"), {h, dh})[0]})[0]);
  Tensor column = random({4, 3, 1}), dx = random({4, 3, 2});
  checkAdjoint(makeOp("nn.add"), {column, x}, 0, dx, evaluate(makeOp("nn.sum_to", {}, {typeOf(column)}), {dx})[0]);

  checkAdjoint(makeOp("nn.spread"), {b, h}, 0, dh, evaluate(makeOp("nn.sum_rows"), {dh})[0]);
  Tensor db = random({3});
  checkAdjoint(makeOp("nn.mean_rows"), {h}, 0, db, evaluate(makeOp("nn.spread", {{"mean", true}}), {db, h})[0]);
  Tensor zero = makeTensor(Dtype::F32, {4, 3}, true);
  checkAdjoint(makeOp("nn.row"), {h}, 0, db, evaluate(makeOp("nn.add_row"), {zero, db})[0]);
}
