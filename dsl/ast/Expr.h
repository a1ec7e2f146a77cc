// Expressions as written: no types, no resolved names. Operators, calls, subscripts, conditionals, reductions.
// Nodes are plain structs in a variant; walk them with `std::visit` or `expr.as<Call>()`.
#pragma once

#include "dsl/diag/Source.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace offramp::dsl::ast {

struct Expr;
using ExprPtr = std::unique_ptr<Expr>;  ///< never null unless a member says "may be null"

/// A name with its place: declared names, members, arguments.
struct Identifier {
  std::string text;
  SourceRange range;
};

/// `name = value` or `value` in a call.
struct Argument {
  std::optional<Identifier> name;
  ExprPtr value;
  SourceRange range;
};

/// `(…)` or `[…]` of a call; `range` covers the brackets.
struct ArgumentList {
  std::vector<Argument> arguments;
  SourceRange range;
};

/// One entry of `h[…]`.
struct Subscript {
  enum Kind {
    Item,      ///< `h[i]`: `first` is i
    Slice,     ///< `h[a..b]`, `h[a..]`, `h[..b]`: either may be null; both bounds belong to it, as in `1..n` of a loop
    Ellipsis,  ///< `h[..., i]`
  } kind = Item;
  ExprPtr first, last;
  SourceRange range;
};

struct Number {
  double value = 0;
  bool isInt = false;     ///< written without point and exponent, and fits
  int64_t intValue = 0;   ///< meaningful if isInt
  std::string text;       ///< as written
};
struct Bool { bool value = false; };
struct String { std::string value; };  ///< escapes resolved
struct Name { std::string text; };

/// `ep.stage`
struct Member {
  ExprPtr base;
  Identifier member;
};

/// `linear[128](x)`, `vit(patch = 7)(image)`, `ep.at(ce)`. `callee` is an expression, usually a Name or a Member.
/// A subscript directly before an argument list is always `brackets`, never an Index.
struct Call {
  ExprPtr callee;
  std::optional<ArgumentList> brackets;  ///< `[…]` between callee and the first list
  std::vector<ArgumentList> lists;       ///< at least one
};

/// `h[0]`, `h[1..]`. Also a function named with its static arguments but not called: `quantile[0.5]`.
struct Index {
  ExprPtr base;
  std::vector<Subscript> subscripts;
};

enum class UnaryOp { Negate, Not };
struct Unary {
  UnaryOp op;
  ExprPtr operand;
};

enum class BinaryOp { Add, Subtract, Multiply, Divide, Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual, And, Or };
struct Binary {
  BinaryOp op;
  ExprPtr left, right;
  SourceRange opRange;  ///< the operator itself
};

/// `if c then a else b`
struct Conditional {
  ExprPtr condition, whenTrue, whenFalse;
};

enum class Reducer { Sum, Mean, Max, Min };
/// `sum over stages: body`
struct Reduction {
  Reducer reducer;
  Identifier axis;
  ExprPtr body;
};

/// `[a, b]`
struct List { std::vector<ExprPtr> items; };

struct Expr {
  using Node = std::variant<Number, Bool, String, Name, Member, Call, Index, Unary, Binary, Conditional, Reduction, List>;
  Node node;
  SourceRange range;           ///< without the parentheses around it
  bool parenthesized = false;  ///< written in parentheses; no meaning, kept for the formatter

  template <class T> const T *as() const { return std::get_if<T>(&node); }
};

template <class T> ExprPtr makeExpr(T node, SourceRange range) {
  auto expr = std::make_unique<Expr>();
  expr->node = std::move(node);
  expr->range = range;
  return expr;
}

/// Spelling of an operator or reducer: `+`, `not`, `sum`.
const char *spelling(BinaryOp op);
const char *spelling(UnaryOp op);
const char *spelling(Reducer reducer);

}  // namespace offramp::dsl::ast
