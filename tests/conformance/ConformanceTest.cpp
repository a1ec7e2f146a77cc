// Every op × every backend: the reference against independent formulas, every other backend against the reference (DESIGN.md 7.2). The cases
// are in Cases*.cpp, the backends in Backends.cpp; OFFRAMP_CASE=text runs the cases whose name holds the text.
#include "backends/reference/OpTable.h"
#include "tests/conformance/OpCase.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <set>

using namespace offramp::test;
using offramp::reference::Tensor;

namespace {

/// Ragged, one sample of a single row, more samples than any unrolling.
const std::vector<int64_t> kRows = {3, 1, 7, 2, 5, 16, 1, 4, 9};

uint64_t seedOf(const OpCase &c) {
  uint64_t seed = 17;
  for (char ch : c.name) seed = seed * 131 + (unsigned char)ch;
  return seed;
}

/// ‖a − b‖ / ‖b‖, or ‖a‖ where b is 0.
double distance(const std::vector<double> &a, const std::vector<double> &b) {
  if (a.size() != b.size()) return INFINITY;
  double difference = 0, norm = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    difference += (a[i] - b[i]) * (a[i] - b[i]);
    norm += b[i] * b[i];
  }
  return std::sqrt(norm > 0 ? difference / norm : difference);
}

std::vector<double> flat(const std::vector<Tensor> &tensors) {
  std::vector<double> all;
  for (const Tensor &t : tensors) all.insert(all.end(), t.data.begin(), t.data.end());
  return all;
}

bool chosen(const OpCase &c) {
  const char *part = std::getenv("OFFRAMP_CASE");
  return !part || c.name.find(part) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(referenceFollowsTheFormulas) {
  for (const OpCase &c : opCases()) {
    if (!chosen(c) || !c.formula) continue;
    uint64_t seed = seedOf(c);
    CaseInputs in = inputsOf(c, kRows, seed);
    ProgramOutputs out = backends()[0].run(moduleOf(c, kRows, true), "program", in.program);
    std::vector<double> expected;
    for (const auto &operands : in.operands) {
      std::vector<double> one = c.formula(operands);
      expected.insert(expected.end(), one.begin(), one.end());
    }
    double error = distance(flat(out.collected.at("y0")), expected);
    BOOST_TEST(error < 1e-12, c.name << ", seed " << seed << ": relative error " << error);
  }
}

BOOST_AUTO_TEST_CASE(backendsFollowTheReference) {
  for (const Backend &backend : backends()) {
    for (const OpCase &c : opCases()) {
      if (!chosen(c)) continue;
      uint64_t seed = seedOf(c);
      CaseInputs in = inputsOf(c, kRows, seed);
      in.program.options.seed = 5;
      in.program.options.stepSamples = 2 * kRows.size();
      for (size_t i = 0; i < kRows.size(); ++i) in.program.options.visits.push_back(1000 + 3 * i);
      std::string text = moduleOf(c, kRows, backend.collectsRows);
      ProgramOutputs reference, out;
      try {
        reference = backends()[0].run(text, "program", in.program);
        out = backend.run(text, "program", in.program);
      } catch (const std::exception &e) {
        BOOST_ERROR(backend.name << ", " << c.name << ": " << e.what() << "\n" << text);
        continue;
      }
      BOOST_TEST(out.collected.size() == reference.collected.size());
      for (const auto &[name, values] : reference.collected) {
        double error = distance(flat(out.collected[name]), flat(values));
        BOOST_TEST(error <= backend.tolerance, backend.name << ", " << c.name << " " << name << ", seed " << seed << ": relative error " << error);
      }
      double error = distance(out.gradients, reference.gradients);
      BOOST_TEST(error <= backend.tolerance, backend.name << ", " << c.name << " (shared), seed " << seed << ": relative error " << error);
    }
  }
}

// rest, join, to_rows and from_rows have cases of their own below: their rows cannot be operands of a one-op case.
BOOST_AUTO_TEST_CASE(everyOpOfTheOracleHasACase) {
  std::set<std::string> covered = {"nn.rest", "nn.join", "nn.to_rows", "nn.from_rows"};
  for (const OpCase &c : opCases()) covered.insert(c.op);
  for (const std::string &op : offramp::reference::opNames()) BOOST_TEST(covered.count(op), op << " has no conformance case");
}

BOOST_AUTO_TEST_CASE(restAndJoinAreInverse) {
  // join(row 0, rest) = h, for one row too; the rest of an op is the op of the rest.
  const std::string text = R"(
nn.bundle @op.weights {names = ["t"], shapes = [array<i64: 48, 6>], kinds = ["constant"], scales = [0.0], decays = [false]}
nn.instance @op : @op.weights at 0
func.func @program(%ids: !nn.sample<?xi32> {nn.input = 0 : i64}) attributes {nn.program = "evaluate"} {
  %w = nn.weights @op : !nn.weights<@op.weights>
  %t = nn.field %w "t" : !nn.weights<@op.weights> -> tensor<48x6xf32>
  %h = nn.gather %t, %ids : (tensor<48x6xf32>, !nn.sample<?xi32>) -> !nn.sample<?x6xf32>
  %y = nn.row %h : (!nn.sample<?x6xf32>) -> !nn.sample<6xf32>
  %r = nn.rest %h : (!nn.sample<?x6xf32>) -> !nn.sample<?x6xf32>
  %gy = nn.gelu %y : (!nn.sample<6xf32>) -> !nn.sample<6xf32>
  %gr = nn.gelu %r : (!nn.sample<?x6xf32>) -> !nn.sample<?x6xf32>
  %j = nn.join %gy, %gr : (!nn.sample<6xf32>, !nn.sample<?x6xf32>) -> !nn.sample<?x6xf32>
  %g = nn.gelu %h : (!nn.sample<?x6xf32>) -> !nn.sample<?x6xf32>
  %d = nn.sub %j, %g : (!nn.sample<?x6xf32>, !nn.sample<?x6xf32>) -> !nn.sample<?x6xf32>
  %a = nn.abs %d : (!nn.sample<?x6xf32>) -> !nn.sample<?x6xf32>
  %m = nn.mean_rows %a : (!nn.sample<?x6xf32>) -> !nn.sample<6xf32>
  %s = nn.mean_rows %j : (!nn.sample<?x6xf32>) -> !nn.sample<6xf32>
  nn.collect %m {name = "difference", slot = 0 : i64} : !nn.sample<6xf32>
  nn.collect %s {name = "mean", slot = 1 : i64} : !nn.sample<6xf32>
  return
})";
  CaseInputs in = inputsOf({"", "", "", {{Place::Rows, {6}}}, {}}, kRows, 3);
  std::vector<double> mean;
  for (const Backend &backend : backends()) {
    ProgramOutputs out = backend.run(text, "program", in.program);
    for (double d : flat(out.collected.at("difference"))) BOOST_TEST(std::fabs(d) <= backend.tolerance);
    if (mean.empty()) mean = flat(out.collected.at("mean"));
    BOOST_TEST(distance(flat(out.collected.at("mean")), mean) <= backend.tolerance);
    BOOST_TEST(mean.size() == 6 * kRows.size());
  }
}

BOOST_AUTO_TEST_CASE(staticMatricesBecomeRowsAndBack) {
  const std::string text = R"(
nn.bundle @op.weights {names = ["none"], shapes = [array<i64: 1>], kinds = ["constant"], scales = [0.0], decays = [false]}
nn.instance @op : @op.weights at 0
func.func @program(%x: !nn.sample<4x3xf32> {nn.input = 0 : i64}) attributes {nn.program = "evaluate"} {
  %h = nn.to_rows %x : (!nn.sample<4x3xf32>) -> !nn.sample<?x3xf32>
  %g = nn.neg %h : (!nn.sample<?x3xf32>) -> !nn.sample<?x3xf32>
  %y = nn.from_rows %g : (!nn.sample<?x3xf32>) -> !nn.sample<4x3xf32>
  nn.collect %y {name = "y", slot = 0 : i64} : !nn.sample<4x3xf32>
  return
})";
  CaseInputs in = inputsOf({"", "", "", {{Place::Sample, {4, 3}}}, {}}, {1, 1, 1}, 4);
  for (const Backend &backend : backends()) {
    std::vector<double> y = flat(backend.run(text, "program", in.program).collected.at("y"));
    for (double &v : y) v = -v;
    BOOST_TEST(distance(y, flat(in.program.inputs.inputs.at(0))) <= backend.tolerance);
  }
}
