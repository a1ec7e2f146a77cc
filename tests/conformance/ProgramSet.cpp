// Rewrites symbols and addresses in module text.
#include "tests/conformance/ProgramSet.h"

#include <cctype>
#include <stdexcept>

namespace offramp::test {

namespace {

/// `@name` and `@"name"` become `@prefix.name`; so do the strings of `nn.updates = […]`, which name instances.
std::string withPrefix(const std::string &text, const std::string &prefix) {
  std::string out;
  bool updates = false;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text.compare(i, 14, "nn.updates = [") == 0) updates = true;
    if (text[i] == ']') updates = false;
    if (text[i] == '@' && text[i + 1] == '"') {
      out += '"' + prefix + '.';
      ++i;
    } else if (text[i] == '@') {
      out += prefix + '.';
    } else if (updates && text[i] == '"') {
      out += prefix + '.';
      while (text[++i] != '"') out += text[i];
      out += '"';
    }
  }
  return out;
}

/// Instances say where they lie: `… at 96`, at the end of their line.
std::string moved(const std::string &text, size_t by) {
  std::string out;
  for (size_t begin = 0; begin < text.size();) {
    size_t end = text.find('\n', begin);
    if (end == std::string::npos) end = text.size();
    std::string line = text.substr(begin, end - begin);
    if (line.compare(0, 11, "nn.instance") == 0) {
      size_t at = line.rfind(" at ") + 4;
      line = line.substr(0, at) + std::to_string(std::stoull(line.substr(at)) + by);
    }
    out += line + "\n";
    begin = end + 1;
  }
  return out;
}

}  // namespace

void ProgramSet::add(const std::string &prefix, const std::string &moduleText, const std::vector<float> &weights) {
  if (!ranges_.emplace(prefix, std::pair(weights_.size(), weights.size())).second) throw std::logic_error("prefix " + prefix + " is taken");
  text_ += moved(withPrefix(moduleText, prefix), weights_.size());
  weights_.insert(weights_.end(), weights.begin(), weights.end());
  weights_.resize((weights_.size() + 15) / 16 * 16);  // fields start at multiples of 16
}

std::pair<size_t, size_t> ProgramSet::range(const std::string &program) const { return ranges_.at(program.substr(0, program.find('.'))); }

}  // namespace offramp::test
