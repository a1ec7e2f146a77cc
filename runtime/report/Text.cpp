// See Text.h.
#include "runtime/report/Text.h"

#include <fmt/format.h>

#include <cmath>

namespace offramp::runtime::report {
namespace {

constexpr const char *replacement = "\xEF\xBF\xBD";

/// Bytes of the well-formed UTF-8 sequence at the front of `text`, 0 if there is none.
size_t sequenceLength(std::string_view text) {
  const auto at = [&](size_t i) { return (unsigned char)text[i]; };
  const size_t length = at(0) < 0x80 ? 1 : at(0) >= 0xC2 && at(0) < 0xE0 ? 2 : (at(0) & 0xF0) == 0xE0 ? 3 : at(0) >= 0xF0 && at(0) < 0xF5 ? 4 : 0;
  if (length == 0 || length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i)
    if ((at(i) & 0xC0) != 0x80) return 0;
  if (length == 3 && ((at(0) == 0xE0 && at(1) < 0xA0) || (at(0) == 0xED && at(1) > 0x9F))) return 0;  // overlong, surrogate
  if (length == 3 && at(0) == 0xEF && at(1) == 0xBF && at(2) >= 0xBE) return 0;                       // no character of XML
  if (length == 4 && ((at(0) == 0xF0 && at(1) < 0x90) || (at(0) == 0xF4 && at(1) > 0x8F))) return 0;
  return length;
}

}  // namespace

std::string escape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = sequenceLength(text);
    const unsigned char c = (unsigned char)text[0];
    if (length == 0 || (length == 1 && ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F))) out += replacement;
    else if (c == '&') out += "&amp;";
    else if (c == '<') out += "&lt;";
    else if (c == '>') out += "&gt;";
    else if (c == '"') out += "&quot;";
    else if (c == '\'') out += "&#39;";
    else out += text.substr(0, length);
    text.remove_prefix(std::max<size_t>(1, length));
  }
  return out;
}

std::string percent(double share, int digits) { return std::isfinite(share) ? fmt::format("{:.{}f} %", 100 * share, digits) : "–"; }

std::string number(double value, int digits) {
  if (!std::isfinite(value)) return "–";
  std::string text = fmt::format("{:.{}f}", std::fabs(value), digits);
  size_t whole = std::min(text.find('.'), text.size());
  for (size_t i = whole; i > 3; i -= 3) text.insert(i - 3, ",");
  return (value < 0 && text.find_first_not_of("0.,") != std::string::npos ? "-" : "") + text;
}

std::string compact(double value, int digits) { return std::isfinite(value) ? fmt::format("{:.{}g}", value, digits) : "–"; }

std::string duration(double ns) {
  if (!std::isfinite(ns)) return "–";
  if (ns < 1000) return fmt::format("{:.0f} ns", ns);
  const double us = ns / 1000;
  if (us < 1000) return fmt::format("{:.{}f} µs", us, us < 100 ? 1 : 0);
  return fmt::format("{:.{}f} ms", us / 1000, us < 1e5 ? 1 : 0);
}

}  // namespace offramp::runtime::report
