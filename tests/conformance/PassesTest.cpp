// Passes at the sample level change no answer: random programs before and after demand-rows and split-exits, both run by the interpreter. Equal to
// the last bit but for the order of sums, which the passes do not touch.
#include "tests/conformance/RandomPrograms.h"

#include "compiler/dialect/Nn.h"
#include "compiler/transforms/Passes.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace offramp::test;
using offramp::reference::Answer;
using offramp::reference::Interpreter;
using offramp::reference::Results;

BOOST_AUTO_TEST_CASE(demandAndSplitKeepExitsAndLogits) {
  mlir::MLIRContext context;
  context.loadDialect<offramp::nn::NnDialect, mlir::func::FuncDialect>();
  int splits = 0;
  for (uint64_t seed = 500; seed < 560; ++seed) {
    RandomProgram p = randomProgram(seed);
    BOOST_TEST_CONTEXT(p.summary) {
      mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(p.text, &context);
      BOOST_TEST_REQUIRE(bool(module));
      Interpreter before(*module);
      for (bool split : {false, true}) {
        mlir::PassManager passes(&context);
        passes.addPass(split ? offramp::createSplitExits() : offramp::createDemandRows());
        BOOST_TEST_REQUIRE(mlir::succeeded(passes.run(*module)));
        Interpreter after(*module);
        before.setWeights(p.inputs.weights);
        after.setWeights(p.inputs.weights);
        std::vector<Answer> a = before.run("infer", p.inputs.inputs).answers, b = after.run("infer", p.inputs.inputs).answers;
        for (size_t s = 0; s < a.size(); ++s) {
          BOOST_TEST(a[s].stage == b[s].stage);
          BOOST_TEST((a[s].distance == b[s].distance || std::fabs(a[s].distance - b[s].distance) <= 1e-12));
          for (int64_t c = 0; c < p.classes; ++c) BOOST_TEST(std::fabs(a[s].logits.data[c] - b[s].logits.data[c]) <= 1e-12);
        }
        Results c = before.run("evaluate", p.inputs.inputs), d = after.run("evaluate", p.inputs.inputs);
        for (size_t s = 0; s < a.size(); ++s)
          for (int64_t i = 0; i < c.collected["logits"].items[s].size(); ++i)
            BOOST_TEST(std::fabs(c.collected["logits"].items[s].data[i] - d.collected["logits"].items[s].data[i]) <= 1e-12);
      }
      module->walk([&](offramp::nn::JoinOp) { ++splits; });
    }
  }
  BOOST_TEST(splits > 20);  // the pass did something
}
