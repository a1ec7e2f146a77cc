// What an expression of the language is worth while a model is being elaborated.
//
// Elaboration is partial evaluation: numbers known now are `Static` and fold, everything else is a `Tensor`, a value of the
// function being built. The remaining kinds are the few things that are neither: a setting not yet read, a function passed
// as an argument, a record such as an episode. No kind here knows a method, a layer or an estimator.
#pragma once

#include "dsl/program/Program.h"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace offramp::dsl::sema {

/// A value of the function being built. `axes` names the dimensions (`stages`, `copies`, `T`; empty: no name) so that a
/// reduction can say which one it means; it has the length of `type.shape`.
struct Tensor {
  ValueId id = -1;
  Type type;
  std::vector<std::string> axes;
  int64_t classes = 0;  ///< > 0: a class index among so many
  bool isSetting = false;    ///< a number read at run time (the threshold side of a decision)
  int64_t vocabulary = 0;    ///< > 0: token ids below it, at most `maxRows` of them
  int64_t maxRows = 0;
};

/// Numbers known while elaborating: a literal, a compile-time parameter, `1 … stages`.
struct Static {
  enum Kind { Int, Real, Bool } kind = Int;
  std::vector<int64_t> shape;  ///< empty: one number
  std::vector<std::string> axes;
  std::vector<double> data;

  static Static number(int64_t v) { return {Int, {}, {}, {double(v)}}; }
  static Static real(double v) { return {Real, {}, {}, {v}}; }
  static Static boolean(bool v) { return {Bool, {}, {}, {v ? 1.0 : 0.0}}; }
  bool isScalar() const { return shape.empty(); }
};

/// A model parameter that may become a run-time setting: decided by its use (L12).
struct SettingRef {
  std::string name;
};

/// The number of rows of a sample where it varies: a dimension, never a number (L7).
struct RowCount {};

struct Text {
  std::string text;
};

/// A function of the library or of the language, passed by name (`baseline = group_mean`).
struct RoutineRef;  // Modules.h
struct Value;
struct FunctionRef {
  std::string name;
  const RoutineRef *routine = nullptr;  ///< null: the operation `name` of the language
  std::vector<Value> statics;           ///< compile-time arguments given already: `quantile[0.5]`
};

/// Named parts: what a policy returns (`logit`, `p`), an episode (`stage`, `logp`, `at`).
struct Record {
  std::string kind;
  std::map<std::string, Value> fields;
};

/// The result of an expression that was wrong and has been reported; using it is silent.
struct Poison {};

/// No value: what a statement-like call returns.
struct Nothing {};

struct Value {
  std::variant<Nothing, Poison, Tensor, Static, SettingRef, RowCount, Text, FunctionRef, std::shared_ptr<Record>> v;

  Value() = default;
  template <typename T>
  Value(T x) : v(std::move(x)) {}

  template <typename T>
  const T *as() const { return std::get_if<T>(&v); }
  const Record *record() const {
    auto *p = std::get_if<std::shared_ptr<Record>>(&v);
    return p ? p->get() : nullptr;
  }
  bool isPoison() const { return std::holds_alternative<Poison>(v); }
};

/// `f32[T, 128]`, `int[6]`, `class[10]`: types as the language writes them.
std::string describe(const Type &type, int64_t classes = 0);
std::string describe(const std::vector<int64_t> &shape);
std::string describe(const Value &value);
/// A number without needless digits: `3`, `0.05`.
std::string describe(double number);

/// Elements of a static shape; `kRows` counts as one.
int64_t elementCount(const std::vector<int64_t> &shape);

}  // namespace offramp::dsl::sema
