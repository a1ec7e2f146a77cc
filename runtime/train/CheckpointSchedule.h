// When a checkpoint is due. Training waits while one is written, so on a slow disk they become rarer: at most a twentieth of a training goes into them.
#pragma once

#include <algorithm>
#include <cstdint>

namespace offramp::runtime {

/// Times are seconds of a clock that never goes back.
class CheckpointSchedule {
 public:
  /// `steps` > 0: one every so many steps and after each epoch, whatever the time; 0: `seconds` after the last one at the earliest.
  CheckpointSchedule(double seconds, int64_t steps) : seconds(seconds), steps(steps), pause(seconds) {}

  /// Training goes on, nothing was saved yet by this process.
  void start(double now) { last = now; }
  void step() { ++since; }
  void saved(double began, double ended) {
    last = ended, since = 0;
    pause = std::max(seconds, 19 * (ended - began));  // 19 parts of training to one of writing
  }

  bool dueInEpoch(double now) const { return steps > 0 ? since >= steps : now - last > pause; }
  bool dueAfterEpoch(double now) const { return steps > 0 || now - last > pause; }

 private:
  double seconds;
  int64_t steps;
  double pause;
  double last = 0;
  int64_t since = 0;
};

}  // namespace offramp::runtime
