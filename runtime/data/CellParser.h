// Text cells → numbers and token ids, with the range checks of a field. No knowledge of files or columns.
#pragma once

#include "runtime/data/Dataset.h"
#include "runtime/data/Place.h"

#include <optional>
#include <string_view>

namespace offramp::runtime {

std::string_view trimmed(std::string_view text);
std::optional<double> parseNumber(std::string_view text);    ///< finite; the whole text
std::optional<int64_t> parseInteger(std::string_view text);  ///< decimal; the whole text

/// Appends one number to a Values column: u8 takes the integers 0 to 255, i32 those of 32 bits, f32 any finite number.
void appendValue(Column &column, double number, std::string_view shown, const Place &place);
/// The same from text.
void appendValue(Column &column, std::string_view text, const Place &place);

/// Appends one id to the sequence being read; the id must be below the vocabulary size.
void appendToken(Column &column, int64_t id, std::string_view shown, const Place &place);
/// Closes the sequence: neither empty nor longer than the field's maximum.
void finishSequence(Column &column, const Place &place);

/// A whole sample in one cell: numbers or ids apart by spaces, or a JSON array.
void appendCell(Column &column, std::string_view cell, const Place &place);

}  // namespace offramp::runtime
