// Records of a plain TSV file: cells apart by tabs, one record a line, no quoting: a `"` is an ordinary character.
#pragma once

#include "runtime/data/InputStream.h"
#include "runtime/data/Table.h"

namespace offramp::runtime {

class TsvRecords : public RecordSource {
 public:
  explicit TsvRecords(InputStream &stream) : stream(stream) {}
  bool next(std::vector<std::string> &cells) override;
  int64_t line() const override { return stream.line(); }
  const std::string &name() const override { return stream.name(); }

 private:
  InputStream &stream;
  std::string text;
};

}  // namespace offramp::runtime
