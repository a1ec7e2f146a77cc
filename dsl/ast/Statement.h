// Statements of routine bodies and the bindings that models share with them.
#pragma once

#include "dsl/ast/Type.h"

namespace offramp::dsl::ast {

struct Statement;
struct Block {
  std::vector<Statement> statements;
  SourceRange range;  ///< with the braces
};

/// `let x = expr` or `x = expr`; `let` also gives the callee's weights the name x.
struct Binding {
  bool isLet = false;
  Identifier name;
  ExprPtr value;
};

/// `param weight: f32[in, out] = normal(0.02)`
struct Weight {
  Identifier name;
  TypeExpr type;
  ExprPtr initializer;
};

/// `return expr`
struct Return { ExprPtr value; };

/// `a..b` of a loop header; both bounds belong to the range (`1..n` runs n times).
struct Counter {
  Identifier variable;
  ExprPtr first, last;
};

/// `for i in 1..n { … }`: a compile-time loop
struct For {
  Counter counter;
  Block body;
};

/// `if c { … } else { … }`: a compile-time choice. `else if` is a block with one If.
struct If {
  ExprPtr condition;
  Block whenTrue;
  std::optional<Block> whenFalse;
};

/// `stage { … }` or `stage k in 1..n { … }`, in a backbone: one stage, or n equal ones
struct Stage {
  std::optional<Counter> counter;
  Block body;
};

struct Statement {
  using Node = std::variant<Binding, Weight, Return, For, If, Stage>;
  Node node;
  SourceRange range;  ///< without the statement end

  template <class T> const T *as() const { return std::get_if<T>(&node); }
};

}  // namespace offramp::dsl::ast
