// Collects the primitives of one function of the program: values get ids in order of creation, equal pure primitives are
// one node, weights are declared by path, and what nobody reads is dropped at the end.
// It checks nothing about types: that is done where an operation is applied (Operations.h).
#pragma once

#include "dsl/program/Program.h"

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace offramp::dsl::sema {

class FunctionBuilder {
public:
  /// Where the value of a parameter comes from; only phases and rules have reads.
  ValueId parameter(std::string name, Type type, std::optional<Read> read = {});
  ValueId emit(std::string op, std::vector<ValueId> operands, std::map<std::string, Attribute> attributes, Type type,
               SourceRange where);
  /// A weight of this function. False if the path is taken by a weight declared elsewhere.
  bool declare(Field field);
  const Field *findField(const std::string &name) const;
  ValueId readField(const Field &field, SourceRange where);

  const Type &typeOf(ValueId v) const { return entries[v].type; }
  size_t nodeCount() const { return nodes; }
  int64_t nextSite() { return ++sites; }

  /// The data of a constant node, or null.
  const std::vector<double> *constantData(ValueId v) const;

  /// The stage number (a shared f32) that `v` is the whole-number form of, or -1.
  ValueId stageNumberOf(ValueId v) const;

  /// The function, its parameters first. With `keepParameters` unread parameters stay (stages and heads keep their
  /// signature); otherwise they are dropped, and `reads` gets what is left, by position.
  Function finish(std::string name, const std::vector<ValueId> &results, bool keepParameters,
                  std::vector<Read> *reads = nullptr) const;

private:
  struct Entry {
    bool isParameter = false;
    std::string name;  ///< of a parameter
    std::optional<Read> read;
    Node node;
    Type type;
  };
  std::vector<Entry> entries;
  std::vector<Field> fields;
  std::map<std::string, ValueId> known;  ///< value numbering: printed node → id
  size_t nodes = 0;
  int64_t sites = 0;
};

/// Equal up to source positions: such functions are kept once.
bool sameFunction(const Function &a, const Function &b);

}  // namespace offramp::dsl::sema
