// What the parser says about wrong syntax, and where it goes on. See SyntaxErrors.h.
#include "dsl/parse/SyntaxErrors.h"

#include "RampParser.h"
#include "dsl/parse/TokenFilter.h"
#include "dsl/parse/Words.h"

#include <fmt/format.h>

namespace offramp::dsl {

using antlr4::Token;
using grammar::RampParser;

namespace {

OFFRAMP_DIAGNOSTIC(expectedExpression, "expected-expression", "an expression is missing");
OFFRAMP_DIAGNOSTIC(expectedName, "expected-name", "a name is missing");
OFFRAMP_DIAGNOSTIC(expectedToken, "expected-token", "a word or sign that the syntax demands is missing");
OFFRAMP_DIAGNOSTIC(expectedDeclaration, "expected-declaration", "text outside of every declaration");
OFFRAMP_DIAGNOSTIC(expectedStatement, "expected-statement", "text that starts no statement of its block");
OFFRAMP_DIAGNOSTIC(reservedWord, "reserved-word", "a reserved word used as a name");

/// What may stand in a block, for messages: the sentence and the words that begin its statements.
struct BlockText {
  const char *expected;
  std::vector<std::string> words;
};

const BlockText *blockText(size_t rule) {
  static const std::vector<std::string> bodyWords{"let", "return", "param", "for", "if", "stage"};
  static const std::vector<std::string> modelWords{"input", "after", "state", "table", "train", "measure", "infer", "let", "backbone"};
  static const std::vector<std::string> trainWords{"rollout", "minimize", "maximize", "let"};
  static const std::vector<std::string> inferWords{"exit", "let"};
  static const std::vector<std::string> fileWords{"import", "layer", "backbone", "exit", "policy", "reward", "fn", "estimator", "model"};
  static const BlockText body{"a statement (`name = …`, `let`, `param`, `return`, `for`, `if` or `stage`)", bodyWords};
  static const BlockText model{"a member of the model (`input`, `name = …`, `after each stage`, `state`, `table`, `train`, `measure` or `infer`)",
                               modelWords};
  static const BlockText attach{"an attachment (`name = …`)", {}};
  static const BlockText train{"a line of the phase (`minimize`, `maximize`, `rollout` or `name = …`)", trainWords};
  static const BlockText infer{"a line of the rule (`exit … when …` or `name = …`)", inferWords};
  static const BlockText file{"a declaration (`import`, `layer`, `backbone`, `exit`, `policy`, `reward`, `fn`, `estimator` or `model`)", fileWords};
  switch (rule) {
  case RampParser::RuleBlock:
  case RampParser::RuleStatement: return &body;
  case RampParser::RuleModelBody:
  case RampParser::RuleMember: return &model;
  case RampParser::RuleAttachBody:
  case RampParser::RuleAttachItem: return &attach;
  case RampParser::RuleTrainBody:
  case RampParser::RuleTrainItem: return &train;
  case RampParser::RuleInferBody:
  case RampParser::RuleInferItem: return &infer;
  case RampParser::RuleFile:
  case RampParser::RuleDeclaration: return &file;
  default: return nullptr;
  }
}

/// Rules that are skipped as a whole when something in them is wrong.
bool isRecoveryPoint(size_t rule) {
  switch (rule) {
  case RampParser::RuleStatement:
  case RampParser::RuleMember:
  case RampParser::RuleAttachItem:
  case RampParser::RuleTrainItem:
  case RampParser::RuleInferItem:
  case RampParser::RuleDeclaration:
  case RampParser::RuleFile: return true;
  default: return false;
  }
}

/// Rules that are a list of statements.
bool isBody(size_t rule) {
  switch (rule) {
  case RampParser::RuleBlock:
  case RampParser::RuleModelBody:
  case RampParser::RuleAttachBody:
  case RampParser::RuleTrainBody:
  case RampParser::RuleInferBody:
  case RampParser::RuleFile: return true;
  default: return false;
  }
}

/// Past the END of the statement at hand, or up to the `}` that closes its block.
void skipStatement(antlr4::Parser *parser) {
  for (int open = 0;; parser->consume()) {
    size_t type = parser->getTokenStream()->LA(1);
    if (type == Token::EOF || (type == RampParser::RBRACE && open == 0)) return;
    if (type == RampParser::LBRACE) ++open;
    if (type == RampParser::RBRACE) --open;
    if (type == RampParser::END && open == 0) {
      parser->consume();
      return;
    }
  }
}

/// The enclosing statement, member or declaration, and what of it has been read.
size_t enclosing(antlr4::Parser *parser) {
  for (antlr4::RuleContext *context = parser->getContext(); context; context = dynamic_cast<antlr4::RuleContext *>(context->parent))
    if (blockText(context->getRuleIndex())) return context->getRuleIndex();
  return RampParser::RuleFile;
}

}  // namespace

Token *SyntaxErrors::recoverInline(antlr4::Parser *parser) { throw antlr4::InputMismatchException(parser); }

void SyntaxErrors::recover(antlr4::Parser *parser, std::exception_ptr error) {
  if (!isRecoveryPoint(parser->getContext()->getRuleIndex())) std::rethrow_exception(error);
  skipStatement(parser);
  endErrorCondition(parser);
}

/// Called by the loop of a body before each statement: text that starts none is reported and skipped here, so that the loop goes on.
void SyntaxErrors::sync(antlr4::Parser *parser) {
  size_t rule = parser->getContext()->getRuleIndex();
  if (!isBody(rule)) return;
  const antlr4::atn::ATN &atn = parser->getATN();
  antlr4::misc::IntervalSet expected = atn.nextTokens(atn.states[parser->getState()]);
  for (;;) {
    size_t type = parser->getTokenStream()->LA(1);
    if (type == Token::EOF || type == RampParser::RBRACE || expected.contains(type)) return;
    if (type == RampParser::END && rule == RampParser::RuleFile) {
      parser->consume();
      continue;
    }
    Token *found = parser->getCurrentToken();
    if (mended.contains((int32_t)found->getLine())) {
      skipStatement(parser);
      continue;
    }
    const BlockText *text = blockText(rule);
    Token *before = parser->getTokenStream()->LT(-1);
    if (rule == RampParser::RuleFile && before && before->getType() != RampParser::END && before->getType() != RampParser::RBRACE) {
      diagnostics.error(expectedToken, rangeOf(found, file), fmt::format("expected `,` or the end of the statement, found {}", describe(found)));
      skipStatement(parser);
      continue;
    }
    const DiagnosticKind &kind = rule == RampParser::RuleFile ? expectedDeclaration : expectedStatement;
    auto &diagnostic = diagnostics.error(kind, rangeOf(found, file), fmt::format("expected {}, found {}", text->expected, describe(found)));
    if (std::string word = nearest(found->getText(), text->words); !word.empty() && word != found->getText())
      diagnostic.hint(fmt::format("did you mean `{}`?", word));
    else if (type == RampParser::IF && rule != RampParser::RuleFile)
      diagnostic.hint("choose between values: `name = if c then a else b`");
    skipStatement(parser);
  }
}

void SyntaxErrors::reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) {
  if (inErrorRecoveryMode(parser)) return;  // an inner rule has spoken
  beginErrorCondition(parser);
  if (mended.contains((int32_t)error.getOffendingToken()->getLine())) return;
  explain(parser, error.getOffendingToken(), error.getExpectedTokens());
}

void SyntaxErrors::explain(antlr4::Parser *parser, Token *found, const antlr4::misc::IntervalSet &expected) {
  size_t rule = parser->getContext()->getRuleIndex();
  size_t parent = RampParser::RuleFile;
  if (auto *context = dynamic_cast<antlr4::RuleContext *>(parser->getContext()->parent)) parent = context->getRuleIndex();
  auto *stream = parser->getTokenStream();
  size_t index = found->getTokenIndex();
  Token *before = index > 0 && index != INVALID_INDEX ? stream->get(index - 1) : nullptr;
  size_t beforeType = before ? before->getType() : (size_t)Token::EOF;
  SourceRange where = rangeOf(found, file);
  // A missing piece is shown behind the last thing written, not at the start of the next line.
  if ((found->getType() == RampParser::END || found->getType() == Token::EOF) && before) {
    where = rangeOf(before, file);
    where.begin = where.end;
  }
  std::string foundText = describe(found);
  auto error = [&](const DiagnosticKind &kind, const std::string &what) -> Diagnostic & {
    return diagnostics.error(kind, where, fmt::format("expected {}, found {}", what, foundText));
  };
  auto expects = [&](size_t type) { return expected.contains(type); };

  if (rule == RampParser::RuleName || (expects(RampParser::IDENT) && !expects(RampParser::INT) && rule != RampParser::RuleStatement)) {
    if (isReserved(found->getType())) {
      diagnostics.error(reservedWord, where, fmt::format("{} is a reserved word and cannot be a name", foundText));
      return;
    }
    if (rule == RampParser::RuleType || rule == RampParser::RuleResult || parent == RampParser::RuleType)
      error(expectedName, "a type").hint("types look like `f32[T, D]`, `int`, `class[10]`");
    else error(expectedName, "a name");
    return;
  }
  if (rule == RampParser::RuleType && !expects(RampParser::ARROW) && expected.size() > 1) {
    error(expectedName, "a type").hint("types look like `f32[T, D]`, `int`, `class[10]`");
    return;
  }
  if (rule == RampParser::RulePrimary || rule == RampParser::RuleExpr || expects(RampParser::INT)) {
    if (expects(RampParser::THEN)) {
      auto &diagnostic = error(expectedToken, "`then` after the condition of `if`");
      if (found->getType() == RampParser::ASSIGN) diagnostic.hint("equality is written `==`");
      else diagnostic.hint("a conditional is written `if c then a else b`");
      return;
    }
    if (expects(RampParser::ELSE)) {
      error(expectedToken, "`else`").hint("a conditional has a value in both cases: `if c then a else b`");
      return;
    }
    if (expects(RampParser::COLON)) {
      error(expectedToken, "`:` after the axis").hint("a reduction is written `sum over stages: value`");
      return;
    }
    if (!expects(RampParser::RBRACKET) && !expects(RampParser::RPAREN)) {
      auto &diagnostic = error(expectedExpression, beforeType == RampParser::ASSIGN ? "a value after `=`" : "an expression");
      size_t type = found->getType();
      if (type == beforeType && (type == RampParser::STAR || type == RampParser::SLASH))
        diagnostic.hint(type == RampParser::STAR ? "there is no power operator; write the product" : "`/` is real division, on integers too");
      else if (type == RampParser::PLUS) diagnostic.hint("there is no sign `+` and no `++`");
      else if (type == RampParser::ASSIGN && before &&
               (beforeType == RampParser::ASSIGN || beforeType == RampParser::LESS || beforeType == RampParser::GREATER))
        diagnostic.hint("comparisons are `==`, `!=`, `<`, `<=`, `>`, `>=`");
      else if (type == RampParser::FN) diagnostic.hint("a function is named, not written in place: declare it with `fn`");
      return;
    }
  }
  if (rule == RampParser::RuleParameter && expects(RampParser::COLON)) {
    error(expectedToken, fmt::format("`:` and a type after {}", before ? describe(before) : "the name")).hint("a parameter is written `name: type`");
    return;
  }
  if (rule == RampParser::RuleBinding && expects(RampParser::ASSIGN)) {
    size_t block = enclosing(parser);
    auto &diagnostic = error(expectedToken, fmt::format("`=` after {}", before ? describe(before) : "the name"));
    std::string word = before ? nearest(before->getText(), blockText(block)->words) : "";
    size_t sign = found->getType();
    bool compound = sign == RampParser::PLUS || sign == RampParser::MINUS || sign == RampParser::STAR || sign == RampParser::SLASH;
    if (sign == RampParser::EQUAL) diagnostic.hint("a value is bound with one `=`");
    else if (compound && before) diagnostic.hint(fmt::format("write it out: `{0} = {0} {1} …`", before->getText(), found->getText()));
    else if (!word.empty() && before && word != before->getText()) diagnostic.hint(fmt::format("did you mean `{}`?", word));
    else if (found->getType() == RampParser::COLON) diagnostic.hint("a binding takes its type from its value: `name = value`");
    else if (found->getType() == RampParser::LPAREN) diagnostic.hint("a call alone does nothing; bind its value: `name = call(…)`");
    return;
  }
  if (expects(RampParser::END)) {
    auto &diagnostic = error(expectedToken, expects(RampParser::COMMA) ? "`,` or the end of the statement" : "the end of the statement");
    size_t type = found->getType();
    if (type == RampParser::ASSIGN) diagnostic.hint("equality is written `==`; a statement binds one name");
    else if (type == RampParser::IDENT || type == RampParser::INT || type == RampParser::FLOAT || isReserved(type))
      diagnostic.hint("an operator is missing, or a newline or `;` between two statements");
    else if (type == RampParser::COLON) diagnostic.hint("a binding takes its type from its value: `name = value`");
    return;
  }
  if (expects(RampParser::LBRACE)) {
    auto &diagnostic = error(expectedToken, "`{`");
    if (found->getType() == RampParser::THEN) diagnostic.hint("as a statement: `if c { … } else { … }`");
    else if (found->getType() == RampParser::ASSIGN) diagnostic.hint("a body stands in braces: `{ return … }`");
    else if (found->getType() == RampParser::COLON) diagnostic.hint("the result type follows `->`, and the body stands in braces");
    return;
  }
  if (expects(RampParser::RPAREN) || expects(RampParser::RBRACKET)) {
    bool list = expects(RampParser::COMMA) || rule == RampParser::RuleArguments || rule == RampParser::RuleParameters || rule == RampParser::RuleStatics ||
                rule == RampParser::RuleType || rule == RampParser::RuleExpr;
    if (isReserved(found->getType()) && (beforeType == RampParser::COMMA || beforeType == RampParser::LPAREN || beforeType == RampParser::LBRACKET)) {
      diagnostics.error(reservedWord, where, fmt::format("{} is a reserved word and cannot be a name", foundText));
      return;
    }
    const char *closing = expects(RampParser::RPAREN) ? "`)`" : "`]`";
    auto &diagnostic = error(expectedToken, list ? fmt::format("`,` or {}", closing) : std::string(closing));
    if (found->getType() == RampParser::ASSIGN) diagnostic.hint("equality is written `==`; a named argument is `name = value`");
    return;
  }
  // Whatever single token remains; a longer list would help nobody.
  if (expected.size() == 1) {
    std::string text = describe((size_t)expected.getSingleElement());
    if (!text.empty()) {
      auto &diagnostic = error(expectedToken, text);
      if (expects(RampParser::WHEN)) diagnostic.hint("an exit is written `exit head when condition`");
      if (expects(RampParser::ASSIGN) && rule == RampParser::RuleStatement) diagnostic.hint("a weight has an initial value: `param w: f32[n] = normal(0.02)`");
      if (expects(RampParser::ASSIGN) && rule == RampParser::RuleMember) diagnostic.hint("an initial value follows: `state count: int = 0`");
      if (expects(RampParser::IN)) diagnostic.hint("a loop is written `for i in 1..n { … }`");
      if (expects(RampParser::RANGE)) diagnostic.hint("a loop is written `for i in 1..n { … }`");
      return;
    }
  }
  size_t block = enclosing(parser);
  const DiagnosticKind &kind = block == RampParser::RuleFile || block == RampParser::RuleDeclaration ? expectedDeclaration : expectedStatement;
  auto &diagnostic = error(kind, blockText(block)->expected);
  std::string written = before ? before->getText() : "";
  if (std::string word = nearest(written, blockText(block)->words); !word.empty() && word != written) diagnostic.hint(fmt::format("did you mean `{}`?", word));
}

}  // namespace offramp::dsl
