// ProgramSet: the programs of many small modules as one module, so that a backend compiles hundreds of cases at once. Every symbol of a
// module gets the module's prefix, its weights a range of one block.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace offramp::test {

class ProgramSet {
 public:
  /// Programs of the module are called `<prefix>.<name>` from now on. `weights`: the module's flat block.
  void add(const std::string &prefix, const std::string &moduleText, const std::vector<float> &weights);

  /// Derivatives are made (`<phase>.loss` → `<phase>.step`) by whoever runs the set.
  bool differentiate = false;

  const std::string &text() const { return text_; }
  const std::vector<float> &weights() const { return weights_; }
  /// First element and length of the weights of the module that `program` (`<prefix>.<name>`) belongs to.
  std::pair<size_t, size_t> range(const std::string &program) const;

 private:
  std::string text_;
  std::vector<float> weights_;
  std::map<std::string, std::pair<size_t, size_t>> ranges_;
};

}  // namespace offramp::test
