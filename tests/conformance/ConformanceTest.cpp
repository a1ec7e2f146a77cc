// Every op × every backend × every place of its operands × batches of 1, 7 and 64: the reference against independent formulas, every other backend
// against the reference (DESIGN.md 7.2): ‖out − ref‖ / ‖ref‖ < 1e-5 for f32, equal for integers and truth values. The cases are in Cases*.cpp, their
// other places in Variants.cpp, the backends in Backends.cpp; OFFRAMP_CASE=text runs the cases whose name holds the text.
#include "backends/reference/OpTable.h"
#include "compiler/artifact/ModuleObject.h"
#include "compiler/dialect/Nn.h"
#include "tests/conformance/OpCase.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

using namespace offramp::test;
using offramp::reference::Tensor;

namespace {

/// Samples of a batch; the first two batches are one sample of one row and one of several.
const std::vector<int64_t> kBatches = {1, 1, 7, 64};

/// Ragged rows for all batches, single rows among them.
const std::vector<int64_t> &rowsOfSamples() {
  static const std::vector<int64_t> rows = [] {
    std::mt19937_64 random(20);
    std::vector<int64_t> out = {1, 6, 3, 1, 7, 2, 5, 16, 1};
    while (out.size() < 1 + 1 + 7 + 64) out.push_back(1 + random() % (random() % 4 ? 6 : 20));
    return out;
  }();
  return rows;
}

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

/// All cases with everything that the comparison needs, in one set.
struct Suite {
  std::vector<OpCase> cases;
  std::vector<ProgramInputs> inputs;
  ProgramSet set;

  void add(const OpCase &c) {
    CaseInputs in = inputsOf(c, rowsOfSamples(), seedOf(c));
    in.program.options.seed = 5;
    in.program.options.stepSamples = 2 * rowsOfSamples().size();
    for (size_t i = 0; i < rowsOfSamples().size(); ++i) in.program.options.visits.push_back(1000 + 3 * i);
    set.add(program(cases.size()), moduleOf(c, rowsOfSamples(), false), in.program.weights);
    cases.push_back(c);
    inputs.push_back(std::move(in.program));
  }
  static std::string program(size_t i) { return "c" + std::to_string(i); }
};

const Suite &suite() {
  static const Suite all = [] {
    Suite s;
    for (const OpCase &c : opCases())
      if (chosen(c)) s.add(c);
    for (const OpCase &c : placeVariants(opCases()))
      if (chosen(c) && verifies(c)) s.add(c);
    return s;
  }();
  return all;
}

/// Integers and truth values must be equal; rows are seen through means, but for the first.
bool isExact(const OpCase &c, const std::string &output) {
  const ResultSpec &r = c.results[output[1] - '0'];
  return r.element != "f32" && (!hasRows(r.place) || output.find(".first") != std::string::npos);
}

void compare(const Backend &backend, const OpCase &c, int64_t samples, const ProgramOutputs &out, const ProgramOutputs &reference) {
  BOOST_TEST(out.collected.size() == reference.collected.size());
  std::string where = backend.name + ", " + c.name + ", batch of " + std::to_string(samples) + ", seed " + std::to_string(seedOf(c));
  for (const auto &[name, values] : reference.collected) {
    auto got = out.collected.find(name);
    double error = got == out.collected.end() ? INFINITY : distance(flat(got->second), flat(values));
    BOOST_TEST(error <= (isExact(c, name) ? 0 : backend.tolerance), where << ", " << name << ": relative error " << error);
  }
  double error = distance(out.gradients, reference.gradients);
  bool exact = false;
  for (const ResultSpec &r : c.results) exact |= r.place == Place::Shared && r.element != "f32";
  BOOST_TEST(error <= (exact ? 0 : backend.tolerance), where << ", shared: relative error " << error);
}

/// What a backend cannot compile is named case by case.
std::unique_ptr<Loaded> load(const Backend &backend, const Suite &s) {
  try {
    return backend.load(s.set);
  } catch (const std::exception &all) {
    size_t named = 0;
    for (size_t i = 0; i < s.cases.size(); ++i) {
      try {
        ProgramSet one;
        one.add("c", moduleOf(s.cases[i], rowsOfSamples(), false), s.inputs[i].weights);
        backend.load(one);
      } catch (const std::exception &e) {
        BOOST_ERROR(backend.name << ", " << s.cases[i].name << ": " << e.what());
        ++named;
      }
    }
    if (!named) BOOST_ERROR(backend.name << ": " << all.what());
  }
  return nullptr;
}

}  // namespace

BOOST_AUTO_TEST_CASE(referenceFollowsTheFormulas) {
  const std::vector<int64_t> rows = {3, 1, 7, 2, 5, 16, 1, 4, 9};
  for (const OpCase &c : opCases()) {
    if (!chosen(c) || !c.formula) continue;
    uint64_t seed = seedOf(c);
    CaseInputs in = inputsOf(c, rows, seed);
    ProgramOutputs out = runOnce(backends()[0], moduleOf(c, rows, true), "program", in.program);
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
  const Suite &s = suite();
  std::vector<std::vector<ProgramOutputs>> expected(s.cases.size());
  auto inBatches = [&](size_t i, auto run) {
    int64_t begin = 0;
    for (int64_t n : kBatches) {
      run(part(s.inputs[i], begin, begin + n), n);
      begin += n;
    }
  };
  std::unique_ptr<Loaded> reference = backends()[0].load(s.set);
  for (size_t i = 0; i < s.cases.size(); ++i)
    inBatches(i, [&](const ProgramInputs &in, int64_t) { expected[i].push_back(reference->run(Suite::program(i) + ".program", in)); });
  // One at a time, but held together: what they share is compiled once.
  std::vector<std::unique_ptr<Loaded>> held;
  for (size_t b = 1; b < backends().size(); ++b) {
    const Backend &backend = backends()[b];
    held.push_back(load(backend, s));
    if (!held.back()) continue;
    for (size_t i = 0; i < s.cases.size(); ++i) {
      size_t batch = 0;
      inBatches(i, [&](const ProgramInputs &in, int64_t n) {
        try {
          compare(backend, s.cases[i], n, held.back()->run(Suite::program(i) + ".program", in), expected[i][batch]);
        } catch (const std::exception &e) {
          BOOST_ERROR(backend.name << ", " << s.cases[i].name << ": " << e.what());
        }
        ++batch;
      });
    }
  }
  std::cout << s.cases.size() << " cases, " << kBatches.size() << " batches, " << backends().size() - 1 << " ways to run them\n";
}

// rest, join, to_rows, from_rows, report and write_table have cases of their own below: they do not fit a one-op case.
static const std::set<std::string> kOwnCases = {"nn.rest", "nn.join", "nn.to_rows", "nn.from_rows", "nn.report", "nn.write_table"};
// Structure of programs, in every case; and what only passes make (batch level), which the walks of RandomProgramsTest run.
static const std::set<std::string> kStructure = {"nn.bundle", "nn.instance", "nn.weights", "nn.gradients", "nn.field", "nn.constant", "nn.accumulate", "nn.collect",
                                                 "nn.exit_if", "nn.leave_with"};
static const std::set<std::string> kBatchLevel = {"nn.read_input", "nn.setting", "nn.leave", "nn.narrow", "nn.regroup_rest", "nn.regroup_all",
                                                  "nn.put", "nn.either", "nn.fused", "nn.yield", "nn.done_if_empty"};

BOOST_AUTO_TEST_CASE(everyOpHasACase) {
  std::set<std::string> covered = kOwnCases;
  for (const OpCase &c : opCases()) covered.insert(c.op);
  for (const std::string &op : offramp::reference::opNames()) BOOST_TEST(covered.count(op), op << " of the reference has no conformance case");
  auto context = offramp::makeCompilerContext();
  for (mlir::RegisteredOperationName op : context->getRegisteredOperations()) {
    std::string name = op.getStringRef().str();
    if (op.getDialectNamespace() != "nn" || kStructure.count(name) || kBatchLevel.count(name)) continue;
    BOOST_TEST(covered.count(name), name << " of the dialect has no conformance case");
  }
}

/// Item-wise ops mean the same wherever their operands lie, so each needs a case in every place.
BOOST_AUTO_TEST_CASE(everyItemWiseOpHasACaseInEveryPlace) {
  std::map<std::string, std::set<std::string>> places;
  auto place = [](const OpCase &c) {
    std::string found = "shared";
    for (const ResultSpec &r : c.results) found = r.place == Place::Rows ? "rows" : r.place == Place::Rest ? "rest" : r.place == Place::Shared ? "shared" : "sample";
    for (const OperandSpec &o : c.operands)
      if (o.place == Place::First) found = "first";
    return found;
  };
  for (const OpCase &c : opCases()) places[c.op].insert(place(c));
  for (const OpCase &c : placeVariants(opCases()))
    if (verifies(c)) places[c.op].insert(place(c));
  // A label is per sample: no shared form.
  const std::set<std::string> labelled = {"nn.cross_entropy", "nn.cross_entropy_dx"};
  auto context = offramp::makeCompilerContext();
  for (auto &[op, has] : places) {
    if (!mlir::OperationName(op, context.get()).hasTrait<offramp::nn::ItemWise>()) continue;
    for (const char *wanted : {"sample", "rows", "first", "rest", "shared"})
      if (!labelled.count(op) || std::string(wanted) != "shared") BOOST_TEST(has.count(wanted), op << " has no case with operands among: " << wanted);
  }
}

BOOST_AUTO_TEST_CASE(restAndJoinAreInverse) {
  const std::vector<int64_t> rows = {3, 1, 7, 2, 5, 16, 1, 4, 9};
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
  CaseInputs in = inputsOf({"", "", "", {{Place::Rows, {6}}}, {}}, rows, 3);
  std::vector<double> mean;
  for (const Backend &backend : backends()) {
    ProgramOutputs out = runOnce(backend, text, "program", in.program);
    for (double d : flat(out.collected.at("difference"))) BOOST_TEST(std::fabs(d) <= backend.tolerance);
    if (mean.empty()) mean = flat(out.collected.at("mean"));
    BOOST_TEST(distance(flat(out.collected.at("mean")), mean) <= backend.tolerance);
    BOOST_TEST(mean.size() == 6 * rows.size());
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
    std::vector<double> y = flat(runOnce(backend, text, "program", in.program).collected.at("y"));
    for (double &v : y) v = -v;
    BOOST_TEST(distance(y, flat(in.program.inputs.inputs.at(0))) <= backend.tolerance);
  }
}
