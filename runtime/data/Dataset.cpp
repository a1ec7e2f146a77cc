// Description of fields and identity of data.
#include "runtime/data/Dataset.h"

#include "runtime/core/Sha256.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace offramp::runtime {

std::string describe(const FieldSpec &field) {
  switch (field.kind) {
    case FieldKind::Tokens:
      if (field.tokenizer) return fmt::format("tokens(wordpiece, max {})", field.maxRows);
      return fmt::format("tokens({}, max {})", field.classes, field.maxRows);
    case FieldKind::Label:
      if (isNumberLabel(field)) return "f32, a number as label";
      return fmt::format("class({})", field.classes);
    case FieldKind::Values: break;
  }
  const char *type = field.dtype == ValueType::U8 ? "u8" : field.dtype == ValueType::F32 ? "f32" : "i32";
  return field.shape.empty() ? std::string(type) : fmt::format("{}[{}]", type, fmt::join(field.shape, ", "));
}

const Column *Dataset::find(FieldKind kind) const {
  for (const Column &column : columns)
    if (column.present && column.spec.kind == kind) return &column;
  return nullptr;
}

std::vector<std::string> Dataset::notes() const {
  std::vector<std::string> notes;
  for (const Column &column : columns) {
    if (column.cut > 0) notes.push_back(fmt::format("{} of {} texts were cut to {} tokens", column.cut, rows, column.spec.maxRows));
    if (!column.leftOut.empty()) notes.push_back(fmt::format("{}; no label of these data is used", column.leftOut));
  }
  return notes;
}

DataIdentity Dataset::identity() const {
  Sha256 hash;
  hash.update(fmt::format("offramp data 1\n{} rows\n", rows));
  for (const Column &column : columns) {
    if (!column.present) continue;
    hash.update(fmt::format("{} {}\n", column.spec.name, describe(column.spec)));
    for (const std::string &name : column.spec.names) hash.update(name + "\n");
    hash.update(column.values.data(), column.values.size());
    hash.update(column.starts.data(), column.starts.size() * sizeof(int64_t));
    hash.update(column.tokens.data(), column.tokens.size() * sizeof(int32_t));
    hash.update(column.labels.data(), column.labels.size() * sizeof(int32_t));
  }
  return {rows, hash.finishHex()};
}

}  // namespace offramp::runtime
