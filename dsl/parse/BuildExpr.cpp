// Expressions of the AST builder.
#include "dsl/parse/AstBuilder.h"
#include "dsl/parse/TokenFilter.h"
#include "dsl/parse/Words.h"

#include <charconv>
#include <fmt/format.h>

namespace offramp::dsl {

using namespace ast;
using grammar::RampParser;

namespace {

OFFRAMP_DIAGNOSTIC(numberOutOfRange, "number-out-of-range", "a number too large or too small to hold");
OFFRAMP_DIAGNOSTIC(badEscape, "bad-escape", "an unknown escape in a string");
OFFRAMP_DIAGNOSTIC(comparisonChain, "comparison-chain", "comparisons written one after another");
OFFRAMP_DIAGNOSTIC(unknownReducer, "unknown-reducer", "a reduction that is none of `sum`, `mean`, `max`, `min`");
OFFRAMP_DIAGNOSTIC(misplacedSubscript, "misplaced-subscript", "a range or a named value in brackets where it means nothing");

BinaryOp operatorOf(size_t type) {
  switch (type) {
  case RampParser::PLUS: return BinaryOp::Add;
  case RampParser::MINUS: return BinaryOp::Subtract;
  case RampParser::STAR: return BinaryOp::Multiply;
  case RampParser::SLASH: return BinaryOp::Divide;
  case RampParser::EQUAL: return BinaryOp::Equal;
  case RampParser::NOT_EQUAL: return BinaryOp::NotEqual;
  case RampParser::LESS: return BinaryOp::Less;
  case RampParser::LESS_EQUAL: return BinaryOp::LessEqual;
  case RampParser::GREATER: return BinaryOp::Greater;
  case RampParser::GREATER_EQUAL: return BinaryOp::GreaterEqual;
  case RampParser::AND: return BinaryOp::And;
  default: return BinaryOp::Or;
  }
}

}  // namespace

ExprPtr AstBuilder::expr(P::ExprContext *tree) {
  if (auto *e = dynamic_cast<P::PrimaryExprContext *>(tree)) return primary(e->primary());
  if (auto *e = dynamic_cast<P::MemberExprContext *>(tree)) {
    ExprPtr base = expr(e->expr());
    return makeExpr(Member{std::move(base), identifier(e->name())}, range(tree));
  }
  if (auto *e = dynamic_cast<P::CallExprContext *>(tree)) return call(e);
  if (auto *e = dynamic_cast<P::IndexExprContext *>(tree)) return index(e);
  if (auto *e = dynamic_cast<P::NegateExprContext *>(tree)) return makeExpr(Unary{UnaryOp::Negate, expr(e->expr())}, range(tree));
  if (auto *e = dynamic_cast<P::NotExprContext *>(tree)) return makeExpr(Unary{UnaryOp::Not, expr(e->expr())}, range(tree));
  if (auto *e = dynamic_cast<P::ConditionalExprContext *>(tree)) {
    ExprPtr condition = expr(e->expr(0)), whenTrue = expr(e->expr(1)), whenFalse = expr(e->expr(2));
    return makeExpr(Conditional{std::move(condition), std::move(whenTrue), std::move(whenFalse)}, range(tree));
  }
  if (auto *e = dynamic_cast<P::ReductionExprContext *>(tree)) return reduction(e);
  // What is left has two operands and the operator between them.
  auto *left = static_cast<P::ExprContext *>(tree->children[0]), *right = static_cast<P::ExprContext *>(tree->children[2]);
  return binary(tree, left, static_cast<antlr4::tree::TerminalNode *>(tree->children[1])->getSymbol(), right);
}

ExprPtr AstBuilder::binary(P::ExprContext *tree, P::ExprContext *left, antlr4::Token *op, P::ExprContext *right) {
  if (dynamic_cast<P::CompareExprContext *>(tree) && dynamic_cast<P::CompareExprContext *>(left)) {
    auto *first = static_cast<antlr4::tree::TerminalNode *>(left->children[1])->getSymbol();
    diagnostics.error(comparisonChain, range(op), "comparisons do not chain")
        .note(range(first), "the first comparison is here")
        .hint("write `a < b and b < c`");
  }
  ExprPtr leftExpr = expr(left);
  return makeExpr(Binary{operatorOf(op->getType()), std::move(leftExpr), expr(right), range(op)}, range(tree));
}

ExprPtr AstBuilder::reduction(P::ReductionExprContext *tree) {
  Identifier name = identifier(tree->name(0));
  Reducer reducer = Reducer::Sum;
  bool known = false;
  std::vector<std::string> words;
  for (Reducer candidate : {Reducer::Sum, Reducer::Mean, Reducer::Max, Reducer::Min}) {
    words.push_back(spelling(candidate));
    if (name.text == spelling(candidate)) reducer = candidate, known = true;
  }
  if (!known) {
    auto &diagnostic = diagnostics.error(unknownReducer, name.range, fmt::format("expected `sum`, `mean`, `max` or `min` before `over`, found `{}`", name.text));
    if (std::string word = nearest(name.text, words); !word.empty()) diagnostic.hint(fmt::format("did you mean `{}`?", word));
  }
  Identifier axis = identifier(tree->name(1));
  return makeExpr(Reduction{reducer, std::move(axis), expr(tree->expr())}, range(tree));
}

ExprPtr AstBuilder::call(P::CallExprContext *tree) {
  // `f[a](x)`: brackets before a list are static arguments. Only when not in parentheses, which the tree shows as a primary.
  if (auto *indexed = dynamic_cast<P::IndexExprContext *>(tree->expr())) {
    Call result;
    result.callee = expr(indexed->expr());
    result.brackets = brackets(indexed);
    result.lists.push_back(arguments(tree->arguments()));
    return makeExpr(std::move(result), range(tree));
  }
  ExprPtr callee = expr(tree->expr());
  if (auto *inner = std::get_if<Call>(&callee->node); inner && !callee->parenthesized) {
    inner->lists.push_back(arguments(tree->arguments()));
    callee->range = range(tree);
    return callee;
  }
  Call result;
  result.callee = std::move(callee);
  result.lists.push_back(arguments(tree->arguments()));
  return makeExpr(std::move(result), range(tree));
}

ArgumentList AstBuilder::brackets(P::IndexExprContext *tree) {
  ArgumentList list;
  for (P::SubscriptContext *item : tree->subscript()) {
    if (item->RANGE() || item->ELLIPSIS()) {
      diagnostics.error(misplacedSubscript, range(item), "a static argument cannot be a range").note(range(tree->expr()), "the call is of this");
      continue;
    }
    list.arguments.push_back(argument(item->argument()));
  }
  list.range = {file, range(tree->LBRACKET()->getSymbol()).begin, range(tree->RBRACKET()->getSymbol()).end};
  return list;
}

ExprPtr AstBuilder::index(P::IndexExprContext *tree) {
  Index result;
  result.base = expr(tree->expr());
  for (P::SubscriptContext *item : tree->subscript()) {
    Subscript subscript;
    subscript.range = range(item);
    if (item->argument()) {
      Argument first = argument(item->argument());
      if (first.name)
        diagnostics.error(misplacedSubscript, first.name->range, "a subscript has no name").hint("named static arguments stand before a call: `f[n = 2](x)`");
      subscript.first = std::move(first.value);
    }
    if (item->RANGE()) {
      subscript.kind = Subscript::Slice;
      if (item->expr()) subscript.last = expr(item->expr());
    } else if (item->ELLIPSIS()) {
      subscript.kind = Subscript::Ellipsis;
    }
    result.subscripts.push_back(std::move(subscript));
  }
  if (result.subscripts.empty())
    diagnostics.error(misplacedSubscript, {file, range(tree->LBRACKET()->getSymbol()).begin, range(tree->RBRACKET()->getSymbol()).end},
                      "expected a subscript between `[` and `]`");
  return makeExpr(std::move(result), range(tree));
}

ArgumentList AstBuilder::arguments(P::ArgumentsContext *tree) {
  ArgumentList list;
  for (P::ArgumentContext *item : tree->argument()) list.arguments.push_back(argument(item));
  list.range = range(tree);
  return list;
}

Argument AstBuilder::argument(P::ArgumentContext *tree) {
  Argument result;
  if (tree->name()) result.name = identifier(tree->name());
  result.value = expr(tree->expr());
  result.range = range(tree);
  return result;
}

ExprPtr AstBuilder::primary(P::PrimaryContext *tree) {
  if (tree->name()) return makeExpr(Name{tree->name()->getText()}, range(tree));
  antlr4::Token *first = tree->getStart();
  switch (first->getType()) {
  case RampParser::INT:
  case RampParser::FLOAT: return number(first);
  case RampParser::STRING: return string(first);
  case RampParser::TRUE: return makeExpr(Bool{true}, range(tree));
  case RampParser::FALSE: return makeExpr(Bool{false}, range(tree));
  case RampParser::LPAREN: {
    ExprPtr inner = expr(tree->expr(0));
    inner->parenthesized = true;
    return inner;
  }
  default: {
    List list;
    for (P::ExprContext *item : tree->expr()) list.items.push_back(expr(item));
    return makeExpr(std::move(list), range(tree));
  }
  }
}

ExprPtr AstBuilder::number(antlr4::Token *token) {
  Number number;
  number.text = token->getText();
  const char *begin = number.text.data(), *end = begin + number.text.size();
  bool fits = std::from_chars(begin, end, number.value).ec == std::errc();
  if (token->getType() == RampParser::INT) {
    number.isInt = std::from_chars(begin, end, number.intValue).ec == std::errc();
    fits = fits && number.isInt;
  }
  if (!fits) {
    std::string shown = number.text.size() > 40 ? number.text.substr(0, 37) + "..." : number.text;
    auto &diagnostic = diagnostics.error(numberOutOfRange, range(token), fmt::format("number `{}` is out of range", shown));
    diagnostic.hint(token->getType() == RampParser::INT ? "integers go up to 9223372036854775807" : "numbers are held in 64-bit floating point");
    return nothing(range(token));
  }
  return makeExpr(std::move(number), range(token));
}

ExprPtr AstBuilder::string(antlr4::Token *token) { return makeExpr(String{stringValue(token)}, range(token)); }

std::string AstBuilder::stringValue(antlr4::Token *token) {
  std::string written = token->getText(), value;
  SourceRange where = range(token);
  int32_t column = where.begin.column;  // of the character at hand
  for (size_t i = 1; i + 1 < written.size(); ++i) {
    if ((static_cast<unsigned char>(written[i]) & 0xC0) != 0x80) ++column;
    if (written[i] != '\\') {
      value += written[i];
      continue;
    }
    switch (char escaped = written[++i]; escaped) {
    case '"':
    case '\\': value += escaped; break;
    case 'n': value += '\n'; break;
    case 't': value += '\t'; break;
    default: {
      size_t length = 1;
      while (i + length < written.size() && (static_cast<unsigned char>(written[i + length]) & 0xC0) == 0x80) ++length;
      SourceRange escape{file, {where.begin.line, column}, {where.begin.line, column + 2}};
      diagnostics.error(badEscape, escape, fmt::format("unknown escape `\\{}`", written.substr(i, length))).hint("escapes are `\\\"`, `\\\\`, `\\n` and `\\t`");
      i += length - 1;
    }
    }
    ++column;
  }
  return value;
}

Identifier AstBuilder::identifier(P::NameContext *tree) { return {tree->getText(), range(tree)}; }

SourceRange AstBuilder::range(const antlr4::Token *token) const { return rangeOf(token, file); }

SourceRange AstBuilder::range(const antlr4::ParserRuleContext *tree) const {
  return {file, range(tree->start).begin, range(tree->stop ? tree->stop : tree->start).end};
}

}  // namespace offramp::dsl
