// Fields and readers from memory, for the tests of data formats.
#pragma once

#include "TestSupport.h"

#include "runtime/data/Csv.h"
#include "runtime/data/Idx.h"
#include "runtime/data/Jsonl.h"
#include "runtime/data/Tsv.h"

#include <cstring>
#include <vector>

namespace offramp::runtime::test {

inline FieldSpec values(std::string name, ValueType dtype, std::vector<int64_t> shape) { return {name, FieldKind::Values, dtype, shape, 0, 0, {}}; }
inline FieldSpec tokens(std::string name, int64_t vocabulary, int64_t maxRows) {
  return {name, FieldKind::Tokens, ValueType::I32, {}, vocabulary, maxRows, {}};
}
inline FieldSpec label(std::string name, int64_t classes, std::vector<std::string> names = {}) {
  return {name, FieldKind::Label, ValueType::I32, {}, classes, 0, names};
}

inline FieldSpec numberLabel(std::string name) { return {name, FieldKind::Label, ValueType::F32, {}, 0, 0, {}}; }

/// Reads `text` as the format of its name (`a.csv`, `a.tsv`, `a.jsonl`).
inline Dataset parsed(const std::string &name, std::string_view text, const std::vector<FieldSpec> &fields, Labels labels = Labels::Required) {
  InputStream stream(name, text);
  DatasetBuilder builder(fields, labels);
  int64_t rows = 0;
  if (name.ends_with(".csv")) {
    CsvRecords records(stream);
    rows = readTable(records, builder);
  } else if (name.ends_with(".tsv")) {
    TsvRecords records(stream);
    rows = readTable(records, builder);
  } else {
    rows = readJsonl(stream, builder);
  }
  return builder.finish(rows, {name});
}

inline std::string refusal(const std::string &name, std::string_view text, const std::vector<FieldSpec> &fields, Labels labels = Labels::Required) {
  return errorOf([&] { parsed(name, text, fields, labels); });
}

template <typename T>
std::vector<T> valuesOf(const Column &column) {
  std::vector<T> out(column.values.size() / sizeof(T));
  if (!out.empty()) std::memcpy(out.data(), column.values.data(), column.values.size());
  return out;
}

inline std::string bigEndian(uint32_t value) {
  return {(char)(value >> 24), (char)(value >> 16), (char)(value >> 8), (char)value};
}

/// An IDX file: type code, sizes, raw elements.
inline std::string idx(char type, std::vector<uint32_t> sizes, std::string elements) {
  std::string file{'\0', '\0', type, (char)sizes.size()};
  for (uint32_t size : sizes) file += bigEndian(size);
  return file + elements;
}

}  // namespace offramp::runtime::test
