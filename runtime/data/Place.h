// Where in a data file something was found, and the one form in which readers complain about it:
// `file:line: field `name`: what is wrong`.
#pragma once

#include "runtime/core/Error.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace offramp::runtime {

struct Place {
  const std::string &file;
  int64_t line = 0;  ///< line of a text file; number of the sample in a binary one
  const char *unit = nullptr;  ///< null: a line; else what `line` counts, e.g. "sample"

  std::string text() const { return unit ? fmt::format("{}: {} {}", file, unit, line) : fmt::format("{}:{}", file, line); }
};

/// A value as shown in a message: in back-quotes, shortened, unprintable bytes as `?`.
inline std::string inQuotes(std::string_view value) {
  size_t end = std::min<size_t>(value.size(), 60);
  while (end < value.size() && end > 0 && ((unsigned char)value[end] & 0xC0) == 0x80) --end;  // not inside a UTF-8 character
  std::string text = "`";
  for (char c : value.substr(0, end)) text += (unsigned char)c < 32 || c == 127 ? '?' : c;
  return text + (end < value.size() ? "…`" : "`");
}

/// `a`, `b`, 7 more: at most so many are shown.
inline std::string listed(const std::vector<std::string> &values, size_t most) {
  std::string text;
  for (size_t i = 0; i < values.size() && i < most; ++i) text += (i ? ", " : "") + inQuotes(values[i]);
  return values.size() > most ? fmt::format("{}, {} more", text, values.size() - most) : text;
}

template <typename... Args>
[[noreturn]] void dataError(const Place &place, std::string_view field, fmt::format_string<Args...> format, Args &&...args) {
  userError("{}: field `{}`: {}", place.text(), field, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace offramp::runtime
