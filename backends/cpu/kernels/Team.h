// Fork and join: the threads that one calling thread shares its work with.
//
// Work is divided into numbered parts. Every thread has a part that it takes if it can, for the sake of its caches, and then takes what
// nobody has begun. The caller does so too and never waits for a thread that has not begun: beside other people's processes two threads
// are no slower than one. What a part computes depends on its number only. Who waits spins for some microseconds, because the next fork is
// near, and then sleeps.
#ifndef OFFRAMP_CPU_TEAM_H
#define OFFRAMP_CPU_TEAM_H

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace offramp::cpu {

class Team {
public:
  using Body = void (*)(void *data, int part, int parts);

  Team() = default;
  Team(const Team &) = delete;
  Team &operator=(const Team &) = delete;
  ~Team();

  // body(data, part, parts) once for every part; back when all are done. One thread calls at a time. A body that calls run again, of this team
  // or another, has its parts done one after the other. Threads are started as needed and kept.
  void run(int parts, Body body, void *data);

  // From here on the calling thread's OpenMP threads do the work, `count` with it: oneDNN runs on them, and threads of two kinds would spin in
  // each other's way.
  void useOpenMp(int count);

  // CPUs for the threads beside the caller, the i-th for the i-th, also for those not started yet. Empty: any.
  void bind(std::vector<int> cpus);

  // That of the calling thread; it ends with it.
  static Team &mine();

private:
  struct Round {
    uint64_t number;
    int parts;   // part 0 is always the caller's
  };
  Round round() const;
  void announce(int parts);
  void bindOpenMp();
  void start(int count);
  void stop();
  void work(int own, uint64_t seen);
  bool take(Round now, int part);
  void takeAll(Round now, int own);

  // What is to be done. Constant while a part of the round is not done.
  Body body = nullptr;
  void *data = nullptr;

  alignas(64) std::atomic<uint64_t> announced{0};      // number of the round << 16 | its parts
  std::unique_ptr<std::atomic<uint64_t>[]> takenIn;    // per part: the round in which it was last taken
  alignas(64) std::atomic<int> unfinished{0};
  alignas(64) std::atomic<int> sleepers{0};
  std::atomic<bool> callerSleeps{false};

  std::mutex mutex;                                    // for sleeping only
  std::condition_variable wake, finished;
  std::vector<std::thread> threads;
  int started = 0;                                     // parts that there is a thread for, or should be
  std::vector<int> cpus;
  bool openMp = false;
};

} // namespace offramp::cpu
#endif
