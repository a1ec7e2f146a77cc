// Progress of something that takes a while: on a terminal one line that redraws itself with bar, rate and time left; elsewhere a plain
// line every ten seconds. Output only; it neither measures for reports nor decides anything.
#pragma once

#include <cstdint>
#include <functional>
#include <ostream>
#include <string>

namespace offramp::runtime {

class Progress {
 public:
  struct Output {
    std::ostream *stream = nullptr;    ///< null: nothing is shown
    bool terminal = false;
    int width = 100;                   ///< of the terminal
    std::function<double()> seconds;   ///< a clock that never goes back
    double plainInterval = 10;         ///< seconds between plain lines
  };
  /// Standard error, as a terminal if it is one.
  static Output standardError();

  /// `title` such as `warm_up, epoch 1 of 4`; `unit` what is counted, such as `samples`.
  Progress(std::string title, int64_t total, std::string unit, Output output = standardError());
  ~Progress();
  Progress(const Progress &) = delete;
  Progress &operator=(const Progress &) = delete;

  /// What is done before the first update took so many seconds, in a run that was interrupted: rate and time left count them.
  void continueAfter(double seconds);
  /// `done` of `total` are through; `note` is shown behind, such as `loss 0.532`. Cheap to call for every step.
  void update(int64_t done, const std::string &note = "");
  /// The closing line: how many, how long, at which rate. Later calls do nothing.
  void finish(const std::string &note = "");

 private:
  std::string text(double elapsed) const;
  void draw(double now);

  std::string title, unit, note;
  int64_t total, done = 0;
  Output output;
  double begun = 0, shown = 0;
  bool finished = false, drawn = false;
};

/// `0:42`, `12:05`, `3:07:09`.
std::string durationText(double seconds);
/// `1,234`.
std::string countText(int64_t count);

}  // namespace offramp::runtime
