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
    const offramp_range ranges[] = {{0, 9001, 1, 0}, {9100, 500, 0, 0}, {10000, 10000, 1, 0}};
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
    offramp_range range{0, count, 1, 0};
    offramp_adamw o{1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f, 1.0f, 1};
    offramp_cpu_adamw(&call, w.data(), g.data(), m.data(), v.data(), &range, 1, &o);
    result[threads - 1] = w;
  }
  BOOST_TEST((result[0] == result[1]));
  BOOST_TEST((result[0] == result[2]));
}

namespace {

// Tables as a step sees them: gradients come through gather_dw only. Elements [0, dense) of the block are updated as a whole.
struct LazyBlock {
  static constexpr int64_t dense = 5000, rows = 200, width = 9, places = 70, placeWidth = 16;
  static constexpr int64_t table = 5008, position = table + rows * width + 8, count = position + places * placeWidth;
  const std::vector<offramp_range> ranges{{0, dense, 1, 0}, {table, rows * width, 1, width}, {position, places * placeWidth, 0, placeWidth}};
  Floats w, g, m, v;
  explicit LazyBlock(Random &random) : w(random.floats(count)), g(size_t(count), 0.0f), m(w.size(), 0.0f), v(w.size(), 0.0f) {}
};

// The rows a step names, some twice, and what is added to them, in two chunks.
struct LazyStep {
  std::vector<int32_t> ids, places;
  Floats words, positions, dense;
  LazyStep(Random &random, int64_t count)
      : words(random.floats(count * LazyBlock::width)), positions(random.floats(count * LazyBlock::placeWidth)), dense(random.floats(LazyBlock::dense)) {
    for (int64_t i = 0; i < count; ++i) ids.push_back(int32_t(random.below(LazyBlock::rows))), places.push_back(int32_t(i % LazyBlock::places));
  }
  void addTo(Call &call, LazyBlock &block) const {
    const int64_t half = int64_t(ids.size()) / 2, count = int64_t(ids.size());
    for (auto [begin, end] : {std::pair<int64_t, int64_t>{0, half}, {half, count}}) {
      offramp_cpu_gather_dw(&call, ids.data() + begin, words.data() + begin * block.width, block.g.data() + block.table, end - begin, block.width,
                            block.rows);
      offramp_cpu_gather_dw(&call, places.data() + begin, positions.data() + begin * block.placeWidth, block.g.data() + block.position, end - begin,
                            block.placeWidth, block.places);
    }
    for (int64_t i = 0; i < block.dense; ++i) block.g[size_t(i)] += dense[size_t(i)];
  }
};

} // namespace

// Rows that a step names follow AdamW's formula with the number of the step; the others keep weights, moments and even what lies in their gradient.
BOOST_AUTO_TEST_CASE(lazyRowsFollowTheFormulaAndTheOthersAreNotTouched) {
  Random random(53);
  for (float clip : {0.0f, 1.0f}) {
    Call call(inMode(EngineMode::Training));
    LazyBlock block(random);
    engineSetUpdates(call.kernels(), block.w.data(), block.g.data(), block.ranges.data(), int64_t(block.ranges.size()));
    std::vector<double> wd(block.w.begin(), block.w.end()), md(wd.size(), 0.0), vd(wd.size(), 0.0);
    for (int64_t step = 1; step <= 4; ++step) {
      LazyStep given(random, step == 3 ? 1 : 60);
      std::vector<bool> updated(wd.size(), false);
      std::fill(updated.begin(), updated.begin() + block.dense, true);
      for (size_t i = 0; i < given.ids.size(); ++i) {
        std::fill_n(updated.begin() + block.table + given.ids[i] * block.width, block.width, true);
        std::fill_n(updated.begin() + block.position + given.places[i] * block.placeWidth, block.placeWidth, true);
      }
      for (size_t k = 0; k < wd.size(); ++k) block.g[k] = updated[k] ? 0.0f : NAN;   // read by nobody
      given.addTo(call, block);
      const LazyBlock before = block;
      offramp_adamw o{1e-2f, 0.9f, 0.999f, 1e-8f, 0.1f, clip, step};
      const double norm = offramp_cpu_adamw(&call, block.w.data(), block.g.data(), block.m.data(), block.v.data(), block.ranges.data(), 3, &o);
      double sum = 0;
      for (size_t k = 0; k < wd.size(); ++k)
        if (updated[k]) sum += double(before.g[k]) * before.g[k];
      BOOST_TEST(norm == std::sqrt(sum), boost::test_tools::tolerance(1e-12));
      const double scale = clip > 0 && norm > clip ? clip / (norm + 1e-6) : 1;
      for (size_t k = 0; k < wd.size(); ++k) {
        if (!updated[k]) {
          BOOST_REQUIRE((block.w[k] == before.w[k] && block.m[k] == before.m[k] && block.v[k] == before.v[k] && std::isnan(block.g[k])));
          continue;
        }
        const double gradient = double(before.g[k]) * scale, decay = int64_t(k) < block.position ? 1 - double(o.lr) * o.weight_decay : 1;
        md[k] = double(o.beta1) * md[k] + (1 - double(o.beta1)) * gradient;
        vd[k] = double(o.beta2) * vd[k] + (1 - double(o.beta2)) * gradient * gradient;
        wd[k] = wd[k] * decay - o.lr * (md[k] / (1 - std::pow(double(o.beta1), double(step)))) /
                                    (std::sqrt(vd[k] / (1 - std::pow(double(o.beta2), double(step)))) + o.eps);
        BOOST_REQUIRE(block.g[k] == 0.0f);
      }
    }
    BOOST_TEST(relativeError(block.w, wd) < 1e-6);
    BOOST_TEST(relativeError(block.m, md) < 1e-6);
  }
}

// A step that names every row is a dense step, bit for bit; and no number of threads changes one.
BOOST_AUTO_TEST_CASE(lazyStepsThatNameAllRowsAreDenseSteps) {
  std::vector<Floats> results;
  for (bool lazy : {true, false})
    for (int threads : {1, 2, 3}) {
      Random random(54);
      Call call(inMode(EngineMode::Training, threads));
      LazyBlock block(random);
      std::vector<offramp_range> ranges = block.ranges;
      if (lazy) engineSetUpdates(call.kernels(), block.w.data(), block.g.data(), ranges.data(), 3);
      else for (offramp_range &range : ranges) range.row = 0;
      for (int64_t step = 1; step <= 3; ++step) {
        LazyStep given(random, block.rows);
        for (int64_t i = 0; i < block.rows; ++i) given.ids[size_t(i)] = int32_t(i);
        given.addTo(call, block);
        offramp_adamw o{1e-2f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.0f, step};
        offramp_cpu_adamw(&call, block.w.data(), block.g.data(), block.m.data(), block.v.data(), ranges.data(), 3, &o);
      }
      results.push_back(block.w);
    }
  for (const Floats &result : results) BOOST_TEST((result == results[0]));
}

BOOST_AUTO_TEST_CASE(lazyStepsNeedTheirRowsTracked) {
  Random random(55);
  Call call(inMode(EngineMode::Training));
  LazyBlock block(random);
  const Floats before = block.w;
  offramp_adamw o{1e-2f, 0.9f, 0.999f, 1e-8f, 0.1f, 0.0f, 1};
  offramp_cpu_adamw(&call, block.w.data(), block.g.data(), block.m.data(), block.v.data(), block.ranges.data() + 1, 1, &o);
  const char *error = engineTakeError(call.kernels());
  BOOST_REQUIRE(error);
  BOOST_TEST(std::string(error).find("not tracked") != std::string::npos);
  BOOST_TEST((block.w == before));
}
