// All four models through import and the sample-level passes: every step verifies, splits where it can, says why where it cannot.
// The split is not only counted: contract f(h) = join(first row, rest) is checked by the conformance suite on values.
#include "Models.h"

#include "compiler/dialect/Nn.h"
#include "compiler/import/Import.h"
#include "compiler/pipelines/Pipelines.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Pass/PassManager.h"

#include <boost/test/unit_test.hpp>

using namespace mlir;
using namespace offramp;
using namespace offramp::tests;

namespace {

struct Counts {
  int64_t split = 0, refused = 0, exits = 0, programs = 0;
};

Counts run(const dsl::Model &model, void (*build)(OpPassManager &)) {
  MLIRContext context;
  auto module = importModel(context, model);
  BOOST_REQUIRE(module);
  PassManager pm(&context);
  build(pm);
  BOOST_REQUIRE(succeeded(pm.run(*module)));
  BOOST_REQUIRE(succeeded(verify(*module)));
  Counts counts;
  module->walk([&](Operation *op) {
    counts.split += op->hasAttr("nn.whole");
    counts.refused += op->hasAttr("nn.split_reason");
    counts.exits += isa<nn::ExitIfOp>(op);
    counts.programs += op->hasAttr("nn.program");
  });
  return counts;
}

void front(OpPassManager &pm) { buildFrontPipeline(pm); }

}  // namespace

BOOST_AUTO_TEST_CASE(a_vit_is_split_at_every_exit) {
  Counts counts = run(gatedVit(), buildInferencePipeline);
  BOOST_TEST(counts.programs == 1);  // inference alone
  BOOST_TEST(counts.exits == 5);
  BOOST_TEST(counts.split == 5);
  BOOST_TEST(counts.refused == 0);
}

BOOST_AUTO_TEST_CASE(a_rule_with_state_is_split_as_well) {
  Counts counts = run(patienceVit(), buildInferencePipeline);
  BOOST_TEST(counts.split == 5);
  BOOST_TEST(counts.refused == 0);
}

BOOST_AUTO_TEST_CASE(a_head_that_reads_all_rows_is_not_split_and_says_so) {
  Counts counts = run(pooledVit(), buildInferencePipeline);
  BOOST_TEST(counts.split == 0);
  BOOST_TEST(counts.refused == 5);
}

BOOST_AUTO_TEST_CASE(a_network_without_rows_is_not_split_and_says_so) {
  Counts counts = run(convolutional(), buildInferencePipeline);
  BOOST_TEST(counts.exits == 2);
  BOOST_TEST(counts.split == 0);
  BOOST_TEST(counts.refused == 2);
}

BOOST_AUTO_TEST_CASE(front_makes_every_program) {
  BOOST_TEST(run(gatedVit(), front).programs == 3 + 1 + 2);  // three phases, a measure, evaluate, infer
  BOOST_TEST(run(convolutional(), front).programs == 1 + 2);
}

BOOST_AUTO_TEST_CASE(pipelines_print_as_text) {
  BOOST_TEST(pipelineText(buildInferencePipeline).find("choose-program{programs=infer},demand-rows,split-exits") != std::string::npos);
  BOOST_TEST(pipelineText(buildTrainingPipeline).find("demand-rows,split-exits,keep-frozen,autodiff") != std::string::npos);
}
