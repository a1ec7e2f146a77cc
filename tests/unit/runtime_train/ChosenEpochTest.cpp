// Which epoch's weights are kept: the latest that validation does not speak against.
#include "runtime/train/ChosenEpoch.h"

#include <boost/test/unit_test.hpp>

#include <vector>

using offramp::runtime::ChosenEpoch;

static int64_t chosenOf(const std::vector<double> &qualities, int64_t samples, bool share = true) {
  ChosenEpoch chosen;
  for (size_t i = 0; i < qualities.size(); ++i) chosen.offer((int64_t)i + 1, qualities[i], samples, share);
  BOOST_TEST(chosen.quality == qualities[(size_t)chosen.epoch - 1]);
  return chosen.epoch;
}

BOOST_AUTO_TEST_CASE(a_standard_error_by_hand) {
  BOOST_TEST(ChosenEpoch::standardError(0.8, 400, true) == 0.02, boost::test_tools::tolerance(1e-12));          // sqrt(0.16 / 400)
  BOOST_TEST(ChosenEpoch::standardError(-0.6, 100, false) == 0.064, boost::test_tools::tolerance(1e-12));       // (1 - 0.36) / 10
  BOOST_TEST(ChosenEpoch::standardError(1, 400, true) == 0);
  BOOST_TEST(ChosenEpoch::standardError(0.5, 1, true) == 0);
}

BOOST_AUTO_TEST_CASE(the_latest_within_a_standard_error_of_the_highest) {
  BOOST_TEST(chosenOf({0.849, 0.848}, 1000) == 2);         // an image less in a thousand says nothing
  BOOST_TEST(chosenOf({0.849, 0.849}, 1000) == 2);
  BOOST_TEST(chosenOf({0.849, 0.830}, 1000) == 1);         // 1.7 standard errors
  BOOST_TEST(chosenOf({0.849, 0.830, 0.845}, 1000) == 3);
  BOOST_TEST(chosenOf({0.849, 0.848}, 1000000) == 1);      // 2.8
  BOOST_TEST(chosenOf({0.7, 0.8, 0.9}, 1000000) == 3);
}

BOOST_AUTO_TEST_CASE(slow_decline_is_measured_from_the_highest) {
  BOOST_TEST(chosenOf({0.85, 0.845, 0.84, 0.835, 0.83}, 1000) == 3);   // 0.0113 below 0.85 at most
}

BOOST_AUTO_TEST_CASE(what_is_no_number_takes_no_place) {
  ChosenEpoch chosen;
  BOOST_TEST(chosen.offer(1, std::nan(""), 1000, false));   // there is nothing else yet
  BOOST_TEST(chosen.offer(2, 0.5, 1000, false));
  BOOST_TEST(!chosen.offer(3, std::nan(""), 1000, false));
  BOOST_TEST((chosen.epoch == 2 && chosen.highest == 0.5));
}

BOOST_AUTO_TEST_CASE(correlations_too) {
  BOOST_TEST(chosenOf({-0.2, 0.80, 0.79}, 1000, false) == 3);   // 0.36 / 31.6 = 0.0114
  BOOST_TEST(chosenOf({-0.2, 0.80, 0.78}, 1000, false) == 2);
}
