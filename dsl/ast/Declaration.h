// Top-level declarations other than models: imports and routines (layer, backbone, exit, policy, reward, fn, estimator).
#pragma once

#include "dsl/ast/Statement.h"

namespace offramp::dsl::ast {

/// A parameter or field: `patch: int = 7`. Lists of routines, models, `infer`, `input`.
struct Parameter {
  Identifier name;
  TypeExpr type;
  ExprPtr defaultValue;  ///< may be null
  SourceRange range;
};

struct ParameterList {
  std::vector<Parameter> parameters;
  SourceRange range;  ///< with the brackets
};

/// One item of `import std.vit, "losses.ramp"`.
struct Import {
  bool isFile = false;
  std::string path;  ///< `std.vit`, or the string's value
  SourceRange range;
};

enum class RoutineKind { Layer, Backbone, Exit, Policy, Reward, Fn, Estimator };

/// `layer name[static](x: …) -> … { … }`, `exit Name(static)(h: …) -> … { … }`.
/// Static parameters are the `[…]` list or, with two `(…)` lists, the first of them; never both.
struct Routine {
  RoutineKind kind = RoutineKind::Fn;
  Identifier name;
  std::optional<ParameterList> statics;
  bool staticsInBrackets = false;  ///< written with `[…]`
  ParameterList parameters;
  std::optional<Identifier> resultName;  ///< `-> h: f32[T, D]`
  std::optional<TypeExpr> result;        ///< missing only after an error, or where sema says it must be there
  Block body;
  SourceRange range;
};

/// `layer`, `backbone` …
const char *spelling(RoutineKind kind);

}  // namespace offramp::dsl::ast
