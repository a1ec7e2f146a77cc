// The recommended threshold, from what all stages say of validation samples: by hand on four samples, in each direction of the comparison.
#include "runtime/infer/Thresholds.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace offramp::runtime;

namespace {

/// Two stages, two classes. Stage 1 is right for the samples 0 and 1, stage 2 for 0, 2 and 3; `decision` after stage 1 is given.
Collected handMade(std::vector<float> decision, std::vector<float> leave) {
  Collected c;
  c.samples = 4, c.stages = 2, c.classes = 2;
  const float stageOne[4] = {1, 1, 0, 0}, stageTwo[4] = {1, 0, 1, 1};  // 1: right
  for (int i = 0; i < 4; ++i) {
    for (float right : {stageOne[i], stageTwo[i]}) c.logits.insert(c.logits.end(), {1 - right, right});
    c.labels.push_back(1);
    c.decision.insert(c.decision.end(), {decision[(size_t)i], NAN});
    c.leave.insert(c.leave.end(), {leave[(size_t)i], 1});
  }
  return c;
}

const ThresholdPoint &at(const std::vector<ThresholdPoint> &points, double value) {
  for (const ThresholdPoint &point : points)
    if (point.value == value) return point;
  BOOST_FAIL("no point at " << value);
  return points.front();
}

}  // namespace

BOOST_AUTO_TEST_CASE(aboveTheValueLeaves) {
  auto points = thresholdCurve(handMade({0.9f, 0.8f, 0.4f, 0.2f}, {1, 1, 0, 0}), 0.5);
  BOOST_TEST(at(points, 0.5).quality == 1.0);      // 0 and 1 leave, both right; 2 and 3 stay, both right
  BOOST_TEST(at(points, 0.5).meanStage == 1.5);
  BOOST_TEST(at(points, 0.8).quality == 0.75);     // 1 stays as well and is wrong later
  BOOST_TEST(at(points, 0.8).meanStage == 1.75);
  BOOST_TEST(at(points, 0.2).meanStage == 1.25);    // 3 stays: 0.2 is not above 0.2
}

BOOST_AUTO_TEST_CASE(belowTheValueLeaves) {
  auto points = thresholdCurve(handMade({0.1f, 0.2f, 0.7f, 0.9f}, {1, 1, 0, 0}), 0.5);
  BOOST_TEST(at(points, 0.5).quality == 1.0);
  BOOST_TEST(at(points, 0.2).meanStage == 1.75);    // entropy below 0.2: sample 0 alone
}

BOOST_AUTO_TEST_CASE(countsAreComparedToo) {
  auto points = thresholdCurve(handMade({1, 1, 0, 0}, {1, 1, 0, 0}), 1);  // patience: leave from 1 on
  BOOST_TEST(at(points, 1).meanStage == 1.5);
  BOOST_TEST(at(points, 0).meanStage == 1.0);
}

BOOST_AUTO_TEST_CASE(decisionsThatCrowdNearOneAreToldApart) {
  auto points = thresholdCurve(handMade({0.99999f, 0.99998f, 0.99992f, 0.2f}, {1, 1, 1, 0}), 0.5);
  BOOST_TEST(at(points, 0.99992).meanStage == 1.5);  // 2 stays too: its decision is not above itself
  BOOST_TEST(at(points, 0.99998).meanStage == 1.75);
  BOOST_TEST(at(points, 0.99999).meanStage == 2.0);
}

BOOST_AUTO_TEST_CASE(whatIsNoComparisonGivesNoCurve) {
  BOOST_TEST(thresholdCurve(handMade({0.9f, 0.8f, 0.4f, 0.2f}, {1, 0, 1, 0}), 0.5).empty());
  Collected unlabelled = handMade({0.9f, 0.8f, 0.4f, 0.2f}, {1, 1, 0, 0});
  unlabelled.labels.clear();
  BOOST_TEST(thresholdCurve(unlabelled, 0.5).empty());
}

BOOST_AUTO_TEST_CASE(whereLabelsAreNumbersTheirCorrelationCounts) {
  Collected c;  // stage 1 has the numbers 0 and 1 right and 2 and 3 exchanged, stage 2 the other way round
  c.samples = 4, c.stages = 2, c.classes = 1;
  c.numbers = {1, 2, 3, 4};
  c.logits = {1, 2, 2, 1, 4, 3, 3, 4};
  c.decision = {0.1f, NAN, 0.2f, NAN, 0.7f, NAN, 0.9f, NAN};
  c.leave = {1, 1, 1, 1, 0, 1, 0, 1};
  auto points = thresholdCurve(c, 0.5);
  BOOST_TEST(at(points, 0.5).quality == 1.0, boost::test_tools::tolerance(1e-12));
  BOOST_TEST(at(points, 0.5).meanStage == 1.5);
  BOOST_TEST(at(points, 0.1).quality == 0.8, boost::test_tools::tolerance(1e-12));  // nobody leaves: 2 and 1, then 3 and 4
  const CollectedSummary summary = summarize(c);
  BOOST_TEST(summary.metrics.at(0).name == "pearson");
  BOOST_TEST(summary.metrics.at(1).perStage.at(0) == 0.8, boost::test_tools::tolerance(1e-12));
}
