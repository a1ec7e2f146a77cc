// Data sets through the interpreter: chunks change nothing, walk and simulated exits agree, and a model of the first example's size runs at a
// speed that lets `eval --backend reference` finish.
#include "backends/reference/Evaluate.h"
#include "tests/conformance/RandomPrograms.h"

#include "compiler/dialect/Nn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"

#include <boost/test/unit_test.hpp>

using namespace offramp::reference;
using offramp::test::RandomProgram;
using offramp::test::randomProgram;

namespace {

struct Loaded {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  explicit Loaded(const std::string &text) {
    context.loadDialect<offramp::nn::NnDialect, mlir::func::FuncDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    BOOST_TEST_REQUIRE(bool(module));
  }
};

}  // namespace

BOOST_AUTO_TEST_CASE(chunksAndFormsAgree) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    RandomProgram p = randomProgram(seed, 23);
    Loaded loaded(p.text);
    Evaluator evaluator(*loaded.module, p.inputs.weights);
    const std::vector<Tensor> &samples = p.inputs.inputs.inputs.at(0);
    // As a data reader holds them.
    InputArray array;
    array.dtype = samples[0].dtype;
    array.shape = samples[0].shape;
    std::vector<int32_t> ids;
    std::vector<uint8_t> pixels;
    for (const Tensor &t : samples) {
      if (t.rows) array.rows.push_back(t.shape[0]);
      for (double v : t.data) t.rows ? ids.push_back((int32_t)v) : pixels.push_back((uint8_t)v);
    }
    if (samples[0].rows) array.shape[0] = -1;
    array.data = samples[0].rows ? (const void *)ids.data() : pixels.data();

    EvaluateOptions small, large;
    small.chunk = 4;
    large.chunk = 100;
    std::vector<int64_t> told;
    small.progress = [&](int64_t done) { told.push_back(done); };
    std::vector<Answer> a = evaluator.infer({{0, array}}, 23, p.inputs.inputs.settings, small);
    std::vector<Answer> b = evaluator.infer({{0, array}}, 23, p.inputs.inputs.settings, large);
    std::vector<Answer> c = evaluator.simulate({{0, array}}, 23, p.inputs.inputs.settings, small);
    BOOST_TEST_REQUIRE(a.size() == 23u);
    BOOST_TEST_REQUIRE(b.size() == 23u);
    BOOST_TEST_REQUIRE(c.size() == 23u);
    for (size_t s = 0; s < a.size(); ++s) {
      BOOST_TEST(a[s].stage == b[s].stage, p.summary);
      BOOST_TEST(a[s].logits.data == b[s].logits.data, boost::test_tools::per_element());
      BOOST_TEST(a[s].stage == c[s].stage, p.summary);
      BOOST_TEST(a[s].distance == c[s].distance, p.summary);
    }
    BOOST_TEST_REQUIRE(told.size() >= 6u);
    BOOST_TEST(told[5] == 23);
  }
}

BOOST_AUTO_TEST_CASE(weightsThatDoNotFitAreRefused) {
  RandomProgram p = randomProgram(1, 1);
  Loaded loaded(p.text);
  p.inputs.weights.pop_back();
  BOOST_CHECK_THROW(Evaluator(*loaded.module, p.inputs.weights), std::runtime_error);
}
