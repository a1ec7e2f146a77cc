// Comments out, statement ends in, brackets balanced, nesting bounded. See TokenFilter.h; rules T1 … T6 of docs/spec/grammar.md.
#include "dsl/parse/TokenFilter.h"

#include "RampLexer.h"
#include "dsl/parse/WrongTokens.h"

#include <fmt/format.h>

namespace offramp::dsl {

using antlr4::CommonToken;
using antlr4::Token;
using grammar::RampLexer;
using TokenPtr = std::unique_ptr<Token>;

namespace {

OFFRAMP_DIAGNOSTIC(unclosedBracket, "unclosed-bracket", "an opening bracket without its partner");
OFFRAMP_DIAGNOSTIC(unmatchedBracket, "unmatched-bracket", "a closing bracket that closes nothing");
OFFRAMP_DIAGNOSTIC(nestingTooDeep, "nesting-too-deep", "brackets or operators nested beyond the limit");

bool isOpening(size_t type) { return type == RampLexer::LPAREN || type == RampLexer::LBRACKET || type == RampLexer::LBRACE; }
bool isClosing(size_t type) { return type == RampLexer::RPAREN || type == RampLexer::RBRACKET || type == RampLexer::RBRACE; }
size_t partnerOf(size_t opening) {
  return opening == RampLexer::LPAREN ? RampLexer::RPAREN : opening == RampLexer::LBRACKET ? RampLexer::RBRACKET : RampLexer::RBRACE;
}
const char *bracketText(size_t type) {
  switch (type) {
  case RampLexer::LPAREN: return "(";
  case RampLexer::RPAREN: return ")";
  case RampLexer::LBRACKET: return "[";
  case RampLexer::RBRACKET: return "]";
  case RampLexer::LBRACE: return "{";
  default: return "}";
  }
}

/// Between two operands.
bool isBinaryOperator(size_t type) {
  switch (type) {
  case RampLexer::AND:
  case RampLexer::OR:
  case RampLexer::PLUS:
  case RampLexer::MINUS:
  case RampLexer::STAR:
  case RampLexer::SLASH:
  case RampLexer::EQUAL:
  case RampLexer::NOT_EQUAL:
  case RampLexer::LESS:
  case RampLexer::LESS_EQUAL:
  case RampLexer::GREATER:
  case RampLexer::GREATER_EQUAL: return true;
  default: return false;
  }
}

/// Needs something on its right whatever stands before it, so a newline after it ends nothing.
bool wantsMore(size_t type) {
  switch (type) {
  case RampLexer::ASSIGN:
  case RampLexer::COMMA:
  case RampLexer::DOT:
  case RampLexer::RANGE:
  case RampLexer::COLON:
  case RampLexer::ARROW:
  case RampLexer::NOT:
  case RampLexer::IF:
  case RampLexer::THEN:
  case RampLexer::ELSE: return true;
  default: return isBinaryOperator(type);
  }
}

/// Can only stand inside a statement, so a newline before it ends nothing.
bool continues(size_t type) {
  switch (type) {
  case RampLexer::ASSIGN:
  case RampLexer::COMMA:
  case RampLexer::DOT:
  case RampLexer::RANGE:
  case RampLexer::COLON:
  case RampLexer::ARROW:
  case RampLexer::THEN:
  case RampLexer::ELSE:
  case RampLexer::LBRACE: return true;
  default: return isBinaryOperator(type);
  }
}

/// Words that are names elsewhere but join two parts of a statement here: `… by reinforce(…)`.
bool isJoiningWord(size_t type) { return type == RampLexer::BY || type == RampLexer::UPDATES || type == RampLexer::WHEN || type == RampLexer::OVER; }

/// Reserved words that begin a statement and can stand nowhere else.
bool beginsStatement(size_t type) {
  switch (type) {
  case RampLexer::LET:
  case RampLexer::RETURN:
  case RampLexer::FOR:
  case RampLexer::IMPORT:
  case RampLexer::MINIMIZE:
  case RampLexer::MAXIMIZE: return true;
  default: return false;
  }
}

/// One step deeper on the way to a leaf.
bool deepens(size_t type) {
  return isBinaryOperator(type) || type == RampLexer::DOT || type == RampLexer::NOT || type == RampLexer::IF || type == RampLexer::OVER ||
         type == RampLexer::ARROW;
}

class Filter {
public:
  Filter(std::vector<TokenPtr> tokens, FileId file, DiagnosticEngine &diagnostics)
      : in(std::move(tokens)), file(file), diagnostics(diagnostics) {}

  FilteredTokens run() {
    dropNonTokens();
    for (at = 0; at < in.size() && result.usable; ++at) take();
    if (result.usable) closeDown(0, nullptr);
    endStatement();
    // ANTLR would throw on an empty list, and would put the end of the file nowhere.
    result.tokens.push_back(insert(Token::EOF, "<EOF>"));
    return std::move(result);
  }

private:
  struct Level {
    Token *opening;
    int chain = 0;  ///< operators since the last `,` or statement end at this level
  };

  SourceRange range(const Token *token) const { return rangeOf(token, file); }
  /// The place of a token that is repaired after its report.
  SourceRange mend(const Token *token) {
    result.mended.insert((int32_t)token->getLine());
    return range(token);
  }

  /// Comments are kept aside; what the lexer could not read is reported and replaced, so that the parser does not report it again.
  void dropNonTokens() {
    std::vector<TokenPtr> kept;
    auto adjacent = [&](size_t i) {  // to the one before it, which must not have been moved to `kept` yet
      return i > 0 && in[i]->getStartIndex() == in[i - 1]->getStopIndex() + 1;
    };
    int lastLine = 0;
    for (size_t i = 0; i < in.size(); ++i) {
      auto *token = static_cast<CommonToken *>(in[i].get());
      size_t type = token->getType();
      if (type == RampLexer::COMMENT) {
        std::string text = token->getText();
        while (text.back() == ' ' || text.back() == '\t') text.pop_back();
        result.comments.push_back({text, range(token), lastLine != (int)token->getLine()});
        continue;
      }
      lastLine = (int)token->getLine();
      if (type == RampLexer::BAD_CHARACTER) {
        SourceRange where = mend(token);
        std::string text = token->getText();
        bool hash = text == "#";
        while (i + 1 < in.size() && in[i + 1]->getType() == RampLexer::BAD_CHARACTER && adjacent(i + 1) && in[i + 1]->getText() == token->getText())
          where = join(where, range(in[++i].get())), text += in[i]->getText();
        reportBadCharacters(text, where, diagnostics);
        // What follows `#` was meant as a comment.
        while (hash && i + 1 < in.size() && in[i + 1]->getType() != RampLexer::NEWLINE) ++i;
        continue;
      }
      if (type == RampLexer::SLASH && i + 1 < in.size() && in[i + 1]->getType() == RampLexer::STAR && adjacent(i + 1)) {
        reportBlockComment(join(mend(token), range(in[i + 1].get())), diagnostics);
        for (i += 2; i < in.size(); ++i)
          if (in[i]->getType() == RampLexer::SLASH && in[i - 1]->getType() == RampLexer::STAR && adjacent(i)) break;
        continue;
      }
      if (type == RampLexer::BAD_NUMBER) {
        bool tail = !kept.empty() && token->getStartIndex() == kept.back()->getStopIndex() + 1 && token->getText().front() == '.' &&
                    (kept.back()->getType() == RampLexer::INT || kept.back()->getType() == RampLexer::FLOAT);
        std::string head = tail ? kept.back()->getText() : "";  // `1.5.2`: the lexer stops before the second point
        reportBadNumber(head + token->getText(), tail ? join(mend(kept.back().get()), range(token)) : mend(token), diagnostics);
        if (tail) continue;
        token->setType(RampLexer::FLOAT);
        token->setText("0.0");
      } else if (type == RampLexer::BAD_STRING) {
        reportBadString(token->getText(), mend(token), diagnostics);
        token->setType(RampLexer::STRING);
        token->setText("\"\"");
      } else if (type == RampLexer::DOT && !kept.empty() && token->getStartIndex() == kept.back()->getStopIndex() + 1 &&
                 (kept.back()->getType() == RampLexer::INT || kept.back()->getType() == RampLexer::FLOAT)) {
        reportBadNumber(kept.back()->getText() + ".", join(mend(kept.back().get()), range(token)), diagnostics);
        continue;
      }
      kept.push_back(std::move(in[i]));
    }
    in = std::move(kept);
  }

  void take() {
    size_t type = in[at]->getType();
    if (type == RampLexer::NEWLINE) {
      newline = true;
      return;
    }
    bool lineStart = newline;
    if (lineStart || type == RampLexer::LBRACE || type == RampLexer::RBRACE || type == RampLexer::SEMICOLON) closeForgotten(type, lineStart);
    if (type == RampLexer::SEMICOLON) {
      endStatement();
      newline = false;
      return;
    }
    if (!inParentheses() && ((newline && endsHere(type)) || afterBlock(type) || type == RampLexer::RBRACE)) endStatement();
    newline = false;
    if (isClosing(type) && !close(type)) return;
    emit(std::move(in[at]));
  }

  bool inParentheses() const { return !levels.empty() && levels.back().opening->getType() != RampLexer::LBRACE; }
  size_t lastType() const { return result.tokens.empty() ? Token::EOF : result.tokens.back()->getType(); }
  size_t peek(size_t ahead) const {
    for (size_t i = at + 1; i < in.size(); ++i)
      if (in[i]->getType() != RampLexer::NEWLINE && ahead-- == 1) return in[i]->getType();
    return Token::EOF;
  }

  /// T2: whether the newline before the token at hand ends the statement.
  bool endsHere(size_t type) const {
    if (beginsStatement(type)) return true;
    size_t last = lastType();
    bool assigns = RampLexer::IDENT == type && peek(1) == RampLexer::ASSIGN;  // `a = b = c` is nothing, so `b = c` is a new statement
    if (assigns) return true;
    if (wantsMore(last)) return false;
    if (isJoiningWord(last) && result.tokens.size() > 1) {
      size_t before = result.tokens[result.tokens.size() - 2]->getType();
      if (!wantsMore(before) && !beginsStatement(before) && before != RampLexer::END) return false;
    }
    if (continues(type)) return false;
    return !(isJoiningWord(type) && peek(1) != RampLexer::ASSIGN);
  }

  /// T3: a closed block ends its statement, except before `else`.
  bool afterBlock(size_t type) const { return lastType() == RampLexer::RBRACE && type != RampLexer::ELSE; }

  void endStatement() {
    if (!levels.empty()) levels.back().chain = 0;
    else outerChain = 0;
    size_t last = lastType();
    if (last == Token::EOF || last == RampLexer::END || last == RampLexer::LBRACE) return;
    result.tokens.push_back(insert(RampLexer::END, ""));
  }

  /// A token that is not in the text, with no width, behind the last one.
  TokenPtr insert(size_t type, const std::string &text) const {
    auto token = std::make_unique<CommonToken>(type, text);
    if (!result.tokens.empty()) {
      const Token *last = result.tokens.back().get();
      SourceRange place = range(last);
      token->setLine(place.end.line);
      token->setCharPositionInLine(place.end.column - 1);
      token->setStartIndex(last->getStopIndex() + 1);
      token->setStopIndex(last->getStopIndex());
    }
    return token;
  }

  void emit(TokenPtr token) {
    size_t type = token->getType();
    int &chain = levels.empty() ? outerChain : levels.back().chain;
    if (type == RampLexer::COMMA) chain = 0;
    if (deepens(type) || isOpening(type)) ++chain;
    if (isOpening(type)) levels.push_back({token.get()});
    if ((int)levels.size() > kMaxBrackets || totalDepth() > kMaxDepth) {
      bool brackets = (int)levels.size() > kMaxBrackets;
      std::string message = brackets ? fmt::format("brackets are nested more than {} deep", kMaxBrackets)
                                     : fmt::format("expression is nested more than {} operators deep", kMaxDepth);
      diagnostics.error(nestingTooDeep, range(token.get()), message).hint("name a part of it: `part = …`");
      result.usable = false;
    }
    result.tokens.push_back(std::move(token));
  }

  int totalDepth() const {
    int sum = outerChain;
    for (const Level &level : levels) sum += level.chain;
    return sum;
  }

  /// Takes a closing bracket: false if it closes nothing and is dropped.
  bool close(size_t type) {
    bool fits = !levels.empty() && partnerOf(levels.back().opening->getType()) == type;
    if (fits) {
      levels.pop_back();
      return true;
    }
    Token *token = in[at].get();
    // A bracket of the other kind inside parentheses is a slip of the finger: one report, and it closes what is open.
    if (inParentheses() && type != RampLexer::RBRACE) {
      Token *opening = levels.back().opening;
      const char *expected = bracketText(partnerOf(opening->getType()));
      diagnostics.error(unmatchedBracket, mend(token), fmt::format("expected `{}`, found `{}`", expected, bracketText(type)))
          .note(range(opening), fmt::format("`{}` was opened here", bracketText(opening->getType())));
      auto *slip = static_cast<CommonToken *>(token);
      slip->setType(partnerOf(opening->getType()));
      levels.pop_back();
      return true;
    }
    diagnostics.error(unmatchedBracket, mend(token), fmt::format("`{}` closes nothing", bracketText(type)));
    return false;
  }

  /// T4: places where brackets that are still open must have been forgotten.
  void closeForgotten(size_t type, bool lineStart) {
    if (inParentheses()) {
      bool must = type == RampLexer::LBRACE || type == RampLexer::RBRACE || type == RampLexer::SEMICOLON || (lineStart && beginsStatement(type)) ||
                  (lineStart && looksLikeDeclaration(type));
      if (!must) return;
      size_t keep = levels.size();
      while (keep > 0 && levels[keep - 1].opening->getType() != RampLexer::LBRACE) --keep;
      closeDown(keep, in[at].get());
    }
    if (!lineStart) return;
    if (looksLikeDeclaration(type)) closeDown(0, in[at].get());
    else if (levels.size() >= 2 && looksLikeMember(type)) closeDown(1, in[at].get());
  }

  /// `layer name(`, `model name {` at the start of a line: no block may hold it.
  bool looksLikeDeclaration(size_t type) const {
    size_t next = peek(1), after = peek(2);
    bool head = after == RampLexer::LPAREN || after == RampLexer::LBRACKET;
    bool firstColumn = in[at]->getCharPositionInLine() == 0;
    switch (type) {
    case RampLexer::LAYER:
    case RampLexer::BACKBONE:
    case RampLexer::POLICY:
    case RampLexer::REWARD:
    case RampLexer::FN:
    case RampLexer::ESTIMATOR: return next == RampLexer::IDENT && head;
    case RampLexer::MODEL: return next == RampLexer::IDENT && (head || after == RampLexer::LBRACE);
    case RampLexer::EXIT: return firstColumn && next == RampLexer::IDENT && head;  // `exit f(x) when …` is a line of `infer`
    case RampLexer::IMPORT: return firstColumn;
    default: return false;
    }
  }

  /// `train name(`, `measure name =` …: stands in a model and in no inner block.
  bool looksLikeMember(size_t type) const {
    size_t next = peek(1), after = peek(2);
    switch (type) {
    case RampLexer::TRAIN: return next == RampLexer::IDENT && (after == RampLexer::LPAREN || after == RampLexer::LBRACE || after == RampLexer::UPDATES);
    case RampLexer::MEASURE: return next == RampLexer::IDENT && after == RampLexer::ASSIGN;
    case RampLexer::STATE:
    case RampLexer::TABLE:
    case RampLexer::INPUT: return next == RampLexer::IDENT && after == RampLexer::COLON;
    case RampLexer::AFTER: return next == RampLexer::EACH;
    case RampLexer::INFER: return next == RampLexer::LBRACE || next == RampLexer::LPAREN;
    default: return false;
    }
  }

  /// Reports and closes every bracket above `keep`; `before` is the token that shows it, null for the end of the file.
  void closeDown(size_t keep, const Token *before) {
    bool reported = false;
    while (levels.size() > keep) {
      Token *opening = levels.back().opening;
      size_t partner = partnerOf(opening->getType());
      if (!reported) {
        auto &diagnostic =
            diagnostics.error(unclosedBracket, range(opening), fmt::format("`{}` is never closed", bracketText(opening->getType())));
        if (before) diagnostic.note(range(before), fmt::format("expected `{}` before this", bracketText(partner)));
      }
      reported = true;
      // Inside parentheses everything up to here was read as one expression.
      if (partner != RampLexer::RBRACE)
        for (size_t line = opening->getLine(); line <= result.tokens.back()->getLine(); ++line) result.mended.insert((int32_t)line);
      if (partner == RampLexer::RBRACE) endStatement();
      levels.pop_back();
      result.tokens.push_back(insert(partner, bracketText(partner)));
    }
  }

  std::vector<TokenPtr> in;
  FileId file;
  DiagnosticEngine &diagnostics;
  FilteredTokens result;
  std::vector<Level> levels;
  size_t at = 0;
  bool newline = false;
  int outerChain = 0;
};

}  // namespace

FilteredTokens filterTokens(std::vector<TokenPtr> tokens, FileId file, DiagnosticEngine &diagnostics) {
  return Filter(std::move(tokens), file, diagnostics).run();
}

SourceRange rangeOf(const Token *token, FileId file) {
  Position begin{(int32_t)token->getLine(), (int32_t)token->getCharPositionInLine() + 1};
  int32_t width = token->getStopIndex() == INVALID_INDEX || token->getStartIndex() == INVALID_INDEX
                      ? 0
                      : (int32_t)(token->getStopIndex() + 1 - token->getStartIndex());
  return {file, begin, {begin.line, begin.column + width}};
}

}  // namespace offramp::dsl
