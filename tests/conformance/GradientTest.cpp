// Every derivative of the `nn` dialect against central differences in double precision: random operands, broadcast cases, shared operands.
// Whole programs are in StepGradientTest.cpp.
#include "tests/conformance/GradientCheck.h"

#include <boost/test/unit_test.hpp>

using namespace offramp::test;

static const std::string rows = "!nn.sample<?x4xf32>", sample = "!nn.sample<4xf32>", matrix = "!nn.sample<3x4xf32>", shared = "tensor<4xf32>",
                         scalar = "!nn.sample<f32>";

static std::vector<GradientCase> cases() {
  std::vector<GradientCase> all;
  auto add = [&](std::string name, std::string op, std::vector<GradientOperand> operands, std::string result, std::string attributes = "") {
    all.push_back({name, op, attributes, operands, result});
  };
  const GradientOperand positive{rows, Draw::Positive};
  for (std::string op : {"neg", "exp", "tanh", "sigmoid", "gelu", "relu", "softplus", "abs", "softmax", "log_softmax"}) {
    add(op + " rows", "nn." + op, {{rows}}, rows);
    add(op + " shared", "nn." + op, {{shared}}, shared);
  }
  add("log", "nn.log", {positive}, rows);
  add("sqrt", "nn.sqrt", {positive}, rows);
  for (std::string op : {"add", "sub", "mul", "div", "min", "max"}) {
    Draw draw = op == "div" ? Draw::Positive : Draw::Normal;
    add(op, "nn." + op, {{rows}, {rows, draw}}, rows);
    add(op + " itself", "nn." + op, {{rows, Draw::Positive}, {rows, draw, 0, 0}}, rows);
    add(op + " shared vector", "nn." + op, {{rows}, {shared, draw}}, rows);
    add(op + " shared scalar first", "nn." + op, {{"tensor<f32>"}, {rows, draw}}, rows);
    add(op + " stretched", "nn." + op, {{"!nn.sample<3x1xf32>"}, {matrix, draw}}, matrix);
    add(op + " both stretched", "nn." + op, {{"!nn.sample<3x1xf32>"}, {"!nn.sample<1x4xf32>", draw}}, matrix);
    add(op + " shared stretched", "nn." + op, {{matrix}, {"tensor<3x1xf32>", draw}}, matrix);
    add(op + " scalar", "nn." + op, {{scalar}, {matrix, draw}}, matrix);
    add(op + " shared only", "nn." + op, {{"tensor<3x4xf32>"}, {shared, draw}}, "tensor<3x4xf32>");
    add(op + " row scalars", "nn." + op, {{"!nn.sample<?x1xf32>"}, {rows, draw}}, rows);
  }
  add("select", "nn.select", {{"!nn.sample<?x4xi1>", Draw::Truth}, {rows}, {rows}}, rows);
  add("select broadcast", "nn.select", {{"!nn.sample<3x1xi1>", Draw::Truth}, {scalar}, {shared}}, matrix);
  add("broadcast", "nn.broadcast", {{"!nn.sample<1x4xf32>"}}, matrix);
  add("broadcast shared", "nn.broadcast", {{shared}}, matrix);

  add("linear rows", "nn.linear", {{rows}, {"tensor<4x5xf32>"}, {"tensor<5xf32>"}}, "!nn.sample<?x5xf32>");
  add("linear without bias", "nn.linear", {{sample}, {"tensor<4x5xf32>"}}, "!nn.sample<5xf32>");
  add("linear matrix", "nn.linear", {{matrix}, {"tensor<4x5xf32>"}, {"tensor<5xf32>"}}, "!nn.sample<3x5xf32>");
  add("linear shared", "nn.linear", {{"tensor<3x4xf32>"}, {"tensor<4x5xf32>"}, {"tensor<5xf32>"}}, "tensor<3x5xf32>");
  add("normalize rows", "nn.normalize", {{rows}}, rows, "{eps = 1.0e-5}");
  add("normalize sample", "nn.normalize", {{matrix}}, matrix, "{eps = 1.0e-1}");
  add("cross_entropy", "nn.cross_entropy", {{matrix}, {"!nn.sample<i32>", Draw::Index, 4}}, "!nn.sample<3xf32>");
  add("cross_entropy one", "nn.cross_entropy", {{sample}, {"!nn.sample<i32>", Draw::Index, 4}}, scalar);
  add("attention", "nn.attention", {{rows}, {"!nn.sample<?x8xf32>"}}, rows, "{heads = 2 : i64}");
  add("attention of one row", "nn.attention", {{sample}, {"!nn.sample<?x8xf32>"}}, sample, "{heads = 1 : i64}");
  add("gather rows", "nn.gather", {{"tensor<5x4xf32>"}, {"!nn.sample<?xi32>", Draw::Index, 5}}, rows);
  add("gather sample", "nn.gather", {{"tensor<5x4xf32>"}, {"!nn.sample<i32>", Draw::Index, 5}}, sample);
  add("conv2d", "nn.conv2d", {{"!nn.sample<2x5x4xf32>"}, {"tensor<3x2x3x3xf32>"}, {"tensor<3xf32>"}}, "!nn.sample<3x5x4xf32>",
      "{stride = 1 : i64, pad = 1 : i64}");
  add("conv2d strided", "nn.conv2d", {{"!nn.sample<2x5x5xf32>"}, {"tensor<3x2x2x2xf32>"}}, "!nn.sample<3x2x2xf32>", "{stride = 2 : i64, pad = 0 : i64}");
  add("max_pool2d", "nn.max_pool2d", {{"!nn.sample<2x4x4xf32>"}}, "!nn.sample<2x2x2xf32>", "{size = 2 : i64, stride = 2 : i64}");
  add("max_pool2d overlapping", "nn.max_pool2d", {{"!nn.sample<2x4x4xf32>"}}, "!nn.sample<2x3x3xf32>", "{size = 2 : i64, stride = 1 : i64}");

  add("row", "nn.row", {{rows}}, sample);
  add("rest", "nn.rest", {{rows}}, rows);
  add("join", "nn.join", {{sample}, {rows}}, rows);
  add("mean_rows", "nn.mean_rows", {{rows}}, sample);
  add("sum_rows", "nn.sum_rows", {{rows}}, sample);
  add("to_rows of one", "nn.to_rows", {{"!nn.sample<3x4xf32>"}}, rows);
  add("mean_samples", "nn.mean_samples", {{sample}}, shared);
  add("sum_samples", "nn.sum_samples", {{scalar}}, "tensor<f32>");

  for (std::string op : {"sum", "mean", "reduce_max", "reduce_min"}) {
    add(op + " last", "nn." + op, {{matrix}}, "!nn.sample<3xf32>", "{dims = array<i64: 1>}");
    add(op + " all", "nn." + op, {{matrix}}, scalar, "{dims = array<i64: 0, 1>}");
    add(op + " rows", "nn." + op, {{rows}}, "!nn.sample<?xf32>", "{dims = array<i64: 1>}");
    add(op + " rows first", "nn." + op, {{"!nn.sample<?x3x4xf32>"}}, rows, "{dims = array<i64: 1>}");
    add(op + " shared", "nn." + op, {{"tensor<3x4xf32>"}}, shared, "{dims = array<i64: 0>}");
  }
  for (std::string reverse : {"true", "false"})
    for (std::string exclusive : {"true", "false"})
      add("cumsum " + reverse + " " + exclusive, "nn.cumsum", {{matrix}}, matrix, "{reverse = " + reverse + ", exclusive = " + exclusive + "}");
  add("take", "nn.take", {{sample}, {"!nn.sample<6xi32>", Draw::Index, 4}}, "!nn.sample<6xf32>");
  add("take one of a matrix", "nn.take", {{matrix}, {"!nn.sample<i32>", Draw::Index, 3}}, sample);
  add("take from shared", "nn.take", {{"tensor<3x4xf32>"}, {"!nn.sample<5xi32>", Draw::Index, 3}}, "!nn.sample<5x4xf32>");
  add("take at shared", "nn.take", {{matrix}, {"tensor<5xi32>", Draw::Index, 3}}, "!nn.sample<5x4xf32>");

  add("stack", "nn.stack", {{sample}, {sample}, {sample}}, matrix);
  add("stack itself", "nn.stack", {{sample}, {sample, Draw::Normal, 0, 0}}, "!nn.sample<2x4xf32>");
  add("stack shared", "nn.stack", {{sample}, {shared}}, "!nn.sample<2x4xf32>");
  add("stack scalars", "nn.stack", {{scalar}, {scalar}}, "!nn.sample<2xf32>");
  add("stack rows", "nn.stack", {{rows}, {rows}}, "!nn.sample<?x2x4xf32>");
  add("concat", "nn.concat", {{matrix}, {"!nn.sample<2x4xf32>"}}, "!nn.sample<5x4xf32>", "{dim = 0 : i64}");
  add("concat last", "nn.concat", {{matrix}, {"!nn.sample<3x2xf32>"}}, "!nn.sample<3x6xf32>", "{dim = 1 : i64}");
  add("concat rows", "nn.concat", {{rows}, {"!nn.sample<?x2xf32>"}}, "!nn.sample<?x6xf32>", "{dim = 1 : i64}");
  add("concat shared", "nn.concat", {{"tensor<1x4xf32>"}, {matrix}}, "!nn.sample<4x4xf32>", "{dim = 0 : i64}");
  add("slice", "nn.slice", {{matrix}}, "!nn.sample<2x2xf32>", "{offsets = array<i64: 1, 2>, sizes = array<i64: 2, 2>}");
  add("slice rows", "nn.slice", {{rows}}, "!nn.sample<?x2xf32>", "{offsets = array<i64: 0, 1>, sizes = array<i64: -1, 2>}");
  add("reshape", "nn.reshape", {{matrix}}, "!nn.sample<2x6xf32>");
  add("reshape rows", "nn.reshape", {{rows}}, "!nn.sample<?x2x2xf32>");
  add("transpose", "nn.transpose", {{"!nn.sample<2x3x4xf32>"}}, "!nn.sample<4x2x3xf32>", "{permutation = array<i64: 2, 0, 1>}");
  add("transpose rows", "nn.transpose", {{"!nn.sample<?x2x3xf32>"}}, "!nn.sample<?x3x2xf32>", "{permutation = array<i64: 0, 2, 1>}");
  return all;
}

BOOST_AUTO_TEST_CASE(EveryDerivativeEqualsCentralDifferences) {
  uint64_t seed = 20240;
  for (const GradientCase &c : cases()) {
    ++seed;
    BOOST_TEST_CONTEXT(c.name << ", seed " << seed) {
      try {
        double error = opGradientError(c, seed);
        BOOST_TEST(error < 1e-7);
      } catch (const std::exception &e) {
        BOOST_ERROR(e.what());
      }
    }
  }
}

/// `like` lends its row count only, so spread has one adjoint.
BOOST_AUTO_TEST_CASE(SpreadSumsOverTheRows) {
  for (std::string mean : {"true", "false"})
    for (std::string v : {sample, shared}) {
      GradientCase c{"spread", "nn.spread", "{mean = " + mean + "}", {{v}, {"!nn.sample<?xi32>", Draw::Index, 3}}, rows};
      BOOST_TEST(opGradientError(c, 7) < 1e-7);
    }
}
