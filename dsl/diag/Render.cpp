// The caret renderer shared by all phases: place and message, the source line, the caret under the narrowest span.
// It deliberately uses no colour and no terminal width, so its text is the same everywhere and can be golden.
#include "dsl/diag/Diagnostic.h"

#include <algorithm>
#include <fmt/format.h>

namespace offramp::dsl {

namespace {

constexpr size_t kWidest = 160;  // code points of a line that are shown; a longer one is cut around the caret

/// Code points of a line, one string each; bytes that cannot be shown become U+FFFD so that the terminal keeps its state.
std::vector<std::string> codePoints(std::string_view line) {
  std::vector<std::string> points;
  for (size_t i = 0; i < line.size();) {
    size_t end = i + 1;
    while (end < line.size() && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) ++end;
    unsigned char lead = static_cast<unsigned char>(line[i]);
    bool showable = lead == '\t' || (lead >= 0x20 && lead < 0x7F && end == i + 1) || (lead >= 0xC2 && end > i + 1);
    if (lead == 0xC2 && showable && static_cast<unsigned char>(line[i + 1]) < 0xA0) showable = false;  // C1 controls
    points.push_back(showable ? std::string(line.substr(i, end - i)) : "\xEF\xBF\xBD");
    i = end;
  }
  return points;
}

/// Two lines: the source, and `^~~~` under columns [begin, end); tabs are repeated so that both lines move alike.
std::string excerpt(SourceRange range, const SourceManager &sources) {
  if (range.begin.line > sources.lineCount(range.file)) return {};
  std::vector<std::string> points = codePoints(sources.line(range.file, range.begin.line));
  size_t begin = (size_t)std::max(range.begin.column - 1, 0);
  size_t end = range.end.line > range.begin.line ? points.size() : (size_t)std::max(range.end.column - 1, 0);
  begin = std::min(begin, points.size());
  end = std::max(std::min(end, points.size()), begin + 1);
  size_t from = begin > kWidest / 2 && points.size() > kWidest ? begin - kWidest / 2 : 0;
  size_t to = std::min(points.size(), from + kWidest);
  std::string source = from ? "…" : "", caret = from ? " " : "";
  for (size_t i = from; i < to; ++i) source += points[i];
  if (to < points.size()) source += "…";
  for (size_t i = from; i < begin; ++i) caret += points[i] == "\t" ? "\t" : " ";
  caret += "^" + std::string(std::min(end, std::max(to, begin + 1)) - begin - 1, '~');
  return "  " + source + "\n  " + caret + "\n";
}

std::string place(SourceRange range, const SourceManager &sources) {
  if (range.file < 0 || (size_t)range.file >= sources.size()) return {};
  if (!range.valid()) return sources.path(range.file) + ": ";
  return fmt::format("{}:{}:{}: ", sources.path(range.file), range.begin.line, range.begin.column);
}

std::string entry(SourceRange range, const char *label, const std::string &text, const SourceManager &sources) {
  std::string out = fmt::format("{}{}: {}\n", place(range, sources), label, text);
  if (range.valid() && (size_t)range.file < sources.size()) out += excerpt(range, sources);
  return out;
}

}  // namespace

std::string render(const Diagnostic &diagnostic, const SourceManager &sources) {
  std::string out = entry(diagnostic.range, diagnostic.severity == Severity::Error ? "error" : "warning", diagnostic.message, sources);
  for (const Note &note : diagnostic.notes) out += entry(note.range, "note", note.text, sources);
  if (!diagnostic.hintText.empty()) out += fmt::format("hint: {}\n", diagnostic.hintText);
  return out;
}

}  // namespace offramp::dsl
