// A training step of a small encoder in bf16 against the derivatives of the interpreter in double precision: as far off as bf16 is, and f32 as
// near as f32 is. What each product computes is tested beside the kernels (unit/cpu_reducedgradients_test).
#include "tests/conformance/CpuPrograms.h"
#include "tests/conformance/GradientCheck.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <iostream>
#include <random>
#include <regex>

using namespace offramp;
using namespace offramp::test;

namespace {

/// The two stages of tests/lit/autodiff/stage.mlir, four times as wide: products narrower than 32 stay f32.
std::string encoderText() {
  std::string text = sourceText("tests/lit/autodiff/stage.mlir");
  for (auto [from, to] : {std::pair("32", "128"), {"16", "64"}, {"8", "32"}}) {  // the widest first, so that no size is changed twice
    text = std::regex_replace(text, std::regex(std::string("\\b") + from + "x(?=f32)"), std::string(to) + "x");
    text = std::regex_replace(text, std::regex(std::string("([?x]|\\b)") + from + "x(?=\\d)"), std::string("$01") + to + "x");
    text = std::regex_replace(text, std::regex(std::string("x") + from + "xf32"), std::string("x") + to + "xf32");
    text = std::regex_replace(text, std::regex(std::string("i64: ") + from + "\\b"), std::string("i64: ") + to);
    text = std::regex_replace(text, std::regex(std::string("(i64: \\d+, )") + from + "\\b"), std::string("$01") + to);
  }
  for (auto [from, to] : {std::pair("at 96", "at 352"), {"at 1152", "at 13056"}, {"at 2208", "at 25760"}, {"at 2256", "at 25872"}})
    text = std::regex_replace(text, std::regex(std::string(from) + "\\b"), to);
  return text;
}

double distance(const std::vector<double> &a, const std::vector<double> &b) {
  double difference = 0, size = 0;
  for (size_t i = 0; i < b.size(); ++i) difference += (a[i] - b[i]) * (a[i] - b[i]), size += b[i] * b[i];
  return std::sqrt(difference / size);
}

}  // namespace

BOOST_AUTO_TEST_CASE(AStepInBf16IsAsNearAsBf16) {
  std::mt19937_64 random(7);
  std::normal_distribution<float> normal(0, 0.2f);
  ProgramInputs in;
  in.weights.resize(25984);
  for (float &w : in.weights) w = normal(random);
  const std::vector<int64_t> rows{5, 1, 12, 9, 3};
  in.inputs.samples = (int64_t)rows.size();
  for (int64_t count : rows) {
    reference::Tensor ids = reference::makeTensor(reference::Dtype::I32, {count}, true), label = reference::makeTensor(reference::Dtype::I32, {});
    for (double &id : ids.data) id = (double)(random() % 11);
    label.data[0] = (double)(random() % 3);
    in.inputs.inputs[0].push_back(ids), in.inputs.inputs[1].push_back(label);
  }
  ProgramSet set;
  set.differentiate = true;
  set.add("one", encoderText(), in.weights);
  const std::vector<double> exact = backends()[0].load(set)->run("one.warm_up.step", in).gradients;
  auto errorOf = [&](cpu::Precision precision) {
    CpuVariant variant{cpu::EngineMode::Training};
    variant.precision = precision;
    return distance(loadOnCpu(set, variant)->run("one.warm_up.step", in).gradients, exact);
  };
  const double f32 = errorOf(cpu::Precision::F32), bf16 = errorOf(cpu::Precision::Bf16);
  std::cout << "gradients of a step: f32 " << f32 << ", bf16 " << bf16 << " of the norm from double precision\n";
  BOOST_TEST(f32 < 1e-5);
  BOOST_TEST(bf16 < 2e-2);
  BOOST_TEST(bf16 > 1e-4);  // the products were in bf16
}
