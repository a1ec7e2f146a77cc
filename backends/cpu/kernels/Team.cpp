#include "backends/cpu/kernels/Team.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>

#include <system_error>

// libgomp's, called directly so that no compiler's OpenMP runtime comes in.
extern "C" {
void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
int omp_get_thread_num(void);
int omp_get_num_threads(void);
int omp_get_max_threads(void);
void omp_set_num_threads(int threads);
}

namespace offramp::cpu {
namespace {

// 40 µs where a pause takes 40 cycles, 140 µs where it takes 140: longer than what lies between the operations of a step, short beside a
// time slice.
constexpr int kSpins = 3000;
constexpr int kEnd = 0;   // a round of so many parts ends the threads

// Whether this thread does a part: its own forks then stay on it. Plain data: a thread that begins late, on a busy machine, allocates nothing.
thread_local bool inRound = false;

template <typename Condition> bool spinUntil(Condition &&met) {
  for (int i = 0; i < kSpins; ++i) {
    if (met()) return true;
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }
  return met();
}

void bindThread(pthread_t thread, int cpu) {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  pthread_setaffinity_np(thread, sizeof one, &one);
}

struct Job {
  Team::Body body;
  void *data;
  int parts;
};

void onOpenMp(Job job) {
  GOMP_parallel(
      [](void *data) {
        const Job &job = *static_cast<Job *>(data);
        // Fewer threads come where OpenMP allows no more.
        const int given = omp_get_num_threads(), parts = job.parts;
        for (int part = omp_get_thread_num(); part < parts; part += given) job.body(job.data, part, parts);
      },
      &job, unsigned(job.parts), 0);
}

} // namespace

Team &Team::mine() {
  static thread_local Team team;
  return team;
}

Team::~Team() { stop(); }

void Team::bind(std::vector<int> to) {
  cpus = std::move(to);
  if (openMp) return bindOpenMp();
  for (size_t i = 0; i < threads.size() && i < cpus.size(); ++i) bindThread(threads[i].native_handle(), cpus[i]);
}

// The caller is left alone, also where OpenMP gives fewer threads and it has their parts.
void Team::bindOpenMp() {
  const auto bindSelf = [](void *data, int part, int /*parts*/) {
    if (omp_get_thread_num() > 0) bindThread(pthread_self(), static_cast<Team *>(data)->cpus[size_t(part) - 1]);
  };
  onOpenMp({bindSelf, this, int(cpus.size()) + 1});
}

void Team::useOpenMp(int count) {
  if (omp_get_max_threads() != count) omp_set_num_threads(count);
  if (openMp) return;
  openMp = true;
  stop();
  bindOpenMp();
}

Team::Round Team::round() const {
  const uint64_t word = announced.load();
  return {word >> 16, int(word & 0xffff)};
}

void Team::announce(int parts) {
  announced = (round().number + 1) << 16 | uint64_t(parts);
  if (!sleepers) return;
  std::lock_guard lock(mutex);
  wake.notify_all();
}

void Team::stop() {
  announce(kEnd);
  for (std::thread &thread : threads) thread.join();
  threads.clear();
  started = 0;
}

// Signals are the host program's affair: these threads block them all. If the system allows fewer threads, those have more parts each.
void Team::start(int count) {
  stop();
  started = count;
  takenIn = std::make_unique<std::atomic<uint64_t>[]>(size_t(count) + 1);
  for (int part = 0; part <= count; ++part) takenIn[size_t(part)] = round().number;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    for (int own = 1; own <= count; ++own)
      threads.emplace_back([this, own, seen = round().number] { work(own, seen); });
  } catch (const std::system_error &) {
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  bind(std::move(cpus));
}

// A part is taken once in a round: the number of the round it was last taken in only grows, so a thread that looked at an older round and
// was then interrupted finds nothing left in it. Holding a part keeps the round open and with it what is to be done.
bool Team::take(Round now, int part) {
  uint64_t last = takenIn[size_t(part)].load(std::memory_order_relaxed);
  if (last >= now.number || !takenIn[size_t(part)].compare_exchange_strong(last, now.number)) return false;
  body(data, part, now.parts);
  // The caller says that it sleeps before it looks once more: either it sees this or is seen here.
  if (unfinished.fetch_sub(1) == 1 && callerSleeps) {
    std::lock_guard lock(mutex);
    finished.notify_one();
  }
  return true;
}

void Team::takeAll(Round now, int own) {
  if (own < now.parts) take(now, own);
  for (int part = 1; part < now.parts; ++part) take(now, part);
}

void Team::work(int own, uint64_t seen) {
  inRound = true;
  const auto called = [&] { return round().number != seen; };
  for (;;) {
    if (!spinUntil(called)) {
      std::unique_lock lock(mutex);
      ++sleepers;
      wake.wait(lock, called);
      --sleepers;
    }
    const Round now = round();
    if (now.parts == kEnd) return;
    takeAll(now, own);
    seen = now.number;
  }
}

void Team::run(int parts, Body what, void *with) {
  if (parts <= 1 || inRound) {
    for (int part = 0; part < parts; ++part) what(with, part, parts);
    return;
  }
  if (openMp) return onOpenMp({what, with, parts});
  if (started < parts - 1) start(parts - 1);
  inRound = true;
  body = what, data = with;
  unfinished = parts - 1;
  announce(parts);
  what(with, 0, parts);
  takeAll(round(), 1);
  const auto done = [this] { return unfinished.load() == 0; };
  if (!spinUntil(done)) {
    std::unique_lock lock(mutex);
    callerSleeps = true;
    finished.wait(lock, done);
    callerSleeps = false;
  }
  inRound = false;
}

} // namespace offramp::cpu
