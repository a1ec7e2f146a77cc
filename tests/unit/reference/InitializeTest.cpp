// Initial weights depend on seed, path and element only, and have the distribution that their kind says.
#include "runtime/core/Error.h"
#include "runtime/train/Initialize.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace offramp::runtime;

BOOST_AUTO_TEST_CASE(placeAndOrderDoNotMatter) {
  InitialRange a{"stage.1.q.weight", 0, 33, "normal", 0.02}, b{"stage.2.q.weight", 48, 33, "normal", 0.02};
  std::vector<float> first = initializeWeights({a, b}, 96, 7);
  std::swap(a.offset, b.offset);
  std::vector<float> second = initializeWeights({b, a}, 96, 7);
  for (int i = 0; i < 33; ++i) {
    BOOST_TEST(first[i] == second[48 + i]);
    BOOST_TEST(first[48 + i] == second[i]);
  }
  BOOST_TEST(first[0] != first[48]);
  BOOST_TEST(first[40] == 0.0f);  // between ranges
  BOOST_TEST(initializeWeights({a}, 96, 8)[48] != second[48]);
}

BOOST_AUTO_TEST_CASE(momentsAreThoseOfTheKind) {
  const int64_t n = 200000;
  std::vector<float> w = initializeWeights({{"n", 0, n, "normal", 0.5}, {"u", n, n, "uniform", 0.25}, {"c", 2 * n, 3, "constant", 1.5}}, 2 * n + 3, 1);
  double mean = 0, square = 0, fourth = 0, neighbours = 0, low = 1, high = -1;
  for (int64_t i = 0; i < n; ++i) {
    mean += w[i] / n;
    square += (double)w[i] * w[i] / n;
    fourth += std::pow(w[i], 4) / n;
    neighbours += i ? (double)w[i] * w[i - 1] / n : 0;
    low = std::min<double>(low, w[n + i]);
    high = std::max<double>(high, w[n + i]);
  }
  BOOST_TEST(std::fabs(mean) < 0.005);
  BOOST_TEST(std::fabs(std::sqrt(square) - 0.5) < 0.005);
  BOOST_TEST(std::fabs(fourth / (square * square) - 3) < 0.06);  // normal: kurtosis 3
  BOOST_TEST(std::fabs(neighbours / square) < 0.01);
  BOOST_TEST(low >= -0.25);
  BOOST_TEST(low < -0.249);
  BOOST_TEST(high <= 0.25);
  BOOST_TEST(high > 0.249);
  BOOST_TEST(w[2 * n + 2] == 1.5f);
}

BOOST_AUTO_TEST_CASE(unknownKindsAndRangesAreRefused) {
  BOOST_CHECK_THROW(initializeWeights({{"w", 0, 4, "xavier", 1}}, 4, 0), offramp::UserError);
  BOOST_CHECK_THROW(initializeWeights({{"w", 2, 4, "normal", 1}}, 4, 0), offramp::UserError);
}
