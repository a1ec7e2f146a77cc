// Text → AST: encoding check, lexer, token filter, parser, AST builder. See Parse.h.
#include "dsl/parse/Parse.h"

#include "RampLexer.h"
#include "RampParser.h"
#include "dsl/diag/Utf8.h"
#include "dsl/parse/AstBuilder.h"
#include "dsl/parse/SyntaxErrors.h"
#include "dsl/parse/TokenFilter.h"

#include <fmt/format.h>

namespace offramp::dsl {

namespace {

OFFRAMP_DIAGNOSTIC(invalidUtf8, "invalid-utf8", "a source file that is not UTF-8 text");

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
