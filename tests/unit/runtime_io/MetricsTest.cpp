// Metrics against values computed by hand.
#include "TestSupport.h"

#include "runtime/infer/Metrics.h"

#include <cmath>

using namespace offramp::runtime;

namespace {

const auto near = boost::test_tools::tolerance(1e-12);

/// So many samples of each kind: label 1 answered 1, label 0 answered 1, label 1 answered 0, label 0 answered 0.
std::vector<Prediction> answers(int truePositive, int falsePositive, int falseNegative, int trueNegative) {
  std::vector<Prediction> out;
  auto add = [&](int count, int32_t label, int32_t answer) {
    for (int i = 0; i < count; ++i) out.push_back({(int64_t)out.size(), label, answer, 1, 0.5f});
  };
  add(truePositive, 1, 1), add(falsePositive, 0, 1), add(falseNegative, 1, 0), add(trueNegative, 0, 0);
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(f1_is_of_the_class_asked_for) {
  const auto some = answers(6, 2, 1, 3);  // precision 6/8, recall 6/7
  BOOST_TEST(accuracy(some) == 9.0 / 12, near);
  BOOST_TEST(f1(some, 1) == 2 * (6.0 / 8) * (6.0 / 7) / (6.0 / 8 + 6.0 / 7), near);
  BOOST_TEST(f1(some, 0) == 2.0 * 3 / (2 * 3 + 1 + 2), near);
  BOOST_TEST(f1(answers(0, 0, 0, 5), 1) == 0);
  BOOST_TEST(f1(answers(0, 2, 0, 5), 1) == 0);
  BOOST_TEST(f1(answers(4, 0, 0, 0), 1) == 1);
}

BOOST_AUTO_TEST_CASE(matthews_is_a_correlation) {
  BOOST_TEST(matthews(answers(6, 2, 1, 3)) == (6.0 * 3 - 2 * 1) / std::sqrt(8.0 * 7 * 5 * 4), near);
  BOOST_TEST(matthews(answers(5, 0, 0, 7)) == 1, near);
  BOOST_TEST(matthews(answers(0, 5, 7, 0)) == -1, near);
  BOOST_TEST(matthews(answers(5, 5, 5, 5)) == 0);
  BOOST_TEST(matthews(answers(5, 3, 0, 0)) == 0);  // everybody is answered 1: not defined
}

BOOST_AUTO_TEST_CASE(each_task_has_the_metrics_it_is_reported_with) {
  const auto some = answers(6, 2, 1, 3);
  auto names = [&](const char *task) {
    std::string out;
    for (const auto &[name, value] : glueMetrics(task, some)) out += name + " ";
    return out;
  };
  BOOST_TEST(names("mrpc") == "accuracy f1 ");
  BOOST_TEST(names("qqp") == "accuracy f1 ");
  BOOST_TEST(names("cola") == "accuracy matthews ");
  BOOST_TEST(names("sst2") == "accuracy ");
  BOOST_TEST(names("mnli") == "accuracy ");
}
