// Exit parity on random models (DESIGN.md 7.1): the walk and the collected form with its rule choose the same exits, logits and distances in the
// interpreter, and every other backend the same exits wherever the distance to flip exceeds the margin of f32.
#include "tests/conformance/RandomPrograms.h"

#include <boost/test/unit_test.hpp>

#include <cmath>

using namespace offramp::test;
using offramp::reference::Answer;
using offramp::reference::Value;

namespace {

const int kPrograms = 60;
const uint64_t kSeed = 20240;
const double kMargin = 1e-4;  // f32; docs/spec/numerics.md

std::vector<Answer> simulated(const RandomProgram &p) {
  ProgramOutputs out = backends()[0].run(p.text, "evaluate", p.inputs);
  auto value = [&](const char *name) { return Value::perSample(out.collected.at(name)); };
  return simulateExits(value("logits"), value("leave"), value("decision"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(walkAndCollectChooseTheSameExits) {
  std::map<int64_t, int64_t> exits;
  for (int i = 0; i < kPrograms; ++i) {
    RandomProgram p = randomProgram(kSeed + i);
    BOOST_TEST_CONTEXT(p.summary) {
      std::vector<Answer> walk = backends()[0].run(p.text, "infer", p.inputs).answers, collect = simulated(p);
      BOOST_TEST_REQUIRE(walk.size() == collect.size());
      for (size_t s = 0; s < walk.size(); ++s) {
        BOOST_TEST(walk[s].stage == collect[s].stage);
        BOOST_TEST(walk[s].logits.data == collect[s].logits.data, boost::test_tools::per_element());
        BOOST_TEST((walk[s].decision == collect[s].decision || (std::isnan(walk[s].decision) && std::isnan(collect[s].decision))));
        ++exits[walk[s].stage];
      }
    }
  }
  // The generator must give early, middle and last exits, or the test above says little.
  BOOST_TEST(exits.size() >= 5u);
  for (auto [stage, samples] : exits) BOOST_TEST_MESSAGE("stage " << stage << ": " << samples << " samples");
}

BOOST_AUTO_TEST_CASE(exitsOffGivesTheLastStage) {
  for (int i = 0; i < 8; ++i) {
    RandomProgram p = randomProgram(kSeed + i, 5);
    p.inputs.options.exits = false;
    for (const Answer &a : backends()[0].run(p.text, "infer", p.inputs).answers) BOOST_TEST(a.stage == p.stages, p.summary);
  }
}

BOOST_AUTO_TEST_CASE(aSampleAloneGetsTheAnswerItGetsInABatch) {
  for (int i = 0; i < 12; ++i) {
    RandomProgram p = randomProgram(kSeed + i, 6), alone = p;
    std::vector<Answer> all = backends()[0].run(p.text, "infer", p.inputs).answers;
    for (int64_t s = 0; s < 6; ++s) {
      alone.inputs.inputs.samples = 1;
      alone.inputs.inputs.inputs[0] = {p.inputs.inputs.inputs[0][s]};
      Answer a = backends()[0].run(p.text, "infer", alone.inputs).answers[0];
      BOOST_TEST(a.stage == all[s].stage, p.summary);
      BOOST_TEST(a.logits.data == all[s].logits.data, boost::test_tools::per_element());
      BOOST_TEST(a.distance == all[s].distance);
    }
  }
}

// The distance is a promise: a threshold moved by less than it changes no exit; moved just past it, the nearest sample flips.
BOOST_AUTO_TEST_CASE(thresholdsMovedWithinTheDistanceChangeNoExit) {
  int flips = 0;
  for (int i = 0; i < kPrograms; ++i) {
    RandomProgram p = randomProgram(kSeed + i);
    if (p.summary.find("patience") != std::string::npos || p.stages == 1) continue;
    std::vector<Answer> before = backends()[0].run(p.text, "infer", p.inputs).answers;
    double least = INFINITY;
    for (const Answer &a : before) least = std::min(least, a.distance);
    double setting = (float)p.inputs.inputs.settings[0];
    for (double by : {0.99, 1.01})
      for (double sign : {-1.0, 1.0}) {
        p.inputs.inputs.settings[0] = setting + sign * by * least;
        if (std::fabs((float)p.inputs.inputs.settings[0] - setting - sign * by * least) > 0.005 * least) continue;  // f32 settings are too coarse
        std::vector<Answer> after = backends()[0].run(p.text, "infer", p.inputs).answers;
        for (size_t s = 0; s < before.size(); ++s) {
          if (by < 1) BOOST_TEST(after[s].stage == before[s].stage, p.summary);
          else flips += after[s].stage != before[s].stage;
        }
      }
  }
  BOOST_TEST(flips > 0);
}

BOOST_AUTO_TEST_CASE(backendsChooseTheSameExits) {
  for (const Backend &backend : backends()) {
    int64_t near = 0, all = 0;
    for (int i = 0; i < kPrograms; ++i) {
      RandomProgram p = randomProgram(kSeed + i);
      BOOST_TEST_CONTEXT(backend.name << ", " << p.summary) {
        std::vector<Answer> expected = backends()[0].run(p.text, "infer", p.inputs).answers, got;
        try {
          got = backend.run(p.text, "infer", p.inputs).answers;
        } catch (const std::exception &e) {
          BOOST_ERROR(e.what());
          continue;
        }
        BOOST_TEST_REQUIRE(got.size() == expected.size());
        for (size_t s = 0; s < got.size(); ++s, ++all) {
          if (expected[s].distance <= kMargin) {
            ++near;
            continue;
          }
          BOOST_TEST(got[s].stage == expected[s].stage);
          for (int64_t c = 0; c < p.classes && got[s].stage == expected[s].stage; ++c)
            BOOST_TEST(std::fabs(got[s].logits.data[c] - expected[s].logits.data[c]) <= 10 * backend.tolerance * (1 + std::fabs(expected[s].logits.data[c])));
        }
      }
    }
    BOOST_TEST_MESSAGE(backend.name << ": " << near << " of " << all << " samples within " << kMargin << " of another decision, not compared");
    BOOST_TEST(near * 50 < all);
  }
}
