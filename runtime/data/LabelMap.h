// Class names ↔ class numbers while a label column is read. With names from the model (or from an earlier split) they are fixed;
// without, they are learned: values that are the integers 0 … classes-1 keep their number, all others are sorted (as numbers if all are numbers).
#pragma once

#include "runtime/data/Dataset.h"
#include "runtime/data/Place.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace offramp::runtime {

class LabelMap {
 public:
  explicit LabelMap(const FieldSpec &field);

  /// Adds one sample's label, given as text.
  void add(Column &column, std::string_view value, const Place &place);
  /// Adds one sample's label, given as a number by a format that has no names.
  void addNumber(Column &column, int64_t value, const Place &place);
  /// After the last sample: names are settled and written to the column's spec.
  void finish(Column &column, const std::string &file);

 private:
  int32_t fixedNumber(std::string_view value, const Place &place) const;
  std::vector<std::string> knownNames() const;

  FieldSpec field;
  bool learning;
  bool namesAreNumbers = false;  ///< some fixed name is a number, so a number in the data can only mean that name
  std::map<std::string, int32_t, std::less<>> numbers;  ///< learning: order of appearance
};

/// Class names from a text file, one a line: unique, not empty.
std::vector<std::string> readClassNames(const std::string &path);

}  // namespace offramp::runtime
