// See Utf8.h.
#include "dsl/diag/Utf8.h"

namespace offramp::dsl {

size_t codePointLength(std::string_view text, size_t at) {
  auto byte = [&](size_t i) { return at + i < text.size() ? (unsigned)(unsigned char)text[at + i] : 0u; };
  auto tail = [&](size_t i) { return (byte(i) & 0xC0) == 0x80; };
  unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return tail(1) ? 2 : 0;
  if (lead >= 0xE0 && lead <= 0xEF) {
    bool wrong = (lead == 0xE0 && byte(1) < 0xA0) || (lead == 0xED && byte(1) > 0x9F);
    return tail(1) && tail(2) && !wrong ? 3 : 0;
  }
  if (lead >= 0xF0 && lead <= 0xF4) {
    bool wrong = (lead == 0xF0 && byte(1) < 0x90) || (lead == 0xF4 && byte(1) > 0x8F);
    return tail(1) && tail(2) && tail(3) && !wrong ? 4 : 0;
  }
  return 0;
}

size_t validUtf8Length(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    const size_t length = codePointLength(text, at);
    if (length == 0) return at;
    at += length;
  }
  return at;
}

}  // namespace offramp::dsl
