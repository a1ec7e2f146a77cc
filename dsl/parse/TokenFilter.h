// Between lexer and parser: comments out, statement ends in, brackets balanced, nesting bounded.
// After this pass every bracket has its partner, so the parser may recover by skipping to the next END at its own level, and no
// recursion of parser, AST or later phases can overflow the stack. It deliberately knows no declarations beyond their first tokens.
#pragma once

#include "dsl/ast/File.h"
#include "dsl/diag/Diagnostic.h"

#include <antlr4-runtime.h>
#include <memory>
#include <set>
#include <vector>

namespace offramp::dsl {

/// Deepest nesting of brackets and blocks.
inline constexpr int kMaxBrackets = 200;
/// Deepest expression: brackets plus operators, prefixes and postfixes on the way to a leaf.
inline constexpr int kMaxDepth = 500;

struct FilteredTokens {
  std::vector<std::unique_ptr<antlr4::Token>> tokens;  ///< closed by EOF
  std::vector<ast::Comment> comments;
  std::set<int32_t> mended;  ///< lines where something was reported and repaired; what the parser finds there is a consequence
  bool usable = true;  ///< false: nested too deeply, must not be parsed
};

/// `tokens` is everything the lexer made. Reports wrong characters, numbers, strings and brackets.
FilteredTokens filterTokens(std::vector<std::unique_ptr<antlr4::Token>> tokens, FileId file, DiagnosticEngine &diagnostics);

/// Place of a token of the lexer or the filter.
SourceRange rangeOf(const antlr4::Token *token, FileId file);

}  // namespace offramp::dsl
