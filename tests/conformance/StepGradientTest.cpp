// Whole training steps against central differences of their loss, and the policy gradient of the worked example in numbers.
#include "tests/conformance/GradientCheck.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace offramp;
using namespace offramp::test;

BOOST_AUTO_TEST_CASE(StagesHeadsAndEmbeddings) {
  for (uint64_t seed : {1, 2}) {
    BOOST_TEST_MESSAGE("seed " << seed);
    BOOST_TEST(stepGradientError(sourceText("tests/lit/autodiff/stage.mlir"), "warm_up", seed, 11, 3) < 1e-7);
  }
}

/// The reward depends on the table and the draws only, so differences see what the derivative sees; one gate is called twice.
BOOST_AUTO_TEST_CASE(PolicyGradientOfSharedGates) {
  for (uint64_t seed : {3, 4, 5}) {
    BOOST_TEST_MESSAGE("seed " << seed);
    BOOST_TEST(stepGradientError(sourceText("tests/lit/autodiff/policy.mlir"), "policy", seed, 1, 5) < 1e-7);
  }
}

/// Four copies leave at stages 1 … 4 with advantages (.2, 0, .1, -.3); decision probabilities .6, .7, .9 make trajectory probabilities
/// (.6, .28, .108, .012) and a loss of -0.250532. dz_l = (1-p_l)·g_l - p_l·Σ_{s>l} g_s with g_s the adjoint of log_stop.
BOOST_AUTO_TEST_CASE(WorkedExample) {
  std::string text = sourceText("tests/lit/autodiff/policy.mlir");
  std::string logStop = text.substr(text.find("func.func private @log_stop"), text.find("// the loss of one sample") - text.find("func.func private @log_stop"));
  text = R"(
nn.bundle @z.weights {names = ["z"], shapes = [array<i64: 3>], kinds = ["constant"], scales = [0.0], decays = [false]}
nn.instance @z : @z.weights at 0
)" + logStop + R"(
func.func @policy.loss(%k: !nn.sample<4xi32> {nn.input = 0 : i64}, %a: !nn.sample<4xf32> {nn.input = 1 : i64}) -> tensor<f32>
    attributes {nn.program = "loss", nn.updates = ["z"]} {
  %w = nn.weights @z : !nn.weights<@z.weights>
  %shared = nn.field %w "z" : !nn.weights<@z.weights> -> tensor<3xf32>
  %z = nn.broadcast %shared : (tensor<3xf32>) -> !nn.sample<3xf32>
  %lp = call @log_stop(%z) : (!nn.sample<3xf32>) -> !nn.sample<4xf32>
  %lpk = nn.take %lp, %k : (!nn.sample<4xf32>, !nn.sample<4xi32>) -> !nn.sample<4xf32>
  %t = nn.mul %a, %lpk : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xf32>
  %s = nn.mean %t {dims = array<i64: 0>} : (!nn.sample<4xf32>) -> !nn.sample<f32>
  %l = nn.neg %s : (!nn.sample<f32>) -> !nn.sample<f32>
  %mean = nn.mean_samples %l : (!nn.sample<f32>) -> tensor<f32>
  return %mean : tensor<f32>
})";
  reference::Interpreter interpreter = differentiated(text);
  const double p[3] = {0.6, 0.7, 0.9}, advantage[4] = {0.2, 0, 0.1, -0.3};
  for (int l = 0; l < 3; ++l) interpreter.weights()[l] = std::log(p[l] / (1 - p[l]));
  reference::Tensor k = reference::makeTensor(reference::Dtype::I32, {4}), a = reference::makeTensor(reference::Dtype::F32, {4});
  k.data = {0, 1, 2, 3};
  a.data.assign(advantage, advantage + 4);
  reference::Inputs inputs;
  inputs.samples = 2;  // twice the same: the mean over samples changes nothing
  inputs.inputs = {{0, {k, k}}, {1, {a, a}}};
  double loss = interpreter.run("policy.loss", inputs).returned[0].items[0].data[0];
  BOOST_TEST(std::abs(loss + 0.250532) < 5e-7);
  interpreter.run("policy.step", inputs);
  for (int l = 0; l < 3; ++l) {
    double later = 0;
    for (int s = l + 1; s < 4; ++s) later += -advantage[s] / 4;
    BOOST_TEST(std::abs(interpreter.gradients()[l] - ((1 - p[l]) * (-advantage[l] / 4) - p[l] * later)) < 1e-12);
  }
}

/// The gradient block is added to: two steps make twice the gradient.
BOOST_AUTO_TEST_CASE(StepsAccumulate) {
  reference::Interpreter interpreter = differentiated(R"(
nn.bundle @b {names = ["x"], shapes = [array<i64: 2>], kinds = ["constant"], scales = [1.0], decays = [false]}
nn.instance @one : @b at 0
func.func @p.loss(%a: !nn.sample<2xf32> {nn.input = 0 : i64}) -> tensor<f32> attributes {nn.program = "loss", nn.updates = ["one"]} {
  %w = nn.weights @one : !nn.weights<@b>
  %x = nn.field %w "x" : !nn.weights<@b> -> tensor<2xf32>
  %m = nn.mul %a, %x : (!nn.sample<2xf32>, tensor<2xf32>) -> !nn.sample<2xf32>
  %s = nn.sum %m {dims = array<i64: 0>} : (!nn.sample<2xf32>) -> !nn.sample<f32>
  %l = nn.sum_samples %s : (!nn.sample<f32>) -> tensor<f32>
  return %l : tensor<f32>
})");
  reference::Tensor a = reference::makeTensor(reference::Dtype::F32, {2});
  a.data = {2, 3};
  reference::Inputs inputs;
  inputs.samples = 2;
  inputs.inputs = {{0, {a, a}}};
  interpreter.run("p.step", inputs);
  interpreter.run("p.step", inputs);
  BOOST_TEST(interpreter.gradients()[0] == 8);
  BOOST_TEST(interpreter.gradients()[1] == 12);
}
