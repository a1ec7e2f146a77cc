// Forks and joins: every part once, whoever is there to do it.
#include "backends/cpu/kernels/SharedParts.h"
#include <boost/test/unit_test.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <thread>
#include <vector>

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

// Whether onBlocks gives every item once, in blocks of whole units that are no longer than asked for.
bool blocksCover(int threads, int64_t count, BlockSize size) {
  std::vector<std::atomic<int>> times(static_cast<size_t>(count));
  std::vector<std::atomic<int>> inside(static_cast<size_t>(std::max(threads, 1)));
  std::atomic<bool> good{true};
  onBlocks(threads, count, size, [&](int thread, int64_t begin, int64_t end) {
    if (thread < 0 || thread >= std::max(threads, 1) || ++inside[size_t(thread)] != 1) good = false;   // its scratch is its own
    if (begin % size.unit || (end % size.unit && end != count) || begin >= end) good = false;
    if (threads > 1 && end - begin > std::max(size.most, size.least) * size.unit) good = false;
    for (int64_t i = begin; i < end; ++i) ++times[size_t(i)];
    --inside[size_t(thread)];
  });
  for (const auto &t : times) good = good && t == 1;
  return good;
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

BOOST_AUTO_TEST_CASE(blocksCoverAllItemsOnce) {
  for (int threads : {0, 1, 2, 3, 7})
    for (int64_t count : {0, 1, 5, 6, 7, 100, 1000})
      for (BlockSize size : {BlockSize{}, BlockSize{6, 4, 16}, BlockSize{1, 1, 1}, BlockSize{64}, BlockSize{3, 5, 2}})
        for (int round = 0; round < 50; ++round) BOOST_REQUIRE_MESSAGE(blocksCover(threads, count, size), threads << " threads, " << count << " items");
}

// Whoever is held up in a block leaves the rest of his part to the others.
BOOST_AUTO_TEST_CASE(othersTakeWhatASlowThreadHasLeft) {
  std::atomic<int64_t> itemsOf[2] = {};
  std::atomic<int64_t> done{0};
  constexpr int64_t kItems = 64;
  onBlocks(2, kItems, {1, 1, 1}, [&](int thread, int64_t begin, int64_t end) {
    itemsOf[thread] += end - begin, done += end - begin;
    // Thread 1 leaves its first block only when nothing but that is missing, or it never began.
    if (thread == 1)
      for (int spins = 0; done < kItems && spins < 20000; ++spins) std::this_thread::sleep_for(std::chrono::microseconds(100));
  });
  BOOST_TEST(itemsOf[0] + itemsOf[1] == kItems);
  BOOST_TEST(itemsOf[1] <= 1);
}

BOOST_AUTO_TEST_CASE(moreThreadsThanPartsAreKeptFor) {
  BOOST_TEST(blocksCover(SharedParts::kMostThreads + 40, 2000, {}));
}
