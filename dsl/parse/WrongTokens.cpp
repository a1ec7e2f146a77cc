// Messages for text that is no token of the language. See WrongTokens.h.
#include "dsl/parse/WrongTokens.h"

#include <fmt/format.h>

namespace offramp::dsl {

namespace {

OFFRAMP_DIAGNOSTIC(badNumber, "bad-number", "text that starts like a number but is none");
OFFRAMP_DIAGNOSTIC(unterminatedString, "unterminated-string", "a string without its closing quote");
OFFRAMP_DIAGNOSTIC(unknownCharacter, "unknown-character", "a character that no token begins with");
OFFRAMP_DIAGNOSTIC(blockComment, "block-comment", "a comment written with `/*`");

/// First code point of UTF-8 text that is known to be valid.
uint32_t firstCodePoint(const std::string &text) {
  auto byte = [&](size_t i) { return (uint32_t)(unsigned char)text[i]; };
  if (byte(0) < 0x80) return byte(0);
  if (byte(0) < 0xE0) return (byte(0) & 0x1F) << 6 | (byte(1) & 0x3F);
  if (byte(0) < 0xF0) return (byte(0) & 0x0F) << 12 | (byte(1) & 0x3F) << 6 | (byte(2) & 0x3F);
  return (byte(0) & 0x07) << 18 | (byte(1) & 0x3F) << 12 | (byte(2) & 0x3F) << 6 | (byte(3) & 0x3F);
}

/// What a person probably meant by a character that the language does not have.
std::string meaning(const std::string &text) {
  if (text == "&&" || text == "&") return "logical and is written `and`";
  if (text == "||" || text == "|") return "logical or is written `or`";
  switch (firstCodePoint(text)) {
  case '!': return "logical not is written `not`";
  case '#': return "a comment starts with `//`";
  case '\'':
  case '`':
  case 0x2018:
  case 0x2019:
  case 0x201C:
  case 0x201D: return "a string stands in double quotes: `\"text\"`";
  case '%': return "there is no remainder operator";
  case '^': return "there is no power operator; write the product";
  case '?': return "a conditional is written `if c then a else b`";
  case 0x00A0:
  case 0x2003:
  case 0x2009:
  case 0x202F:
  case 0x3000: return "this is a special blank; type an ordinary one";
  case 0x2212:
  case 0x2013: return "minus is the ASCII character `-`";
  case 0x00D7:
  case 0x00B7: return "multiplication is written `*`";
  case 0x2264: return "write `<=`";
  case 0x2265: return "write `>=`";
  case 0x2260: return "write `!=`";
  case 0x2192: return "write `->`";
  case 0x2026: return "write three points: `...`";
  default: return {};
  }
}

}  // namespace

void reportBadNumber(const std::string &text, SourceRange range, DiagnosticEngine &diagnostics) {
  if (text.front() == '.') {
    diagnostics.error(badNumber, range, fmt::format("`{}` is not a number", text)).hint(fmt::format("a number starts with a digit: `0{}`", text));
  } else if (text.back() == '.') {
    diagnostics.error(badNumber, range, fmt::format("`{}` is not a number", text))
        .hint(fmt::format("digits stand on both sides of the point: `{}0`", text));
  } else if (text.find_first_not_of("0123456789.") == text.find_first_of("eE") && text.find_first_of("eE") + 2 >= text.size()) {
    diagnostics.error(badNumber, range, fmt::format("`{}` has an exponent without digits", text)).hint("an exponent looks like `1e-3`");
  } else {
    diagnostics.error(badNumber, range, fmt::format("`{}` is not a number", text)).hint("a name cannot start with a digit, and a number has no suffix");
  }
}

void reportBadString(const std::string &text, SourceRange range, DiagnosticEngine &diagnostics) {
  diagnostics.error(unterminatedString, range, "string has no closing `\"` on its line").hint("a quote inside a string is written `\\\"`");
}

void reportBadCharacters(const std::string &text, SourceRange range, DiagnosticEngine &diagnostics) {
  uint32_t point = firstCodePoint(text);
  bool visible = point > 0x20 && point != 0x7F && !(point >= 0x80 && point <= 0xA0);
  std::string message = !visible       ? fmt::format("unknown character U+{:04X}", point)
                        : point < 0x7F ? fmt::format("unknown character `{}`", text)
                                       : fmt::format("unknown character `{}` (U+{:04X})", text, point);
  Diagnostic &diagnostic = diagnostics.error(unknownCharacter, range, message);
  if (std::string hint = meaning(text); !hint.empty()) diagnostic.hint(hint);
}

void reportBlockComment(SourceRange range, DiagnosticEngine &diagnostics) {
  diagnostics.error(blockComment, range, "`/*` does not start a comment").hint("comments run from `//` to the end of the line");
}

}  // namespace offramp::dsl
