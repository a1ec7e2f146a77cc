// UTF-8 one character at a time, strictly: no overlong forms, no surrogates, nothing above U+10FFFF. What is not UTF-8 is reported, not repaired.
#pragma once

#include <cstdint>

namespace offramp::runtime {

struct Utf8Character {
  uint32_t codePoint = 0;
  uint32_t bytes = 0;  ///< taken; of an invalid sequence those that could have begun a character, at least one
  bool valid = false;
};

inline Utf8Character readUtf8(const unsigned char *at, const unsigned char *end) {
  const unsigned lead = *at;
  if (lead < 0x80) return {lead, 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {0, 1, false};
  const uint32_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  // The second byte's range excludes overlong forms, surrogates and numbers beyond the last code point.
  const unsigned low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80, high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  uint32_t codePoint = lead & (0x7Fu >> length);
  for (uint32_t i = 1; i < length; ++i) {
    if (at + i == end || at[i] < (i == 1 ? low : 0x80u) || at[i] > (i == 1 ? high : 0xBFu)) return {0, i, false};
    codePoint = codePoint << 6 | (at[i] & 0x3Fu);
  }
  return {codePoint, length, true};
}

/// Appends up to four bytes; returns behind the last.
inline char *writeUtf8(uint32_t codePoint, char *out) {
  if (codePoint < 0x80) return *out++ = (char)codePoint, out;
  if (codePoint < 0x800) {
    *out++ = (char)(0xC0 | codePoint >> 6);
  } else {
    if (codePoint < 0x10000) {
      *out++ = (char)(0xE0 | codePoint >> 12);
    } else {
      *out++ = (char)(0xF0 | codePoint >> 18);
      *out++ = (char)(0x80 | (codePoint >> 12 & 0x3F));
    }
    *out++ = (char)(0x80 | (codePoint >> 6 & 0x3F));
  }
  *out++ = (char)(0x80 | (codePoint & 0x3F));
  return out;
}

}  // namespace offramp::runtime
