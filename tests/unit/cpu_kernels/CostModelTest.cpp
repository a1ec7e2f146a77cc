// The decisions of the cost model follow from its numbers: each test names the direction in which a number must push.
#include "Support.h"
#include "backends/cpu/kernels/MachineProfile.h"

#include <cstring>
#include <filesystem>
#include <unistd.h>

using namespace kernelTest;

namespace {

MachineProfile flatProfile() {
  MachineProfile p;
  p.rows = {1, 64, 1024};
  p.macsPerNs = {8, 100, 100};
  p.copyBytesPerNs = 10, p.callNs = 1000, p.measured = true;
  return p;
}
// 17 rows, width 128: a stage of 3.4 M multiply-adds a sample, a fifth of it before the decision.
StageCost stage17() { return {200e3, 17e3, 8, 33e3, 165e3, 8, 170e3, 7, 128, true}; }

} // namespace

BOOST_AUTO_TEST_CASE(splitNeedsLeavers) {
  MachineProfile p = flatProfile();
  StageCost s = stage17();
  BOOST_TEST(!chooseSplit(p, s, 64, 64 * 17, 0.0));   // nobody leaves: the whole stage is cheaper
  BOOST_TEST(chooseSplit(p, s, 64, 64 * 17, 0.6));
  bool before = false;
  for (double share = 0; share <= 1; share += 0.05) {   // once it pays it keeps paying
    bool now = chooseSplit(p, s, 64, 64 * 17, share);
    BOOST_TEST((!before || now));
    before = now;
  }
  s.canSplit = false;
  BOOST_TEST(!chooseSplit(p, s, 64, 64 * 17, 0.9));
}

BOOST_AUTO_TEST_CASE(regroupWeighsDeadRowsAgainstTheCopy) {
  MachineProfile p = flatProfile();
  StageCost s = stage17();
  BOOST_TEST(!chooseRegroup(p, s, &s, 1000, 0, 128));
  BOOST_TEST(chooseRegroup(p, s, &s, 500, 500, 128));
  BOOST_TEST(!chooseRegroup(p, s, &s, 5000, 1, 128));
  p.copyBytesPerNs = 1e-3;   // copying is hopeless
  BOOST_TEST(!chooseRegroup(p, s, &s, 500, 500, 128));
}

// An engine that asks the model about two stages: many leave at the first, nobody at the second.
struct AskingCall : Call {
  AskingCall() {
    engineSetProfile(kernels(), flatProfile());
    engineSetStageCosts(kernels(), {stage17(), stage17()});
    engineSetLeaveShares(kernels(), {0.7f, 0.0f});
    split = 2;
  }
};

BOOST_AUTO_TEST_CASE(engineAsksTheModel) {
  AskingCall call;
  Batch b(std::vector<int32_t>(64, 17));
  BOOST_TEST(offramp_cpu_choose_split(&call, &b, 1) == 1);
  BOOST_TEST(offramp_cpu_choose_split(&call, &b, 2) == 0);
  BOOST_TEST(offramp_cpu_choose_split(&call, &b, 9) == 0);   // unknown stage
  EngineChoices choices = engineTakeChoices(call.kernels());
  BOOST_TEST(choices.split == 1);
  BOOST_TEST(choices.whole == 2);
  call.split = 0;
  BOOST_TEST(offramp_cpu_choose_split(&call, &b, 1) == 0);
  call.split = 1;
  BOOST_TEST(offramp_cpu_choose_split(&call, &b, 2) == 1);
}

BOOST_AUTO_TEST_CASE(plansAgreeWithTheDecisions) {
  MachineProfile p = flatProfile();
  StageCost s = stage17();
  for (double samples : {1.0, 8.0, 64.0}) {
    StagePlan none = planStage(p, s, &s, samples, 17, 0.0), many = planStage(p, s, &s, samples, 17, 0.8);
    BOOST_TEST(!none.split);   // nobody leaves: exit-first never pays
    BOOST_TEST(many.split == chooseSplit(p, s, samples, samples * 17, 0.8));
    BOOST_TEST(many.restNs < none.restNs);
    BOOST_REQUIRE(none.splitFrom <= 1);
    BOOST_TEST(chooseSplit(p, s, samples, samples * 17, none.splitFrom));
    BOOST_TEST(!chooseSplit(p, s, samples, samples * 17, none.splitFrom - 0.002));
    BOOST_TEST(none.firstNs + none.restNs >= none.wholeNs);
  }
  auto plans = planStages(p, {s, s, s}, 64, 17, {0.5f, 0.75f, 1.0f});
  BOOST_TEST(plans[0].samples == 64);
  BOOST_TEST(plans[1].samples == 32);
  BOOST_TEST(plans[2].samples == 8);
  s.canSplit = false;
  BOOST_TEST(planStage(p, s, nullptr, 64, 17, 0.5).splitFrom > 1);
}

BOOST_AUTO_TEST_CASE(choicesAreCountedPerStage) {
  AskingCall call;
  Batch b(std::vector<int32_t>(64, 17));
  for (int64_t stage : {1, 1, 2, 9}) offramp_cpu_choose_split(&call, &b, stage);
  auto stages = engineTakeStageChoices(call.kernels());
  BOOST_REQUIRE(stages.size() == 2);
  BOOST_TEST(stages[0].split == 2);
  BOOST_TEST(stages[0].whole == 0);
  BOOST_TEST(stages[1].whole == 1);
  BOOST_TEST(engineTakeStageChoices(call.kernels())[0].split == 0);
}

BOOST_AUTO_TEST_CASE(profileIsMeasuredAndKept) {
  Call call(inMode(EngineMode::Inference, 1));
  MachineProfile p = measureProfile(call.kernels(), {{64, 64}});
  BOOST_TEST(p.measured);
  BOOST_TEST(p.rows.size() == p.macsPerNs.size());
  for (double rate : p.macsPerNs) BOOST_TEST(rate > 0.01);
  BOOST_TEST(p.macsPerNs.back() > p.macsPerNs.front());   // many rows run faster than one
  BOOST_TEST(p.copyBytesPerNs > 0.1);
  auto again = profileFromText(profileText(p));
  BOOST_REQUIRE(again.has_value());
  BOOST_TEST((again->rows == p.rows));
  BOOST_TEST((again->macsPerNs == p.macsPerNs));
  BOOST_TEST(again->callNs == p.callNs);

  char folder[] = "/tmp/offramp-profile-XXXXXX";
  BOOST_REQUIRE(mkdtemp(folder));
  setenv("XDG_CACHE_HOME", folder, 1);
  MachineProfile first = machineProfile(1), second = machineProfile(1);   // measured, then read
  BOOST_TEST((first.macsPerNs == second.macsPerNs));
  BOOST_TEST(access(profilePath(1).c_str(), R_OK) == 0);
  BOOST_TEST(storedProfile(1).has_value());
  BOOST_TEST(!profileFromFile(profilePath(1), 2).has_value());   // measured with another thread count
  MachineProfile foreign = first;
  foreign.cpu = "another CPU";
  BOOST_TEST(writeProfile(foreign, profilePath(1)));
  BOOST_TEST(!storedProfile(1).has_value());
  MachineProfile older = first;
  older.products = "an earlier kernel";
  BOOST_TEST(writeProfile(older, profilePath(1)));
  BOOST_TEST(!storedProfile(1).has_value());
  std::filesystem::remove_all(folder);
}

BOOST_AUTO_TEST_CASE(disturbedTimesAreReplacedByTheirNeighbours) {
  // One row in 10 ns, 4 in 10 (as fast: the weights count), 16 in 20, 64 in 80; undisturbed times pass unchanged.
  std::vector<int64_t> rows{1, 4, 16, 64};
  std::vector<double> good = plausibleRates(rows, {10, 10, 20, 80}, 100);
  BOOST_TEST(good == (std::vector<double>{10, 40, 80, 80}), boost::test_tools::per_element());
  BOOST_TEST(plausibleRates(rows, {9000, 10, 20, 80}, 100)[0] == 10);   // 1 row cannot take longer than 4
  BOOST_TEST(plausibleRates(rows, {10, 10, 5000, 80}, 100)[2] == 40);   // at the rate of 4 rows at least, and 16 rows take at most 80 ns
  BOOST_TEST(plausibleRates(rows, {10, 10, 20, 5000}, 100)[3] == 80);
}

BOOST_AUTO_TEST_CASE(damagedProfilesAreRefused) {
  std::string good = profileText(flatProfile());
  BOOST_TEST(profileFromText(good).has_value());
  for (size_t cut = 0; cut + 2 < good.size(); cut += 3) BOOST_TEST(!profileFromText(good.substr(0, cut)).has_value());
  for (auto [from, to] : {std::pair{"\"version\": 1", "\"version\": 2"}, {"\"threads\": 1", "\"threads\": \"x\""}, {"1024", "3"},
                          {"\"rows\"", "\"lines\""}, {"\"call_ns\": 1", "\"call_ns\": -1"}}) {
    std::string bad = good;
    size_t at = bad.find(from);
    BOOST_REQUIRE(at != std::string::npos);
    bad.replace(at, std::strlen(from), to);
    BOOST_TEST(!profileFromText(bad).has_value(), to);
  }
}
