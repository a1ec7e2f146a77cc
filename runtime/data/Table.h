// From records of text cells to columns: which cell belongs to which field, with or without a header line. Csv.h and Tsv.h deliver
// the records; the numbers inside the cells are CellParser's.
#pragma once

#include "runtime/data/DatasetBuilder.h"

#include <string>
#include <vector>

namespace offramp::runtime {

class RecordSource {
 public:
  virtual ~RecordSource() = default;
  /// The next record; `cells` is reused. False at the end of the file. An empty line is one empty cell.
  virtual bool next(std::vector<std::string> &cells) = 0;
  virtual int64_t line() const = 0;  ///< where the current record begins
  virtual const std::string &name() const = 0;
};

/// Reads all records; returns the number of samples.
///
/// Columns are matched with fields by name. A Values field has one column of its name, or one per element: `name_0`, `name_1`, …
/// A first line that names no field is taken as data if it has exactly the cells that the fields need, in their order, and all of them
/// that are to be values or tokens are numbers. A text field has the columns that it names, and its table a header.
int64_t readTable(RecordSource &source, DatasetBuilder &builder);

}  // namespace offramp::runtime
