// Text → AST: encoding check, lexer, token filter, parser, AST builder. See Parse.h.
#include "dsl/parse/Parse.h"

#include "RampLexer.h"
#include "RampParser.h"
#include "dsl/parse/AstBuilder.h"
#include "dsl/parse/SyntaxErrors.h"
#include "dsl/parse/TokenFilter.h"

#include <fmt/format.h>

namespace offramp::dsl {

namespace {

OFFRAMP_DIAGNOSTIC(invalidUtf8, "invalid-utf8", "a source file that is not UTF-8 text");

/// Bytes of the code point at `at`, 0 if it is not valid UTF-8 (overlong forms and surrogates are not).
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

/// Reports the first byte that is not UTF-8. ANTLR would throw on it.
bool checkEncoding(std::string_view text, FileId file, DiagnosticEngine &diagnostics) {
  Position at{1, 1};
  for (size_t i = 0; i < text.size();) {
    size_t length = codePointLength(text, i);
    if (length == 0) {
      diagnostics
          .error(invalidUtf8, {file, at, {at.line, at.column + 1}}, fmt::format("byte 0x{:02X} is not valid UTF-8", (unsigned)(unsigned char)text[i]))
          .hint("save the file as UTF-8");
      return false;
    }
    if (text[i] == '\n') ++at.line, at.column = 1;
    else ++at.column;
    i += length;
  }
  return true;
}

}  // namespace

ParseResult parse(const SourceManager &sources, FileId file, DiagnosticEngine &diagnostics) {
  ParseResult result;
  result.file.id = file;
  size_t errorsBefore = diagnostics.errorCount();
  const std::string &text = sources.text(file);
  if (!checkEncoding(text, file, diagnostics)) return result;

  antlr4::ANTLRInputStream input(text);
  grammar::RampLexer lexer(&input);
  lexer.removeErrorListeners();
  FilteredTokens filtered = filterTokens(lexer.getAllTokens(), file, diagnostics);
  result.file.comments = std::move(filtered.comments);
  if (!filtered.usable) return result;

  antlr4::ListTokenSource source(std::move(filtered.tokens));
  antlr4::CommonTokenStream stream(&source);
  grammar::RampParser parser(&stream);
  parser.removeErrorListeners();
  parser.setErrorHandler(std::make_shared<SyntaxErrors>(file, filtered.mended, diagnostics));
  AstBuilder(file, diagnostics).build(parser.file(), result.file);
  result.ok = diagnostics.errorCount() == errorsBefore;
  return result;
}

}  // namespace offramp::dsl
