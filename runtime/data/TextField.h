// Text cells → the ids of a Tokens field that has a tokenizer, and the segment ids beside them. What is too long is cut and counted.
// Knows no files and no columns.
#pragma once

#include "runtime/data/DatasetBuilder.h"

#include <optional>
#include <string_view>

namespace offramp::runtime {

inline bool isText(const FieldSpec &field) { return field.tokenizer != nullptr; }
inline bool isPair(const FieldSpec &field) { return !field.secondColumn.empty(); }
/// Not in any file: made beside a text field.
inline bool isSegments(const FieldSpec &field) { return !field.segmentsOf.empty(); }

/// The only text field of a model; nothing if there is none or several.
std::optional<size_t> onlyText(const std::vector<FieldSpec> &fields);

/// One sample of a text field's column and, if the model has one, of the column of its segments; `second` is used for pairs only.
void encodeText(Column &column, Column *segments, std::string_view first, std::string_view second);
/// One sample of the text field `f`; `second` is used for pairs only.
void appendText(DatasetBuilder &builder, size_t f, std::string_view first, std::string_view second);

}  // namespace offramp::runtime
