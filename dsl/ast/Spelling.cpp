// How operators, reducers and declarations are written.
#include "dsl/ast/Declaration.h"

namespace offramp::dsl::ast {

const char *spelling(BinaryOp op) {
  switch (op) {
  case BinaryOp::Add: return "+";
  case BinaryOp::Subtract: return "-";
  case BinaryOp::Multiply: return "*";
  case BinaryOp::Divide: return "/";
  case BinaryOp::Equal: return "==";
  case BinaryOp::NotEqual: return "!=";
  case BinaryOp::Less: return "<";
  case BinaryOp::LessEqual: return "<=";
  case BinaryOp::Greater: return ">";
  case BinaryOp::GreaterEqual: return ">=";
  case BinaryOp::And: return "and";
  case BinaryOp::Or: return "or";
  }
  return "";
}

const char *spelling(UnaryOp op) { return op == UnaryOp::Not ? "not" : "-"; }

const char *spelling(Reducer reducer) {
  switch (reducer) {
  case Reducer::Sum: return "sum";
  case Reducer::Mean: return "mean";
  case Reducer::Max: return "max";
  case Reducer::Min: return "min";
  }
  return "";
}

const char *spelling(RoutineKind kind) {
  switch (kind) {
  case RoutineKind::Layer: return "layer";
  case RoutineKind::Backbone: return "backbone";
  case RoutineKind::Exit: return "exit";
  case RoutineKind::Policy: return "policy";
  case RoutineKind::Reward: return "reward";
  case RoutineKind::Fn: return "fn";
  case RoutineKind::Estimator: return "estimator";
  }
  return "";
}

}  // namespace offramp::dsl::ast
