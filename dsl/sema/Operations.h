// Typed application of primitives: every operation of the language that becomes an operation of docs/spec/ops.md, with
// its checks, implicit conversions and folding of numbers that are known now.
// It does not know names, scopes or source text: what is wrong is thrown as `Wrong` and placed by the evaluator.
#pragma once

#include "dsl/sema/FunctionBuilder.h"
#include "dsl/sema/Kinds.h"
#include "dsl/sema/Value.h"

#include <optional>
#include <string>
#include <vector>

namespace offramp::dsl::sema {

/// An error without a place. `argument` says which operand to underline (-1: the whole expression).
struct Wrong {
  const DiagnosticKind &kind;
  std::string message;
  std::string hint;
  int argument = -1;
};

/// Reads a setting where arithmetic meets it: a tensor in a phase or rule, a number elsewhere (L12).
class SettingSource {
public:
  virtual ~SettingSource() = default;
  virtual Value readSetting(const std::string &name) = 0;
};

class Operations {
public:
  Operations(FunctionBuilder *builder, SettingSource &settings, SourceRange where)
      : builder(builder), settings(settings), where(where) {}

  // Elementwise (Elementwise.cpp). `op` is the primitive's name.
  Value arithmetic(const std::string &op, const Value &a, const Value &b);
  Value compare(const std::string &predicate, const Value &a, const Value &b);
  Value logical(const std::string &op, const Value &a, const Value &b);
  Value logicalNot(const Value &a);
  Value elementwise(const std::string &op, const Value &a);
  Value select(const Value &condition, const Value &a, const Value &b);

  // Dimensions (Dimensions.cpp).
  Value reduce(const std::string &what, const Value &a, size_t dimension);
  Value pick(const Value &a, int64_t index);                            ///< a[index]
  Value range(const Value &a, int64_t from, std::optional<int64_t> last);  ///< a[from..last], both belong to it
  Value take(const Value &a, const Value &index);
  Value reshape(const Value &a, std::vector<int64_t> shape);
  Value transpose(const Value &a, const std::vector<int64_t> &permutation);
  Value concat(const std::vector<Value> &parts, int64_t dimension);
  Value broadcastTo(const Value &a, std::vector<int64_t> shape);
  Value toRows(const Value &a);

  // Conversions.
  Value resolved(const Value &value);  ///< settings become tensors or numbers
  Tensor tensor(const Value &value, Dtype preferred = Dtype::F32);
  Tensor floats(const Value &value, const char *who);  ///< f32; int is converted, u8 and bool are refused (L8)
  Tensor cast(const Tensor &t, Dtype dtype);
  Tensor made(std::string op, std::vector<ValueId> operands, std::map<std::string, Attribute> attributes, Type type,
              std::vector<std::string> axes);

  FunctionBuilder *builder;
  SettingSource &settings;
  SourceRange where;

private:
  struct Pair {
    Tensor a, b;
    std::vector<int64_t> shape;
    std::vector<std::string> axes;
  };
  Pair aligned(Tensor a, Tensor b);
  Tensor spreadLike(const Tensor &value, const Tensor &rows);
};

/// Shape of a trailing-aligned broadcast; throws `Wrong` (L9). Axes are merged; two different names do not meet.
void broadcastShapes(const std::vector<int64_t> &a, const std::vector<std::string> &axesA, const std::vector<int64_t> &b,
                     const std::vector<std::string> &axesB, std::vector<int64_t> &shape, std::vector<std::string> &axes);

/// Folding of numbers known now (Folding.cpp).
Static foldArithmetic(const std::string &op, const Static &a, const Static &b);
Static foldCompare(const std::string &predicate, const Static &a, const Static &b);
Static foldUnary(const std::string &op, const Static &a);
Static foldSelect(const Static &condition, const Static &a, const Static &b);
Static foldReduce(const std::string &what, const Static &a, size_t dimension);

}  // namespace offramp::dsl::sema
