// Exit parity on random models (DESIGN.md 7.1): the walk and the collected form with its rule choose the same exits, logits and distances in the
// interpreter, and every other backend the same exits wherever the distance to flip exceeds the margin of f32. OFFRAMP_PROGRAM=n runs and prints
// the n-th program alone.
#include "tests/conformance/RandomPrograms.h"

#include <boost/test/unit_test.hpp>

#include <cmath>
#include <cstdlib>
#include <iostream>

using namespace offramp::test;
using offramp::reference::Answer;
using offramp::reference::Value;

namespace {

const int kPrograms = 60;

/// Of these so many are compiled for the CPU, which takes seconds each; OFFRAMP_RANDOM_PROGRAMS=60 takes them all.
int compiledPrograms() {
  const char *asked = std::getenv("OFFRAMP_RANDOM_PROGRAMS");
  return asked ? std::atoi(asked) : 16;
}
const uint64_t kSeed = 20240;
const double kMargin = 1e-4;  // f32; docs/spec/numerics.md

std::vector<Answer> simulated(const RandomProgram &p) {
  ProgramOutputs out = runOnce(backends()[0], p.text, "evaluate", p.inputs);
  auto value = [&](const char *name) { return Value::perSample(out.collected.at(name)); };
  return simulateExits(value("logits"), value("leave"), value("decision"));
}

}  // namespace

BOOST_AUTO_TEST_CASE(walkAndCollectChooseTheSameExits) {
  std::map<int64_t, int64_t> exits;
  for (int i = 0; i < kPrograms; ++i) {
    RandomProgram p = randomProgram(kSeed + i);
    BOOST_TEST_CONTEXT(p.summary) {
      std::vector<Answer> walk = runOnce(backends()[0], p.text, "infer", p.inputs).answers, collect = simulated(p);
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
    for (const Answer &a : runOnce(backends()[0], p.text, "infer", p.inputs).answers) BOOST_TEST(a.stage == p.stages, p.summary);
  }
}

BOOST_AUTO_TEST_CASE(aSampleAloneGetsTheAnswerItGetsInABatch) {
  for (int i = 0; i < 12; ++i) {
    RandomProgram p = randomProgram(kSeed + i, 6), alone = p;
    std::vector<Answer> all = runOnce(backends()[0], p.text, "infer", p.inputs).answers;
    for (int64_t s = 0; s < 6; ++s) {
      alone.inputs.inputs.samples = 1;
      alone.inputs.inputs.inputs[0] = {p.inputs.inputs.inputs[0][s]};
      Answer a = runOnce(backends()[0], p.text, "infer", alone.inputs).answers[0];
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
    std::vector<Answer> before = runOnce(backends()[0], p.text, "infer", p.inputs).answers;
    double least = INFINITY;
    for (const Answer &a : before) least = std::min(least, a.distance);
    double setting = (float)p.inputs.inputs.settings[0];
    for (double by : {0.99, 1.01})
      for (double sign : {-1.0, 1.0}) {
        p.inputs.inputs.settings[0] = setting + sign * by * least;
        if (std::fabs((float)p.inputs.inputs.settings[0] - setting - sign * by * least) > 0.005 * least) continue;  // f32 settings are too coarse
        std::vector<Answer> after = runOnce(backends()[0], p.text, "infer", p.inputs).answers;
        for (size_t s = 0; s < before.size(); ++s) {
          if (by < 1) BOOST_TEST(after[s].stage == before[s].stage, p.summary);
          else flips += after[s].stage != before[s].stage;
        }
      }
  }
  BOOST_TEST(flips > 0);
}

// --- every other backend -----------------------------------------------------------------------------------------------------

namespace {

/// Programs in one set, and what the reference says of all their samples.
struct Suite {
  std::vector<RandomProgram> programs;
  ProgramSet set;
  std::vector<std::vector<Answer>> expected;

  static std::string name(size_t i, const char *program) { return "p" + std::to_string(i) + "." + program; }
};

const std::vector<int64_t> kBatches = {1, 7, 33};

const Suite &suite() {
  static const Suite all = [] {
    Suite s;
    const char *chosen = std::getenv("OFFRAMP_PROGRAM");
    for (int i = 0; i < (chosen ? kPrograms : compiledPrograms()); ++i) {
      if (chosen && i != std::atoi(chosen)) continue;
      s.set.add("p" + std::to_string(s.programs.size()), randomProgram(kSeed + i, 41).text, randomProgram(kSeed + i, 41).inputs.weights);
      s.programs.push_back(randomProgram(kSeed + i, 41));
    }
    if (chosen) std::cout << s.programs.at(0).summary << "\n" << s.set.text();
    std::unique_ptr<Loaded> reference = backends()[0].load(s.set);
    for (size_t i = 0; i < s.programs.size(); ++i) s.expected.push_back(reference->run(Suite::name(i, "infer"), s.programs[i].inputs).answers);
    return s;
  }();
  return all;
}

/// All backends but the reference, loaded once: what they share is compiled once.
const std::vector<std::pair<const Backend *, std::unique_ptr<Loaded>>> &others() {
  static const auto all = [] {
    std::vector<std::pair<const Backend *, std::unique_ptr<Loaded>>> out;
    for (size_t b = 1; b < backends().size(); ++b) out.emplace_back(&backends()[b], backends()[b].load(suite().set));
    return out;
  }();
  return all;
}

/// All samples in batches of 1, 7 and 33.
std::vector<Answer> inBatches(Loaded &loaded, const std::string &program, const ProgramInputs &in) {
  std::vector<Answer> all;
  for (int64_t n : kBatches)
    for (Answer &a : loaded.run(program, part(in, (int64_t)all.size(), (int64_t)all.size() + n)).answers) all.push_back(std::move(a));
  return all;
}

/// Calls `f(inputs, text)` for exit-first off and on, regrouping off and on.
template <typename F> void everyWay(ProgramInputs in, F f) {
  for (int split : {0, 1})
    for (int regroup : {0, 1}) {
      in.split = split, in.regroup = regroup;
      f(in, "exit-first " + std::to_string(split) + ", regroup " + std::to_string(regroup));
    }
}

}  // namespace

BOOST_AUTO_TEST_CASE(backendsChooseTheSameExits) {
  for (auto &[backend, loaded] : others()) {
    int64_t near = 0, all = 0;
    for (size_t i = 0; i < suite().programs.size(); ++i) {
      const RandomProgram &p = suite().programs[i];
      const std::vector<Answer> &expected = suite().expected[i];
      everyWay(p.inputs, [&](const ProgramInputs &in, const std::string &way) {
        BOOST_TEST_CONTEXT(backend->name << ", " << p.summary << ", " << way) {
          std::vector<Answer> got;
          try {
            got = inBatches(*loaded, Suite::name(i, "infer"), in);
          } catch (const std::exception &e) {
            BOOST_ERROR(e.what());
            return;
          }
          BOOST_TEST_REQUIRE(got.size() == expected.size());
          for (size_t s = 0; s < got.size(); ++s, ++all) {
            if (expected[s].distance <= kMargin) {
              ++near;
              continue;
            }
            BOOST_TEST(got[s].stage == expected[s].stage, "sample " << s << " leaves at " << got[s].stage << " instead of " << expected[s].stage);
            if (got[s].stage != expected[s].stage) continue;
            BOOST_TEST(std::isnan(got[s].decision) == std::isnan(expected[s].decision));
            if (!std::isnan(expected[s].decision)) BOOST_TEST(std::fabs(got[s].decision - expected[s].decision) <= 10 * backend->tolerance * (1 + std::fabs(expected[s].decision)));
            for (int64_t c = 0; c < p.classes; ++c)
              BOOST_TEST(std::fabs(got[s].logits.data[c] - expected[s].logits.data[c]) <= 10 * backend->tolerance * (1 + std::fabs(expected[s].logits.data[c])));
          }
        }
      });
    }
    std::cout << backend->name << ": " << near << " of " << all << " exits within " << kMargin << " of another decision, not compared\n";
    BOOST_TEST(near * 50 < all);
  }
}

BOOST_AUTO_TEST_CASE(backendsSimulateTheSameExits) {
  for (auto &[backend, loaded] : others())
    for (size_t i = 0; i < suite().programs.size(); ++i) {
      const RandomProgram &p = suite().programs[i];
      BOOST_TEST_CONTEXT(backend->name << ", " << p.summary) {
        ProgramOutputs out = loaded->run(Suite::name(i, "evaluate"), p.inputs);
        auto value = [&](const char *name) { return Value::perSample(out.collected.at(name)); };
        std::vector<Answer> got = simulateExits(value("logits"), value("leave"), value("decision"));
        for (size_t s = 0; s < got.size(); ++s)
          if (suite().expected[i][s].distance > kMargin) BOOST_TEST(got[s].stage == suite().expected[i][s].stage);
      }
    }
}

/// Own kernels sum a row in the same order wherever the row lies: batch size, exit-first and regrouping change no bit.
BOOST_AUTO_TEST_CASE(ownKernelsGiveTheSameBitsHoweverSamplesAreGrouped) {
  for (auto &[backend, loaded] : others()) {
    if (!backend->sameBits) continue;
    for (size_t i = 0; i < suite().programs.size(); ++i) {
      const RandomProgram &p = suite().programs[i];
      std::vector<Answer> whole = loaded->run(Suite::name(i, "infer"), p.inputs).answers;
      everyWay(p.inputs, [&](const ProgramInputs &in, const std::string &way) {
        std::vector<Answer> got = inBatches(*loaded, Suite::name(i, "infer"), in);
        int64_t different = 0;
        for (size_t s = 0; s < got.size(); ++s)
          different += got[s].stage != whole[s].stage || got[s].logits.data != whole[s].logits.data ||
                       !(got[s].decision == whole[s].decision || (std::isnan(got[s].decision) && std::isnan(whole[s].decision)));
        BOOST_TEST(different == 0, different << " samples get other bits: " << p.summary << ", " << way);
      });
    }
  }
}

/// A threshold that nobody reaches is the network without exits, bit for bit, on every backend.
BOOST_AUTO_TEST_CASE(aThresholdNobodyReachesIsExitsOff) {
  for (auto &[backend, loaded] : others())
    for (size_t i = 0; i < suite().programs.size(); ++i) {
      const RandomProgram &p = suite().programs[i];
      everyWay(p.inputs, [&](ProgramInputs in, const std::string &way) {
        in.inputs.settings[0] = p.summary.find("entropy") != std::string::npos ? -1 : p.summary.find("patience") != std::string::npos ? 100 : 1.1;
        std::vector<Answer> nobody = loaded->run(Suite::name(i, "infer"), in).answers;
        in.options.exits = false;
        in.inputs.settings = p.inputs.inputs.settings;
        std::vector<Answer> off = loaded->run(Suite::name(i, "infer"), in).answers;
        int64_t different = 0;
        for (size_t s = 0; s < off.size(); ++s)
          different += nobody[s].stage != p.stages || off[s].stage != p.stages || nobody[s].logits.data != off[s].logits.data;
        BOOST_TEST(different == 0, different << " samples differ: " << backend->name << ", " << p.summary << ", " << way);
      });
    }
}

/// Training steps: forward, rollout, dropout, derivatives and shared gradients of whole models, in one chunk and with the step's size given.
BOOST_AUTO_TEST_CASE(backendsComputeTheSameGradients) {
  ProgramSet set = suite().set;
  set.differentiate = true;
  std::unique_ptr<Loaded> reference = backends()[0].load(set);
  std::vector<std::unique_ptr<Loaded>> held;
  for (size_t b = 1; b < backends().size(); ++b) {
    held.push_back(backends()[b].load(set));
    double worst = 0;
    for (size_t i = 0; i < suite().programs.size(); ++i) {
      const RandomProgram &p = suite().programs[i];
      for (auto [begin, end] : {std::pair<int64_t, int64_t>{0, 1}, {1, 8}, {8, 41}}) {
        ProgramInputs in = part(p.inputs, begin, end);
        in.options.seed = 3;
        in.options.stepSamples = 41;
        for (int64_t s = begin; s < end; ++s) in.options.visits.push_back(100 + 7 * s);
        BOOST_TEST_CONTEXT(backends()[b].name << ", " << p.summary << ", batch of " << end - begin) {
          ProgramOutputs expected = reference->run(Suite::name(i, "train.step"), in), got = held.back()->run(Suite::name(i, "train.step"), in);
          double difference = 0, norm = 0;
          for (size_t k = 0; k < expected.gradients.size(); ++k) {
            difference += std::pow(got.gradients[k] - expected.gradients[k], 2);
            norm += std::pow(expected.gradients[k], 2);
          }
          double error = std::sqrt(difference / norm);
          worst = std::max(worst, error);
          BOOST_TEST(norm > 0);
          BOOST_TEST(error < 1e-4);
          BOOST_TEST_REQUIRE(got.reports.size() == expected.reports.size());
          for (size_t k = 0; k < expected.reports.size(); ++k) BOOST_TEST(std::fabs(got.reports[k] - expected.reports[k]) <= 1e-5 * (1 + std::fabs(expected.reports[k])));
        }
      }
    }
    std::cout << backends()[b].name << ": gradients of training steps differ by at most " << worst << "\n";
  }
}
