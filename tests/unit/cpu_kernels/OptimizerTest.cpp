// AdamW over ranges: values against double precision, clipping, what is left alone, and independence of the thread count.
#include "Support.h"

using namespace kernelTest;

BOOST_AUTO_TEST_CASE(adamwMatchesItsFormula) {
  Random random(51);
  for (float clip : {0.0f, 1.0f, 1e6f}) {
    Call call(inMode(EngineMode::Training));
    const int64_t count = 20000;
    Floats w = random.floats(count), m(w.size(), 0.0f), v(w.size(), 0.0f);
    std::vector<double> wd(w.begin(), w.end()), md(w.size(), 0.0), vd(w.size(), 0.0);
    const offramp_range ranges[] = {{0, 9001, 1}, {9100, 500, 0}, {10000, 10000, 1}};
    for (int64_t step = 1; step <= 3; ++step) {
      Floats g = random.floats(count), given = g;
      offramp_adamw o{1e-2f, 0.9f, 0.999f, 1e-8f, 0.1f, clip, step};
      double norm = offramp_cpu_adamw(&call, w.data(), g.data(), m.data(), v.data(), ranges, 3, &o), sum = 0;
      for (const offramp_range &r : ranges)
        for (int64_t i = r.begin; i < r.begin + r.count; ++i) sum += double(given[size_t(i)]) * given[size_t(i)];
      BOOST_TEST(norm == std::sqrt(sum), boost::test_tools::tolerance(1e-12));
      double scale = clip > 0 && norm > clip ? clip / (norm + 1e-6) : 1;
      for (const offramp_range &r : ranges)
        for (int64_t i = r.begin; i < r.begin + r.count; ++i) {
          size_t k = size_t(i);
          double gi = given[k] * scale;
          md[k] = double(o.beta1) * md[k] + (1 - double(o.beta1)) * gi;
          vd[k] = double(o.beta2) * vd[k] + (1 - double(o.beta2)) * gi * gi;
          double decayed = r.decays ? wd[k] * (1 - double(o.lr) * o.weight_decay) : wd[k];
          wd[k] = decayed - o.lr * (md[k] / (1 - std::pow(double(o.beta1), double(step)))) /
                                (std::sqrt(vd[k] / (1 - std::pow(double(o.beta2), double(step)))) + o.eps);
          BOOST_REQUIRE(g[k] == 0.0f);
        }
      for (int64_t i = 9001; i < 9100; ++i) BOOST_REQUIRE(g[size_t(i)] == given[size_t(i)]);   // between the ranges: untouched
    }
    BOOST_TEST(relativeError(w, wd) < 1e-6);
    BOOST_TEST(relativeError(m, md) < 1e-6);
  }
}

BOOST_AUTO_TEST_CASE(adamwDoesNotDependOnThreads) {
  Random random(52);
  const int64_t count = 300001;
  Floats w0 = random.floats(count), g0 = random.floats(count), result[3];
  for (int threads = 1; threads <= 3; ++threads) {
    Call call(inMode(EngineMode::Training, threads));
    Floats w = w0, g = g0, m(w.size(), 0.0f), v(w.size(), 0.0f);
    offramp_range range{0, count, 1};
    offramp_adamw o{1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f, 1.0f, 1};
    offramp_cpu_adamw(&call, w.data(), g.data(), m.data(), v.data(), &range, 1, &o);
    result[threads - 1] = w;
  }
  BOOST_TEST((result[0] == result[1]));
  BOOST_TEST((result[0] == result[2]));
}
