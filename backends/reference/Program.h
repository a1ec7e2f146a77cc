// A sample-level module as plain structs: what the interpreter walks over. Read once from MLIR (Load.h), so that the interpreter and the ops
// need no MLIR header. Deliberately not an IR: nothing is ever rewritten here.
#pragma once

#include "backends/reference/Tensor.h"

#include <map>
#include <optional>
#include <variant>

namespace offramp::reference {

struct Op;
struct Draws;

/// The declared type of a value. `Weights` and `Gradients` are addresses of an instance, not tensors.
struct Type {
  enum Kind { Shared, PerSample, Weights, Gradients } kind = Shared;
  Dtype dtype = Dtype::F32;
  std::vector<int64_t> shape;  ///< -1 in front: rows
  bool rows() const { return kind == PerSample && !shape.empty() && shape[0] < 0; }
};

/// What the operands of products with weights (nn.linear) are rounded to before they are multiplied (docs/spec/numerics.md); sums stay in
/// double precision.
enum class Precision { Double, Bf16, Int8 };

/// What an op on one sample sees besides its operands.
struct Draws {
  int64_t seed = 0, visit = 0, stage = 0;
  int64_t stepSamples = 1;  ///< samples of the whole step: what `mean` over samples divides by
  Precision precision = Precision::Double;
};
using Operands = std::vector<const Tensor *>;

/// One op on one sample. Results that are shared sum these over the samples.
using SampleFunction = std::vector<Tensor> (*)(const Op &op, const Operands &operands, const Draws &draws);

using Attribute = std::variant<int64_t, double, bool, std::string, std::vector<int64_t>>;

struct Op {
  std::string name;   ///< `nn.add`, `func.call`
  std::string where;  ///< location in the text, for messages
  std::vector<int> operands, results;  ///< registers of the function
  std::vector<Type> operandTypes, resultTypes;
  std::map<std::string, Attribute> attributes;
  std::optional<Tensor> constant;  ///< of nn.constant
  std::vector<Op> body;            ///< of nn.exit_if
  SampleFunction function = nullptr;

  int64_t integer(const std::string &key, int64_t otherwise) const;
  int64_t integer(const std::string &key) const;  ///< throws if there is none
  double real(const std::string &key) const;
  bool flag(const std::string &key) const;  ///< false if there is none
  const std::string &text(const std::string &key) const;
  const std::vector<int64_t> &list(const std::string &key) const;
};

/// Where an argument of a program comes from.
struct Source {
  enum Kind { Caller, Input, Table, Setting } kind = Caller;
  int64_t slot = 0;
};

struct Function {
  std::string name;
  std::string program;  ///< attribute nn.program, empty for the others
  std::vector<Type> arguments, results;
  std::vector<Source> sources;  ///< one per argument; arguments are registers 0, 1, …
  int registers = 0;
  std::vector<Op> ops;
  std::vector<int> returned;
  std::string refusal;   ///< why the interpreter cannot run it; empty if it can
  bool leaves = false;  ///< holds nn.leave_with: every sample must have left at its end
};

struct Field {
  std::string name;
  std::vector<int64_t> shape;
  int64_t offset = 0, count = 0;  ///< elements from the bundle's address
  std::string kind;               ///< initial value: constant, normal, uniform
  double scale = 0;
  bool decays = true;
};
struct Bundle {
  std::map<std::string, Field> fields;
  std::vector<std::string> order;
  int64_t extent = 0;
};
struct Instance {
  std::string bundle;
  int64_t offset = 0;
};

struct Program {
  std::map<std::string, Function> functions;
  std::map<std::string, Bundle> bundles;
  std::map<std::string, Instance> instances;
  int64_t weights = 0;  ///< elements of the weight block
};

}  // namespace offramp::reference
