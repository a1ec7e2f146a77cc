// The operations that text can call: name, parameters, and how the primitive is applied. Families are in BuiltinsShape.cpp
// and BuiltinsNetwork.cpp; what is composed of operations is library text, not a builtin.
#pragma once

#include "dsl/sema/Evaluator.h"

namespace offramp::dsl::sema {

/// A call after its arguments were put in order; missing optional ones are `Nothing`.
struct BuiltinCall {
  Operations ops;
  Evaluator &evaluator;
  Frame &frame;
  const std::string &name;
  std::vector<Value> arguments;
  std::vector<SourceRange> ranges;  ///< of the arguments
  std::vector<Value> statics;       ///< `[…]`
  SourceRange where;

  bool has(size_t i) const { return !std::holds_alternative<Nothing>(arguments[i].v); }
  int64_t wholeAt(size_t i, int64_t otherwise, const char *what);
  double numberAt(size_t i, double otherwise, const char *what);
  bool flagAt(size_t i, bool otherwise, const char *what);
  std::vector<int64_t> shape();  ///< the statics as sizes; `T` is `kRows`
};

struct Builtin {
  std::vector<const char *> parameters;  ///< a trailing `?` marks an optional one
  bool takesStatics = false;
  Value (*apply)(BuiltinCall &);
};

/// Refuses softmax, log_softmax and argmax over one element in a model whose label is a number.
void refuseSingle(const BuiltinCall &call, const Tensor &x);

using BuiltinTable = std::map<std::string, Builtin>;
void addElementwise(BuiltinTable &table);
void addShape(BuiltinTable &table);
void addNetwork(BuiltinTable &table);

}  // namespace offramp::dsl::sema
