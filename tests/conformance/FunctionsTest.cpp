// exp, log, tanh, gelu … far from where random operands lie: every backend against the formulas in f64, element by element, over a grid from
// tails to zero, at infinities and for NaN. ConformanceTest compares norms of values around 1, which the tails of a fitted quotient do not reach.
#include "tests/conformance/OpCase.h"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace offramp::test;
using offramp::reference::Tensor;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct Function {
  std::string op;
  double (*formula)(double);
  double relative, absolute;  ///< an element may be wrong by the sum of both parts
  double from, to;            ///< of the grid
  double scaled = 0;          ///< and by this much of |x|: x·Φ(x) is as wrong as Φ, times x
  int operands = 1;           ///< a derivative has an adjoint beside x: 1 here
};

double cdf(double x) { return 0.5 * std::erfc(-x * M_SQRT1_2); }
double pdf(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI); }

const std::vector<Function> kFunctions = {
    {"exp", [](double x) { return std::exp(x); }, 3e-7, 1.2e-38, -90, 88},
    {"log", [](double x) { return std::log(x); }, 3e-7, 1e-7, 1.2e-38, 1e30},
    {"tanh", [](double x) { return std::tanh(x); }, 4e-7, 0, -30, 30},
    {"sigmoid", [](double x) { return 1 / (1 + std::exp(-x)); }, 6e-7, 1e-37, -80, 80},
    {"softplus", [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::fabs(x))); }, 3e-7, 3e-7, -80, 80},
    {"gelu", [](double x) { return x * cdf(x); }, 0, 1e-12, -30, 30, 3e-7},
    {"gelu_dx", [](double x) { return cdf(x) + x * pdf(x); }, 0, 4e-7, -30, 30, 0, 2},
};

constexpr int64_t kCount = 6001;

/// Evenly over the range, and as many in even ratios: around zero, or from end to end of positive numbers.
std::vector<double> gridOf(const Function &f) {
  std::vector<double> grid;
  for (int64_t i = 0; i < kCount; ++i) {
    const double share = double(i) / (kCount - 1);
    double x = i % 2 ? f.from + share * (f.to - f.from) : f.from > 0 ? f.from * std::pow(f.to / f.from, share) : std::pow(10, -8 + 9 * share) * (i % 4 ? -1 : 1);
    grid.push_back((float)std::clamp(x, f.from, f.to));
  }
  return grid;
}

std::vector<double> valuesOf(const Backend &backend, const Function &f, const std::vector<double> &x) {
  const std::vector<int64_t> item = {(int64_t)x.size()};
  OpCase c{f.op, "nn." + f.op, "", std::vector<OperandSpec>(size_t(f.operands), OperandSpec{Place::Sample, item}), {{Place::Sample, item}}};
  CaseInputs in = inputsOf(c, {1}, 1);
  in.program.inputs.inputs[0][0].data = x;
  if (f.operands == 2) in.program.inputs.inputs[1][0].data.assign(x.size(), 1);
  return runOnce(backend, moduleOf(c, {1}, true), "program", in.program).collected.at("y0")[0].data;
}

}  // namespace

BOOST_AUTO_TEST_CASE(tailsAndZerosFollowTheFormulas) {
  for (const Backend &backend : backends())
    for (const Function &f : kFunctions) {
      const std::vector<double> x = gridOf(f), y = valuesOf(backend, f, x);
      BOOST_TEST_REQUIRE(y.size() == x.size());
      size_t worst = 0;
      double most = -1;
      for (size_t i = 0; i < x.size(); ++i) {
        const double wanted = f.formula(x[i]), allowed = f.relative * std::fabs(wanted) + f.absolute + f.scaled * std::fabs(x[i]);
        const double error = std::isfinite(y[i]) ? std::fabs(y[i] - wanted) / allowed : kInfinity;
        if (error > most) most = error, worst = i;
      }
      BOOST_TEST(most <= 1, backend.name << ", " << f.op << "(" << x[worst] << ") = " << y[worst] << ", " << f.formula(x[worst]) << " by the formula: " << most
                                         << " of the error allowed");
    }
}

BOOST_AUTO_TEST_CASE(nanStaysNan) {
  for (const Backend &backend : backends())
    for (const Function &f : kFunctions)
      for (double y : valuesOf(backend, f, std::vector<double>(37, NAN))) BOOST_TEST_REQUIRE(std::isnan(y), backend.name << ", " << f.op << "(NaN) = " << y);
}

BOOST_AUTO_TEST_CASE(infinitiesHaveTheirLimits) {
  for (const Backend &backend : backends())
    for (const Function &f : kFunctions)
      for (double end : {-kInfinity, kInfinity}) {
        const double wanted = f.formula(end);
        if (std::isnan(wanted)) continue;  // gelu(-∞) is -∞·0, in PyTorch too
        const double y = valuesOf(backend, f, std::vector<double>(37, end)).front();
        const bool right = std::isinf(wanted) ? y == wanted : std::fabs(y - wanted) <= f.relative * std::fabs(wanted) + f.absolute + 1e-6;
        BOOST_TEST(right, backend.name << ", " << f.op << "(" << end << ") = " << y << ", its limit is " << wanted);
      }
}
