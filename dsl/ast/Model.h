// A model and its members: inputs, attachments, state, phases, the exit rule.
#pragma once

#include "dsl/ast/Declaration.h"

namespace offramp::dsl::ast {

/// `input image: u8[28, 28], label: class[classes]`
struct Input { std::vector<Parameter> fields; };

/// `after each stage { head = Classifier(classes); gate = Gate() }`
struct AfterEachStage {
  std::vector<Binding> bindings;
  SourceRange body;  ///< with the braces, here and below
};

/// `state streak: int = 0`
struct State {
  Identifier name;
  TypeExpr type;
  ExprPtr initial;
};

/// `table memorized: int = depth`
struct Table {
  Identifier name;
  TypeExpr type;
  ExprPtr initial;
};

/// `rollout ep(gate, copies = 8)`
struct Rollout {
  Identifier name;
  ArgumentList arguments;
};

/// `minimize expr`, `maximize expr by reinforce(ep, baseline = group_mean)`
struct Objective {
  bool maximize = false;
  ExprPtr value;
  ExprPtr estimator;  ///< the expression after `by`; null if none
};

/// A line of a `train` block.
struct TrainItem {
  std::variant<Binding, Rollout, Objective> node;
  SourceRange range;
  template <class T> const T *as() const { return std::get_if<T>(&node); }
};

/// `train name(epochs = 4, …) updates backbone, head { … }`
struct Train {
  Identifier name;
  ArgumentList options;
  std::vector<Identifier> updates;  ///< empty: everything
  std::vector<TrainItem> items;
  SourceRange body;
};

/// `measure memorized = expr`
struct Measure {
  Identifier table;
  ExprPtr value;
};

/// `exit head when cond`
struct ExitWhen {
  ExprPtr value;
  ExprPtr condition;
};

/// A line of the `infer` block.
struct InferItem {
  std::variant<Binding, ExitWhen> node;
  SourceRange range;
  template <class T> const T *as() const { return std::get_if<T>(&node); }
};

/// `infer(threshold: f32 = 0.5) { … }`
struct Infer {
  ParameterList parameters;
  std::vector<InferItem> items;
  SourceRange body;
};

struct ModelMember {
  using Node = std::variant<Input, Binding, AfterEachStage, State, Table, Train, Measure, Infer>;
  Node node;
  SourceRange range;
  template <class T> const T *as() const { return std::get_if<T>(&node); }
};

/// `model Name(classes: int = 10) { … }`
struct Model {
  Identifier name;
  ParameterList parameters;
  std::vector<ModelMember> members;  ///< in order of the text
  SourceRange range;
  SourceRange body;
};

}  // namespace offramp::dsl::ast
