// Contracts of compiled inference on a real run (DESIGN.md 7.1, 7.3): the same bits however samples are grouped, nobody leaves at a threshold nobody
// reaches, no allocation once a batch size was seen. The run folder is the argument behind `--`.
#include "tests/CountAllocations.h"

#include "compiler/tools/offramp/OpenRun.h"

#include "runtime/data/Splits.h"
#include "runtime/infer/Infer.h"
#include "runtime/data/WorstRows.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstring>
#include <filesystem>

using namespace offramp;
using namespace offramp::runtime;

namespace {

const std::string kData = "/usr/share/datasets/fashion-mnist/";
constexpr int64_t kSamples = 960;

struct Answers {
  std::vector<float> logits, decision;
  std::vector<int32_t> stage;
};

struct Fixture {
  tool::OpenRun run;
  std::shared_ptr<const Dataset> data;
  Split split;

  Fixture() {
    auto &suite = boost::unit_test::framework::master_test_suite();
    BOOST_REQUIRE(suite.argc == 2);
    if (!std::filesystem::exists(kData)) {
      std::puts("SKIPPED: no Fashion-MNIST (apt install dataset-fashion-mnist)");
      std::_Exit(77);
    }
    run = tool::openRun(suite.argv[1], {}, 2);
    data = tool::testData({"test=" + kData + "t10k-images-idx3-ubyte.gz," + kData + "t10k-labels-idx1-ubyte.gz"}, run.fields);
    split = wholeSplit(data, kSamples);
  }

  Infer inferFor(BatchBuilder &builder, int64_t batch) { return Infer(*run.session, batch, worstRows(builder.rowCount(), split.rows, batch)); }

  template <typename F> void batches(BatchBuilder &builder, Infer &infer, const InferOptions &options, int64_t batch, F take) {
    for (int64_t at = 0; at < split.size(); at += batch) {
      const int64_t n = std::min(batch, split.size() - at);
      builder.build({split.rows.data() + at, (size_t)n});
      take(infer.run(builder, options), at);
    }
  }

  Answers answers(int64_t batch, const InferOptions &options) {
    BatchBuilder builder(*data, run.artifact->manifest().rowsPerSample);
    Infer infer = inferFor(builder, batch);
    Answers all;
    batches(builder, infer, options, batch, [&](const InferResult &r, int64_t) {
      all.logits.insert(all.logits.end(), r.logits, r.logits + r.samples * r.classes);
      all.decision.insert(all.decision.end(), r.decision, r.decision + r.samples);
      all.stage.insert(all.stage.end(), r.stage, r.stage + r.samples);
    });
    return all;
  }
};

/// Samples whose stage, decision or logits are not the same bits.
int64_t different(const Answers &a, const Answers &b, bool decisions = true) {
  const size_t n = a.stage.size(), classes = a.logits.size() / n;
  int64_t count = 0;
  for (size_t i = 0; i < n; ++i)
    count += a.stage[i] != b.stage[i] || (decisions && std::memcmp(&a.decision[i], &b.decision[i], 4) != 0) ||
             std::memcmp(&a.logits[i * classes], &b.logits[i * classes], classes * 4) != 0;
  return count;
}

Fixture &fixture() {
  static Fixture f;
  return f;
}

}  // namespace

BOOST_AUTO_TEST_CASE(groupingChangesNoBit) {
  Fixture &f = fixture();
  const Answers plain = f.answers(64, {true, 0, 0});
  std::vector<int64_t> exits((size_t)f.run.artifact->manifest().stages);
  for (int32_t stage : plain.stage) ++exits[(size_t)stage - 1];
  BOOST_TEST((exits.front() > 0 || exits[1] > 0));
  for (int64_t batch : {1, 7, 64})
    for (int split : {0, 1, 2})
      for (int regroup : {0, 1, 2}) {
        const int64_t n = different(f.answers(batch, {true, split, regroup}), plain);
        BOOST_TEST(n == 0, n << " of " << kSamples << " samples get other bits at batch " << batch << ", exit-first " << split << ", regroup " << regroup);
      }
}

BOOST_AUTO_TEST_CASE(aThresholdNobodyReachesIsExitsOff) {
  Fixture &f = fixture();
  for (int64_t batch : {1, 64})
    for (int split : {0, 1, 2}) {
      const Answers off = f.answers(batch, {false, split, 2});
      const double threshold = f.run.session->settings().named().at("threshold");
      f.run.session->settings().set("threshold", 1.1);
      const Answers nobody = f.answers(batch, {true, split, 2});
      f.run.session->settings().set("threshold", threshold);
      BOOST_TEST(different(nobody, off, false) == 0, "batch " << batch << ", exit-first " << split);
      for (int32_t stage : nobody.stage) BOOST_TEST(stage == f.run.artifact->manifest().stages);
    }
}

BOOST_AUTO_TEST_CASE(steadyStateAllocatesNothing) {
  Fixture &f = fixture();
  for (int64_t batch : {1, 64}) {
    BatchBuilder builder(*f.data, f.run.artifact->manifest().rowsPerSample);
    Infer infer = f.inferFor(builder, batch);
    auto pass = [&] { f.batches(builder, infer, {}, batch, [](const InferResult &, int64_t) {}); };
    const long first = allocations.load();
    BOOST_TEST(first > 0);  // the counter works
    pass();
    const long before = allocations.load();
    pass();
    const long during = allocations.load() - before;
    BOOST_TEST(during == 0, during << " allocations in " << (kSamples + batch - 1) / batch << " batches of " << batch);
  }
}
