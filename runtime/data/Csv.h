// Records of a CSV file as RFC 4180 has them: comma-separated, a cell may be quoted, a quoted cell may hold commas, line ends and
// doubled quotes. No other separators.
#pragma once

#include "runtime/data/InputStream.h"
#include "runtime/data/Table.h"

namespace offramp::runtime {

class CsvRecords : public RecordSource {
 public:
  explicit CsvRecords(InputStream &stream) : stream(stream) {}
  bool next(std::vector<std::string> &cells) override;
  int64_t line() const override { return begin; }
  const std::string &name() const override { return stream.name(); }

 private:
  int quotedCell(std::string &cell);  ///< returns the byte after the closing quote
  InputStream &stream;
  int64_t begin = 0;   ///< line on which the record begins
  int64_t passed = 0;  ///< line ends seen
};

}  // namespace offramp::runtime
