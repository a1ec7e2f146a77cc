// A table of text with aligned columns, for terminals: the last column is left-aligned, the others to the right.
#pragma once

#include <string>
#include <vector>

namespace offramp::tool {

class TextTable {
 public:
  explicit TextTable(std::vector<std::string> head) { rows.push_back(std::move(head)); }
  void add(std::vector<std::string> row) { rows.push_back(std::move(row)); }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows;
};

}  // namespace offramp::tool
