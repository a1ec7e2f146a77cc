// See Progress.h.
#include "runtime/train/Progress.h"

#include "runtime/core/SteadyClock.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace offramp::runtime {
namespace {

constexpr double redrawInterval = 0.1;
constexpr int barWidth = 24;

std::string bar(double share) {
  int filled = (int)std::lround(share * barWidth);
  std::string text = "[";
  for (int i = 0; i < barWidth; ++i) text += i < filled ? '=' : i == filled ? '>' : ' ';
  return text + "]";
}

std::string rateText(double rate) { return rate >= 100 ? countText(std::llround(rate)) : fmt::format("{:.3g}", rate); }

}  // namespace

std::string durationText(double seconds) {
  int64_t s = std::max<int64_t>(0, std::llround(seconds));
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

std::string countText(int64_t count) {
  std::string digits = std::to_string(count < 0 ? -count : count), text;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) text += ',';
    text += digits[i];
  }
  return count < 0 ? "-" + text : text;
}

Progress::Output Progress::standardError() {
  Output output;
  output.stream = &std::cerr;
  output.terminal = ::isatty(STDERR_FILENO) == 1;
  winsize size{};
  if (output.terminal && ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) output.width = size.ws_col;
  output.seconds = steadySeconds;
  return output;
}

Progress::Progress(std::string title, int64_t total, std::string unit, Output output)
    : title(std::move(title)), unit(std::move(unit)), total(total), output(std::move(output)) {
  begun = shown = this->output.seconds ? this->output.seconds() : 0;
}

Progress::~Progress() {
  if (!finished && output.stream && output.terminal && drawn) *output.stream << std::endl;  // the line stays, interrupted
}

std::string Progress::text(double elapsed) const {
  double share = total > 0 ? std::clamp((double)done / (double)total, 0.0, 1.0) : 0;
  std::string line = title;
  if (total > 0) line += output.terminal ? fmt::format("  {} {:3.0f} %", bar(share), 100 * share) : fmt::format(": {:.0f} %", 100 * share);
  line += fmt::format("  {}", countText(done)) + (total > 0 ? "/" + countText(total) : "") + " " + unit;
  if (done > 0 && elapsed > 0) {
    double rate = (double)done / elapsed;
    line += fmt::format("  {} {}/s", rateText(rate), unit);
    if (total > 0) line += "  ETA " + durationText((double)(total - done) / rate);
  }
  if (!note.empty()) line += "  " + note;
  return line;
}

void Progress::draw(double now) {
  shown = now, drawn = true;
  std::string line = text(now - begun);
  if (!output.terminal) {
    *output.stream << line << std::endl;
    return;
  }
  if ((int)line.size() >= output.width) line.resize((size_t)std::max(1, output.width - 1));  // a wrapped line could not be redrawn
  *output.stream << '\r' << line << "\x1b[K" << std::flush;
}

void Progress::continueAfter(double seconds) { begun -= seconds; }

void Progress::update(int64_t count, const std::string &text) {
  done = count;
  if (!output.stream || finished) return;
  double now = output.seconds();
  if (now - shown < (output.terminal ? redrawInterval : output.plainInterval)) return;
  note = text;
  draw(now);
}

void Progress::finish(const std::string &text) {
  if (finished) return;
  finished = true;
  if (!output.stream) return;
  double elapsed = output.seconds() - begun;
  std::string line = fmt::format("{}: {} {} in {}", title, countText(done), unit, durationText(elapsed));
  if (elapsed > 0 && done > 0) line += fmt::format(", {} {}/s", rateText((double)done / elapsed), unit);
  if (!text.empty()) line += "  " + text;
  if (output.terminal) *output.stream << '\r' << line << "\x1b[K" << std::endl;
  else *output.stream << line << std::endl;
}

}  // namespace offramp::runtime
