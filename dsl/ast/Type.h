// Types as written: `f32[T, D]`, `class("names.txt")`, `fn(f32[copies]) -> f32`. Meaning and shapes are sema's.
#pragma once

#include "dsl/ast/Expr.h"

namespace offramp::dsl::ast {

struct TypeExpr;
using TypePtr = std::unique_ptr<TypeExpr>;

/// One dimension: a number, a name or arithmetic over them; or `...` for any leading dimensions.
struct Dimension {
  bool ellipsis = false;
  ExprPtr size;  ///< null if ellipsis
  SourceRange range;
};

/// `fn(f32[copies]) -> f32`
struct FunctionType {
  std::vector<TypePtr> parameters;
  TypePtr result;
};

struct TypeExpr {
  Identifier name;                                   ///< `f32`, `int`, `class`, `tokens`, `Episode` …; `fn` for a function type
  std::optional<std::vector<Dimension>> dimensions;  ///< `[…]`
  std::optional<ArgumentList> arguments;             ///< `(…)`: `tokens(vocab = 5000, max = 64)`, `class("names.txt")`
  std::optional<FunctionType> function;              ///< if name is `fn`
  SourceRange range;
};

}  // namespace offramp::dsl::ast
