// Small models written as `dsl::Model` by hand, so that the compiler is tested without the language: a ViT with a gate and a policy
// phase, one whose rule counts equal answers (state), a convolutional one without rows. They are no copies of stdlib text.
#pragma once

#include "dsl/program/Program.h"

#include <initializer_list>
#include <string>
#include <vector>

namespace offramp::tests {

/// Builds one function; every member adds a node and gives its id. Shapes are per-sample unless said otherwise.
class FunctionBuilder {
public:
  using Id = dsl::ValueId;
  using Shape = std::vector<int64_t>;
  explicit FunctionBuilder(std::string name, dsl::Type first, std::string firstName = "h") { f.name = std::move(name), parameter(firstName, first); }

  Id parameter(std::string name, dsl::Type type) {
    f.parameters.push_back({std::move(name), std::move(type)});
    return (Id)f.parameters.size() - 1;
  }
  Id node(std::string op, std::vector<Id> operands, dsl::Type type, std::map<std::string, dsl::Attribute> attributes = {});
  Id field(std::string name, Shape shape, dsl::Initializer start = {dsl::Initializer::Normal, 0.02}, bool decays = true);
  Id constant(std::vector<double> values, Shape shape, dsl::Dtype dtype = dsl::Dtype::F32);
  /// Elementwise with the type of the first operand.
  Id same(std::string op, std::vector<Id> operands, std::map<std::string, dsl::Attribute> attributes = {});
  Id linear(Id x, const std::string &name, int64_t k, int64_t n);
  Id layerNorm(Id x, const std::string &name, int64_t width);
  Id scalarOf(Id x);  ///< f32[1] → f32
  dsl::Function finish(std::vector<Id> results) { return f.results = std::move(results), f; }
  const dsl::Type &typeOf(Id v) const { return f.typeOf(v); }

private:
  dsl::Function f;
};

inline dsl::Type sample(std::vector<int64_t> shape, dsl::Dtype dtype = dsl::Dtype::F32) { return {dtype, true, std::move(shape)}; }
inline dsl::Type shared(std::vector<int64_t> shape, dsl::Dtype dtype = dsl::Dtype::F32) { return {dtype, false, std::move(shape)}; }

struct VitSizes {
  int64_t stages = 6, width = 128, heads = 4, hidden = 32, classes = 10, copies = 8;
};
/// ViT on 28×28 images in 7×7 patches with a class token (17 rows); head and gate read row 0; phases warm_up, memorized, learn_to_exit, together.
dsl::Model gatedVit(VitSizes sizes = {});
/// The ViT without gates; leaves when `patience` stages in a row gave the same answer. The rule reads the head; states streak, previous.
dsl::Model patienceVit(VitSizes sizes = {});
/// Three unequal convolution stages without rows; the head reads the whole map, the rule the head's largest probability.
dsl::Model convolutional();
/// The ViT with a head that reads the mean over the rows: nothing to split.
dsl::Model pooledVit(VitSizes sizes = {});

}  // namespace offramp::tests
