// Times, exits and break-even of a made-up model on a made-up machine: every figure is worked out by hand.
#include "compiler/roofline/Roofline.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <limits>

using namespace offramp;

namespace {

constexpr double tight = 1e-9;

/// 100 FLOP/ns; 10 bytes/ns from memory, 40 from a cache of 1000 bytes.
Machine machine() {
  return {"made-up", "this test", {{NumberType::F32, 100}}, {{"cache", 1000, 40}, {"memory", std::numeric_limits<double>::infinity(), 10}}};
}

OpCount op(double flopsPerSample, double weights, double values = 0) {
  OpCount o;
  o.name = "op", o.kind = OpKind::Linear;
  o.flops.sample = flopsPerSample, o.weights.fixed = weights, o.read.sample = values;
  return o;
}

/// Stages of 1000 FLOP a sample, gates of 100, answers of 50; no bytes.
ModelOps computing(int64_t stages) {
  ModelOps ops;
  for (int64_t s = 1; s <= stages; ++s) {
    StageOps stage;
    stage.stage = s;
    stage.whole = {op(1000, 0)};
    if (s < stages) stage.decide = {op(100, 0)};
    stage.answer = {op(50, 0)};
    ops.stages.push_back(stage);
  }
  return ops;
}

}  // namespace

BOOST_AUTO_TEST_CASE(an_operation_is_bound_by_the_longer_of_both) {
  const ModelOps ops{{}, {{1, {op(1000, 500, 25)}, {}, {}, {}, {}, {}, {}}}};
  const Machine m = machine();
  const Roofline one(ops, m, {1, 1, NumberType::F32});
  const OpTime t = one.timeOf(ops.stages[0].whole[0]);
  // 2000 bytes of weights come from memory, 100 bytes of values from the cache; 1000 FLOP take 10 ns.
  BOOST_TEST(t.weightBytes == 2000);
  BOOST_TEST(t.readBytes == 100);
  BOOST_TEST(t.ns == 200 + 2.5);
  BOOST_TEST(!t.computeBound);
  const Roofline many(ops, m, {1000, 1, NumberType::F32});
  // 10,000 ns of arithmetic against 200 ns of weights and 100,000 bytes of values from memory.
  BOOST_TEST(many.timeOf(ops.stages[0].whole[0]).ns == 200 + 10000);
  BOOST_TEST(many.timeOf(ops.stages[0].whole[0]).intensity() == 1e6 / 102000, boost::test_tools::tolerance(tight));
}

BOOST_AUTO_TEST_CASE(other_number_types_move_fewer_bytes) {
  const ModelOps ops{{}, {{1, {op(10, 1000)}, {}, {}, {}, {}, {}, {}}}};
  const Machine h100 = *machineNamed("h100");
  BOOST_TEST(Roofline(ops, h100, {1, 1, NumberType::F32}).withoutExits().bytes() == 4000);
  BOOST_TEST(Roofline(ops, h100, {1, 1, NumberType::Bf16}).withoutExits().bytes() == 2000);
  BOOST_TEST(Roofline(ops, h100, {1, 1, NumberType::Int8}).withoutExits().bytes() == 1000);
  BOOST_TEST(!machineNamed("h1000").has_value());
  BOOST_TEST(!numberTypeNamed("f16").has_value());
  for (const std::string &name : namedMachines())
    BOOST_TEST((machineNamed(name)->flopsPerNs.size() == 3u && machineNamed(name)->memory.size() == 1u), name);
}

BOOST_AUTO_TEST_CASE(exits_save_what_leavers_would_have_cost) {
  const ModelOps ops = computing(3);
  const Machine m = machine();
  const Roofline r(ops, m, {1000, 1, NumberType::F32});  // so many that somebody is always left
  // Without exits 3 stages and an answer: 3050 FLOP a sample.
  BOOST_TEST(r.withoutExits().ns == 1000 * 30.5);
  const ExitCosts costs = exitCosts(r, {0.5, 0.5});
  // All: stage and gate; half answers. Half: stage and gate; a quarter answers. A quarter: stage and answer.
  BOOST_TEST(costs.ns == 1000 * (11 + 0.5 * 11 + 0.25 * 10 + 0.5), boost::test_tools::tolerance(tight));
  BOOST_TEST(costs.withoutExitsNs == 1000 * 30.5, boost::test_tools::tolerance(tight));
  BOOST_TEST(costs.meanStage == 0.5 + 0.5 + 0.75);
  BOOST_TEST(costs.stages[2].reach == 0.25);
  // The second exit costs 1 and saves 10 for those who leave: a tenth. The first saves 11 + 5: a sixteenth.
  BOOST_TEST(costs.stages[1].breakEven == 0.1, boost::test_tools::tolerance(1e-6));
  BOOST_TEST(costs.stages[0].breakEven == 1.0 / 16, boost::test_tools::tolerance(1e-6));
  // One share p for both: 11 + (1-p)·11 + (1-p)²·10 = 30, so with q = 1-p: 10q² + 11q = 19.
  const double q = (-11 + std::sqrt(121 + 4 * 10 * 19.0)) / 20;
  BOOST_TEST(costs.uniformBreakEven == 1 - q, boost::test_tools::tolerance(1e-6));
}

BOOST_AUTO_TEST_CASE(a_batch_of_one_reaches_a_stage_or_does_not) {
  ModelOps ops = computing(2);
  for (StageOps &stage : ops.stages) stage.whole = {op(1, 100000)};  // 400,000 bytes of weights: 40,000 ns, however many samples
  const Machine m = machine();
  const double gate = 1, answer = 0.5;
  BOOST_TEST(exitCosts(Roofline(ops, m, {1, 1, NumberType::F32}), {0.25}).ns == 40000 + gate + 0.75 * 40000 + answer,
             boost::test_tools::tolerance(tight));
  // With four samples the second stage is read unless all four left.
  const double anybody = 1 - std::pow(0.25, 4);
  BOOST_TEST(exitCosts(Roofline(ops, m, {4, 1, NumberType::F32}), {0.25}).stages[1].ns() == anybody * 40000, boost::test_tools::tolerance(tight));
}

BOOST_AUTO_TEST_CASE(the_shorter_way_is_taken_and_an_exit_may_never_pay) {
  ModelOps ops = computing(2);
  ops.stages[0].first = {op(200, 0)}, ops.stages[0].rest = {op(850, 0)};
  const Machine m = machine();
  const Roofline r(ops, m, {1000, 1, NumberType::F32});
  // Whole 10, exit-first 2 + 8.5 for those who stay; gate 1, answers 0.5 for the leavers.
  const ExitStage few = exitCosts(r, {0.02}).stages[0], many = exitCosts(r, {0.5}).stages[0];
  BOOST_TEST(!few.exitFirst);
  BOOST_TEST(few.firstNs == 1000 * (2 + 1 + 0.01 + 0.98 * 8.5), boost::test_tools::tolerance(tight));
  BOOST_TEST(many.exitFirst);
  BOOST_TEST(many.ns() == 1000 * (2 + 1 + 0.25 + 0.5 * 8.5), boost::test_tools::tolerance(tight));
  ops.stages[0].decide = {op(5000, 0)};
  const ExitCosts dear = exitCosts(Roofline(ops, m, {1000, 1, NumberType::F32}), {0.5});
  BOOST_TEST(dear.stages[0].breakEven > 1);
  BOOST_TEST(dear.uniformBreakEven > 1);
}
