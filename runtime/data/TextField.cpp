// See TextField.h.
#include "runtime/data/TextField.h"

#include "runtime/text/WordPiece.h"

namespace offramp::runtime {

std::optional<size_t> onlyText(const std::vector<FieldSpec> &fields) {
  std::optional<size_t> found;
  for (size_t f = 0; f < fields.size(); ++f) {
    if (!isText(fields[f])) continue;
    if (found) return std::nullopt;
    found = f;
  }
  return found;
}

void appendText(DatasetBuilder &builder, size_t f, std::string_view first, std::string_view second) {
  Column *segments = nullptr;
  for (size_t other = 0; other < builder.fields(); ++other)
    if (builder.spec(other).segmentsOf == builder.spec(f).name) segments = &builder.column(other);
  encodeText(builder.column(f), segments, first, second);
}

void encodeText(Column &column, Column *segments, std::string_view first, std::string_view second) {
  const FieldSpec &spec = column.spec;
  if (isPair(spec)) {
    std::vector<int32_t> unused;
    column.cut += spec.tokenizer->encodePair(first, second, spec.maxRows, column.tokens, segments ? segments->tokens : unused);
  } else {
    column.cut += spec.tokenizer->encode(first, spec.maxRows, column.tokens);
    if (segments) segments->tokens.resize(column.tokens.size(), 0);
  }
  column.starts.push_back((int64_t)column.tokens.size());
  if (segments) segments->starts.push_back((int64_t)segments->tokens.size());
}

}  // namespace offramp::runtime
