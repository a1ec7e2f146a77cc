// Metrics against values computed by hand, and correlations against published ones.
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

BOOST_AUTO_TEST_CASE(pearson_of_the_quartet_of_anscombe) {
  // F. J. Anscombe, "Graphs in Statistical Analysis", The American Statistician 27 (1973): four sets with r = 0.816.
  const std::vector<float> x{10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5};
  const std::vector<float> y1{8.04f, 6.95f, 7.58f, 8.81f, 8.33f, 9.96f, 7.24f, 4.26f, 10.84f, 4.82f, 5.68f};
  const std::vector<float> y2{9.14f, 8.14f, 8.74f, 8.77f, 9.26f, 8.10f, 6.13f, 3.10f, 9.13f, 7.26f, 4.74f};
  const auto printed = boost::test_tools::tolerance(1e-6);
  BOOST_TEST(pearson(x, y1) == 0.81642052, printed);
  BOOST_TEST(pearson(x, y2) == 0.81623651, printed);
  BOOST_TEST(pearson(x, x) == 1, near);
  const std::vector<float> constant(x.size(), 3.5f), large{1e8f, 1e8f + 8, 1e8f + 16}, up{1, 2, 3};
  BOOST_TEST(pearson(x, constant) == 0);
  BOOST_TEST(pearson(large, up) == 1, near);  // means are taken first
}

BOOST_AUTO_TEST_CASE(spearman_of_published_examples) {
  // Intelligence and hours of television a week, the worked example of Wikipedia's article: rho = -29/165.
  const std::vector<float> iq{106, 100, 86, 101, 99, 103, 97, 113, 112, 110}, hours{7, 27, 2, 50, 28, 29, 20, 12, 6, 17};
  BOOST_TEST(spearman(iq, hours) == -29.0 / 165, near);
  // With two equal numbers, from the documentation of scipy.stats.spearmanr.
  const std::vector<float> a{1, 2, 3, 4, 5}, b{5, 6, 7, 8, 7};
  BOOST_TEST(spearman(a, b) == 0.8207826816681233, near);
  const std::vector<float> nan{1, 2, NAN, 4, 5};
  BOOST_TEST(spearman(a, nan) == 0);
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
  std::vector<Prediction> numbers = some;
  for (Prediction &p : numbers) p.number = (float)p.index, p.numberLabel = 2 * (float)p.index + 1;
  for (const auto &[name, value] : glueMetrics("stsb", numbers)) BOOST_TEST(value == 1, near);
  BOOST_TEST(glueMetrics("stsb", numbers).at(0).first == "pearson");
  BOOST_TEST(glueMetrics("stsb", numbers).at(1).first == "spearman");
}
