// Forks and joins: every part once, whoever is there to do it.
#include "backends/cpu/kernels/Parallel.h"
#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>

using namespace offramp::cpu;

namespace {

// How often each part was done.
template <size_t Parts> std::array<int, Parts> timesDone() {
  std::array<std::atomic<int>, Parts> counts{};
  onThreads(int(Parts), [&](int part, int parts) {
    if (parts == int(Parts)) ++counts[size_t(part)];
  });
  std::array<int, Parts> plain;
  for (size_t i = 0; i < Parts; ++i) plain[i] = counts[i];
  return plain;
}

template <size_t Parts> bool eachOnce() {
  std::array<int, Parts> once;
  once.fill(1);
  return timesDone<Parts>() == once;
}

} // namespace

BOOST_AUTO_TEST_CASE(everyPartIsDoneOnceInEveryRound) {
  for (int round = 0; round < 20000; ++round) {
    BOOST_REQUIRE(eachOnce<2>());
    if (round % 8 == 0) BOOST_REQUIRE(eachOnce<3>());
    if (round % 64 == 0) BOOST_REQUIRE(eachOnce<7>());   // more than there are processors
  }
}

BOOST_AUTO_TEST_CASE(theCallerHasTheFirstPartAndSeesWhatOthersWrote) {
  for (int round = 0; round < 2000; ++round) {
    std::array<int, 4> written{};
    std::thread::id first;
    onThreads(4, [&](int part, int) {
      if (part == 0) first = std::this_thread::get_id();
      written[size_t(part)] = round + part;
    });
    BOOST_REQUIRE(first == std::this_thread::get_id());
    for (int part = 0; part < 4; ++part) BOOST_REQUIRE_EQUAL(written[size_t(part)], round + part);
  }
}

BOOST_AUTO_TEST_CASE(sleepingThreadsAreWoken) {
  for (int round = 0; round < 20; ++round) {
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    std::atomic<int> done{0};
    onThreads(2, [&](int, int) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));   // the caller sleeps too, waiting for the other part
      ++done;
    });
    BOOST_REQUIRE_EQUAL(done, 2);
  }
}

BOOST_AUTO_TEST_CASE(aForkInsideAPartStaysOnItsThread) {
  std::array<std::atomic<int>, 3> inner{};
  onThreads(3, [&](int, int) {
    const std::thread::id outer = std::this_thread::get_id();
    onThreads(3, [&](int part, int) { inner[size_t(part)] += std::this_thread::get_id() == outer; });
  });
  for (const auto &count : inner) BOOST_TEST(count == 3);
}

BOOST_AUTO_TEST_CASE(callersHaveTeamsOfTheirOwn) {
  std::atomic<int> good{0};
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 4; ++caller)
    callers.emplace_back([&] {
      for (int round = 0; round < 2000; ++round) good += eachOnce<3>();
    });
  for (std::thread &caller : callers) caller.join();
  BOOST_TEST(good == 8000);
}

// A copy of the process has the caller only: nobody else ever begins.
BOOST_AUTO_TEST_CASE(partsThatNobodyBeginsAreDoneByTheCaller) {
  BOOST_REQUIRE(eachOnce<3>());
  std::this_thread::sleep_for(std::chrono::milliseconds(50));   // its threads sleep and hold nothing
  const pid_t child = fork();
  if (child == 0) {
    alarm(20);
    _exit(eachOnce<3>() && eachOnce<2>() ? 0 : 1);
  }
  int status = 0;
  BOOST_REQUIRE_EQUAL(waitpid(child, &status, 0), child);
  BOOST_TEST(status == 0);
}

BOOST_AUTO_TEST_CASE(openMpDoesEveryPartToo) {
  std::thread([] {
    BOOST_REQUIRE(eachOnce<2>());
    Team::mine().useOpenMp(2);
    for (int round = 0; round < 1000; ++round) BOOST_REQUIRE(eachOnce<2>() && eachOnce<5>());
  }).join();
}
