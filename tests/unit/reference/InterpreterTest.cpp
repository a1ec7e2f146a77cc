// What the interpreter promises besides the arithmetic of ops (tests/conformance): exits, stages, draws, sums over samples, weights, refusals.
#include "runtime/abi/Random.h"
#include "tests/unit/reference/ModuleText.h"

#include <boost/test/unit_test.hpp>

using namespace offramp::reference;
using offramp::test::interpreterOf;
using offramp::test::perSample;

namespace {

Inputs oneInput(std::vector<Tensor> values) {
  Inputs in;
  in.samples = (int64_t)values.size();
  in.inputs[0] = std::move(values);
  return in;
}

// x counts down by 1 a stage; leaves when below 0.5.
const char *kWalk = R"(
func.func private @stage(%x: !nn.sample<f32>) -> !nn.sample<f32> {
  %one = nn.constant dense<1.0> : tensor<f32> : tensor<f32>
  %y = nn.sub %x, %one : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<f32>
  return %y : !nn.sample<f32>
}
func.func @infer(%x: !nn.sample<f32> {nn.input = 0 : i64}, %t: tensor<f32> {nn.setting = 0 : i64}) attributes {nn.program = "infer"} {
  %x1 = call @stage(%x) {nn.stage = 1 : i64} : (!nn.sample<f32>) -> !nn.sample<f32>
  %c1 = nn.compare %x1, %t {predicate = "lt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  nn.exit_if %c1 {
    %f1 = nn.neg %x1 : (!nn.sample<f32>) -> !nn.sample<f32>
    nn.leave_with %f1, %x1 {stage = 1 : i64} : !nn.sample<f32>, !nn.sample<f32>
  } : !nn.sample<i1>
  %x2 = call @stage(%x1) {nn.stage = 2 : i64} : (!nn.sample<f32>) -> !nn.sample<f32>
  %c2 = nn.compare %x2, %t {predicate = "lt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  nn.exit_if %c2 {
    nn.leave_with %x2, %x2 {stage = 2 : i64} : !nn.sample<f32>, !nn.sample<f32>
  } : !nn.sample<i1>
  %x3 = call @stage(%x2) {nn.stage = 3 : i64} : (!nn.sample<f32>) -> !nn.sample<f32>
  nn.leave_with %x3 {stage = 3 : i64} : !nn.sample<f32>
  return
}
)";

}  // namespace

BOOST_AUTO_TEST_CASE(samplesLeaveWithResultsByPlace) {
  Interpreter interpreter = interpreterOf(kWalk);
  Inputs in = oneInput(perSample({}, {{1.25}, {9.25}, {2.25}, {0}}));
  in.settings = {0.5};
  Results r = interpreter.run("infer", in);
  BOOST_TEST_REQUIRE(r.answers.size() == 4u);
  std::vector<int64_t> stages;
  for (const Answer &a : r.answers) stages.push_back(a.stage);
  BOOST_TEST(stages == (std::vector<int64_t>{1, 3, 2, 1}), boost::test_tools::per_element());
  BOOST_TEST(r.answers[0].logits.data[0] == -0.25);
  BOOST_TEST(r.answers[1].logits.data[0] == 6.25);
  BOOST_TEST(r.answers[2].decision == 0.25);
  BOOST_TEST(std::isnan(r.answers[1].decision));
  BOOST_TEST(r.answers[0].distance == 0.25);
  BOOST_TEST(r.answers[1].distance == 6.75);  // least of |8.25 - 0.5| and |7.25 - 0.5|
  BOOST_TEST(r.answers[2].distance == 0.25);  // least of 0.75 and 0.25
  BOOST_TEST(std::isinf(r.answers[3].distance));  // integers: nothing was rounded
}

BOOST_AUTO_TEST_CASE(exitsOffRunsEverybodyToTheLastStage) {
  Interpreter interpreter = interpreterOf(kWalk);
  Inputs in = oneInput(perSample({}, {{1.25}, {0}}));
  in.settings = {0.5};
  RunOptions options;
  options.exits = false;
  for (const Answer &a : interpreter.run("infer", in, options).answers) BOOST_TEST(a.stage == 3);
}

BOOST_AUTO_TEST_CASE(leaversAreInNoLaterSum) {
  Interpreter interpreter = interpreterOf(R"(
func.func @infer(%x: !nn.sample<f32> {nn.input = 0 : i64}) {
  %zero = nn.constant dense<0.0> : tensor<f32> : tensor<f32>
  %c = nn.compare %x, %zero {predicate = "lt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  nn.exit_if %c { nn.leave_with %x {stage = 1 : i64} : !nn.sample<f32> } : !nn.sample<i1>
  nn.report %x {slot = 0 : i64} : !nn.sample<f32>
  nn.leave_with %x {stage = 2 : i64} : !nn.sample<f32>
  return
})");
  Results r = interpreter.run("infer", oneInput(perSample({}, {{-5}, {1}, {2}})));
  BOOST_TEST_REQUIRE(r.reports.size() == 1u);
  BOOST_TEST(r.reports[0] == 3);
}

BOOST_AUTO_TEST_CASE(crossingsUseTheSamplesOfTheStep) {
  Interpreter interpreter = interpreterOf(R"(
func.func @f(%x: !nn.sample<2xf32> {nn.input = 0 : i64}) -> (tensor<2xf32>, tensor<2xf32>, !nn.sample<2xf32>) {
  %s = nn.sum_samples %x : (!nn.sample<2xf32>) -> tensor<2xf32>
  %m = nn.mean_samples %x : (!nn.sample<2xf32>) -> tensor<2xf32>
  %d = nn.spread_samples %s {mean = true} : (tensor<2xf32>) -> !nn.sample<2xf32>
  return %s, %m, %d : tensor<2xf32>, tensor<2xf32>, !nn.sample<2xf32>
})");
  RunOptions options;
  options.stepSamples = 8;
  Results r = interpreter.run("f", oneInput(perSample({2}, {{1, 2}, {3, 6}})), options);
  BOOST_TEST(r.returned[0].items[0].data == (std::vector<double>{4, 8}), boost::test_tools::per_element());
  BOOST_TEST(r.returned[1].items[0].data == (std::vector<double>{0.5, 1}), boost::test_tools::per_element());
  BOOST_TEST(r.returned[2].items[1].data == (std::vector<double>{0.5, 1}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(drawsAreThoseOfTheAbiAndIgnoreThePlaceInTheBatch) {
  Interpreter interpreter = interpreterOf(R"(
func.func private @layer(%h: !nn.sample<?x3xf32>) -> (!nn.sample<?x3xf32>, !nn.sample<2x2xf32>) {
  %u = nn.uniform %h {site = 4 : i64} : (!nn.sample<?x3xf32>) -> !nn.sample<?x3xf32>
  %v = nn.uniform {site = 5 : i64, stage = 9 : i64} : () -> !nn.sample<2x2xf32>
  return %u, %v : !nn.sample<?x3xf32>, !nn.sample<2x2xf32>
}
func.func @f(%h: !nn.sample<?x3xf32> {nn.input = 0 : i64}) -> (!nn.sample<?x3xf32>, !nn.sample<2x2xf32>) {
  %u, %v = call @layer(%h) {nn.stage = 6 : i64} : (!nn.sample<?x3xf32>) -> (!nn.sample<?x3xf32>, !nn.sample<2x2xf32>)
  return %u, %v : !nn.sample<?x3xf32>, !nn.sample<2x2xf32>
})");
  RunOptions options;
  options.seed = 11;
  options.visits = {100, 7};
  Results r = interpreter.run("f", oneInput(perSample({-1, 3}, {std::vector<double>(6), std::vector<double>(12)}, Dtype::F32, true)), options);
  for (int64_t e = 0; e < 12; ++e)
    BOOST_TEST(r.returned[0].items[1].data[e] == (double)offramp_random_uniform(offramp_random_key(11, 7, 4, 6), e));
  BOOST_TEST(r.returned[1].items[0].data[3] == (double)offramp_random_uniform(offramp_random_key(11, 100, 5, 9), 3));
  options.visits = {7, 100};
  Results swapped = interpreter.run("f", oneInput(perSample({-1, 3}, {std::vector<double>(12), std::vector<double>(6)}, Dtype::F32, true)), options);
  BOOST_TEST(swapped.returned[0].items[0].data == r.returned[0].items[1].data, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(weightsAndGradientsLieAtBundleOffsets) {
  Interpreter interpreter = interpreterOf(R"(
nn.bundle @f.weights {names = ["w", "b"], shapes = [array<i64: 2, 3>, array<i64: 3>], kinds = ["normal", "constant"],
                      scales = [1.0, 0.0], decays = [true, false]}
nn.instance @"f.1" : @f.weights at 0
nn.instance @"f.2" : @f.weights at 32
func.func @step(%x: !nn.sample<2xf32> {nn.input = 0 : i64}) -> !nn.sample<3xf32> {
  %w = nn.weights @"f.2" : !nn.weights<@f.weights>
  %g = nn.gradients @"f.2" : !nn.gradients<@f.weights>
  %m = nn.field %w "w" : !nn.weights<@f.weights> -> tensor<2x3xf32>
  %b = nn.field %w "b" : !nn.weights<@f.weights> -> tensor<3xf32>
  %y = nn.linear %x, %m, %b : (!nn.sample<2xf32>, tensor<2x3xf32>, tensor<3xf32>) -> !nn.sample<3xf32>
  %dw = nn.linear_dw %x, %y : (!nn.sample<2xf32>, !nn.sample<3xf32>) -> tensor<2x3xf32>
  %db = nn.sum_to %y : (!nn.sample<3xf32>) -> tensor<3xf32>
  nn.accumulate %g "w", %dw : !nn.gradients<@f.weights>, tensor<2x3xf32>
  nn.accumulate %g "b", %db : !nn.gradients<@f.weights>, tensor<3xf32>
  return %y : !nn.sample<3xf32>
})");
  BOOST_TEST_REQUIRE(interpreter.weights().size() == 64u);  // two bundles of 16 + 16 elements
  for (int i = 0; i < 6; ++i) interpreter.weights()[32 + i] = i + 1;
  for (int i = 0; i < 3; ++i) interpreter.weights()[48 + i] = 10 * i;
  for (int twice = 0; twice < 2; ++twice) {
    Results r = interpreter.run("step", oneInput(perSample({2}, {{1, 0}, {0, 2}})));
    BOOST_TEST(r.returned[0].items[1].data == (std::vector<double>{8, 20, 32}), boost::test_tools::per_element());
  }
  const std::vector<double> &g = interpreter.gradients();
  BOOST_TEST(g[32] == 2 * 1);       // added twice: x0·y0 of the first sample
  BOOST_TEST(g[32 + 3] == 2 * 16);  // 2·8 of the second
  BOOST_TEST(g[48 + 1] == 2 * (12 + 20));
  BOOST_TEST(g[0] == 0);
}

BOOST_AUTO_TEST_CASE(tablesSettingsAndCollectedValues) {
  Interpreter interpreter = interpreterOf(R"(
func.func @memorized.measure(%m: !nn.sample<i32> {nn.table = 2 : i64}, %a: tensor<f32> {nn.setting = 1 : i64}) attributes {nn.program = "measure"} {
  %one = nn.constant dense<1> : tensor<i32> : tensor<i32>
  %n = nn.add %m, %one : (!nn.sample<i32>, tensor<i32>) -> !nn.sample<i32>
  %f = nn.cast %n : (!nn.sample<i32>) -> !nn.sample<f32>
  %s = nn.mul %f, %a : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<f32>
  nn.collect %s {name = "scaled", slot = 1 : i64} : !nn.sample<f32>
  nn.write_table @memorized, %n : !nn.sample<i32>
  return
})");
  Inputs in;
  in.samples = 2;
  in.tables[2] = perSample({}, {{4}, {6}}, Dtype::I32);
  in.settings = {0, 0.1};
  Results r = interpreter.run("memorized.measure", in);
  BOOST_TEST(r.written.at("memorized").items[1].data[0] == 7);
  BOOST_TEST(r.collected.at("scaled").items[0].data[0] == 5 * (double)0.1f);  // settings are f32
  BOOST_TEST(r.collectedNames[1] == "scaled");
}

static std::string messageOf(const std::function<void()> &f) {
  try {
    f();
  } catch (const std::runtime_error &e) {
    return e.what();
  }
  return "";
}
static bool contains(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

BOOST_AUTO_TEST_CASE(refusalsNameTheOperation) {
  Interpreter batch = interpreterOf(R"(
func.func @f(%b: !nn.batch) { nn.done_if_empty %b
 return })");
  BOOST_TEST(contains(messageOf([&] { batch.run("f", {}); }), "@f"));
  BOOST_TEST(contains(messageOf([&] { batch.run("g", {}); }), "no function @g"));

  Interpreter label = interpreterOf(R"(
func.func @f(%f: !nn.sample<3xf32> {nn.input = 0 : i64}, %y: !nn.sample<i32> {nn.input = 1 : i64}) -> !nn.sample<f32> {
  %l = nn.cross_entropy %f, %y : (!nn.sample<3xf32>, !nn.sample<i32>) -> !nn.sample<f32>
  return %l : !nn.sample<f32>
})");
  Inputs in = oneInput(perSample({3}, {{1, 2, 3}}));
  BOOST_TEST(contains(messageOf([&] { label.run("f", in); }), "input 1 is not given"));
  in.inputs[1] = perSample({}, {{3}}, Dtype::I32);
  std::string message = messageOf([&] { label.run("f", in); });
  BOOST_TEST(contains(message, "`nn.cross_entropy`"));
  BOOST_TEST(contains(message, "label 3 is outside 0 … 2"));
  in.inputs[1] = perSample({}, {{1}}, Dtype::F32);
  BOOST_TEST(contains(messageOf([&] { label.run("f", in); }), "argument 1 of @f"));
}

BOOST_AUTO_TEST_CASE(rowCountsMustAgree) {
  Interpreter interpreter = interpreterOf(R"(
func.func @f(%a: !nn.sample<?x2xf32> {nn.input = 0 : i64}, %b: !nn.sample<?x2xf32> {nn.input = 1 : i64}) -> !nn.sample<?x2xf32> {
  %y = nn.add %a, %b : (!nn.sample<?x2xf32>, !nn.sample<?x2xf32>) -> !nn.sample<?x2xf32>
  return %y : !nn.sample<?x2xf32>
})");
  Inputs in = oneInput(perSample({-1, 2}, {{1, 2, 3, 4}}, Dtype::F32, true));
  in.inputs[1] = perSample({-1, 2}, {{1, 2}}, Dtype::F32, true);
  BOOST_TEST(contains(messageOf([&] { interpreter.run("f", in); }), "2 and 1 rows"));
}

BOOST_AUTO_TEST_CASE(aSampleThatNeverLeavesIsAnError) {
  Interpreter interpreter = interpreterOf(R"(
func.func @infer(%x: !nn.sample<f32> {nn.input = 0 : i64}) {
  %zero = nn.constant dense<0.0> : tensor<f32> : tensor<f32>
  %c = nn.compare %x, %zero {predicate = "lt"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  nn.exit_if %c { nn.leave_with %x {stage = 1 : i64} : !nn.sample<f32> } : !nn.sample<i1>
  return
})");
  BOOST_TEST(contains(messageOf([&] { interpreter.run("infer", oneInput(perSample({}, {{-1}, {1}}))); }), "sample 1 never leaves"));
}
