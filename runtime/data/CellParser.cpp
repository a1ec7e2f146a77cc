// See CellParser.h.
#include "runtime/data/CellParser.h"

#include <charconv>
#include <cmath>
#include <cstring>

namespace offramp::runtime {
namespace {

bool isSpace(char c) { return c == ' ' || c == '\t'; }

std::string_view withoutPlus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

/// Calls `use` for each element of `1 2 3` or `[1, 2, 3]` (nested arrays too, their brackets only separate).
template <typename Use>
void forEachElement(std::string_view cell, std::string_view field, const Place &place, Use use) {
  cell = trimmed(cell);
  const bool array = !cell.empty() && cell.front() == '[';
  if (array && cell.back() != ']') dataError(place, field, "the array {} has no closing `]`", inQuotes(cell));
  int depth = 0;
  size_t at = 0;
  while (at < cell.size()) {
    char c = cell[at];
    if (array && (c == '[' || c == ']')) {
      depth += c == '[' ? 1 : -1;
      if (depth < 0 || (depth == 0 && at + 1 < cell.size())) dataError(place, field, "the brackets of {} do not match", inQuotes(cell));
      ++at;
    } else if (isSpace(c) || (array && c == ',')) {
      ++at;
    } else {
      size_t end = at;
      while (end < cell.size() && !isSpace(cell[end]) && !(array && (cell[end] == ',' || cell[end] == ']' || cell[end] == '['))) ++end;
      use(cell.substr(at, end - at));
      at = end;
    }
  }
  if (depth != 0) dataError(place, field, "the brackets of {} do not match", inQuotes(cell));
}

template <typename T>
void push(Column &column, T value) {
  const auto *bytes = (const std::byte *)&value;
  column.values.insert(column.values.end(), bytes, bytes + sizeof value);
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && isSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && isSpace(text.back())) text.remove_suffix(1);
  return text;
}

std::optional<double> parseNumber(std::string_view text) {
  text = withoutPlus(trimmed(text));
  double number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

std::optional<int64_t> parseInteger(std::string_view text) {
  text = withoutPlus(trimmed(text));
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

void appendValue(Column &column, double number, std::string_view shown, const Place &place) {
  const FieldSpec &field = column.spec;
  switch (field.dtype) {
    case ValueType::U8:
      if (number < 0 || number > 255 || number != std::floor(number))
        dataError(place, field.name, "value {} is not an integer from 0 to 255, as {} needs", inQuotes(shown), describe(field));
      return push(column, (uint8_t)number);
    case ValueType::I32:
      if (number < (double)INT32_MIN || number > (double)INT32_MAX || number != std::floor(number))
        dataError(place, field.name, "value {} is not a 32-bit integer, as {} needs", inQuotes(shown), describe(field));
      return push(column, (int32_t)number);
    case ValueType::F32:
      if (std::fabs(number) > 3.4028234663852886e38) dataError(place, field.name, "value {} is too large for f32", inQuotes(shown));
      return push(column, (float)number);
  }
}

void appendValue(Column &column, std::string_view text, const Place &place) {
  auto number = parseNumber(text);
  if (!number) dataError(place, column.spec.name, "value {} is not a number", inQuotes(text));
  appendValue(column, *number, text, place);
}

void appendToken(Column &column, int64_t id, std::string_view shown, const Place &place) {
  const FieldSpec &field = column.spec;
  if (id < 0 || id >= field.classes)
    dataError(place, field.name, "token id {} is outside the vocabulary of {} (0 to {})", shown, field.classes, field.classes - 1);
  column.tokens.push_back((int32_t)id);
}

void finishSequence(Column &column, const Place &place) {
  const FieldSpec &field = column.spec;
  int64_t length = (int64_t)column.tokens.size() - column.starts.back();
  if (length == 0)
    dataError(place, field.name, "the sequence is empty; every sample needs at least one token (put an unknown-word id there when preparing the data)");
  if (field.maxRows > 0 && length > field.maxRows)
    dataError(place, field.name, "the sequence has {} tokens, the model takes at most {}; cut it when preparing the data, or declare a longer maximum in the model",
              length, field.maxRows);
  column.starts.push_back((int64_t)column.tokens.size());
}

void appendCell(Column &column, std::string_view cell, const Place &place) {
  const FieldSpec &field = column.spec;
  if (field.kind == FieldKind::Tokens) {
    forEachElement(cell, field.name, place, [&](std::string_view text) {
      auto id = parseInteger(text);
      if (!id) dataError(place, field.name, "token {} is not an integer id; map words to ids when preparing the data", inQuotes(text));
      appendToken(column, *id, text, place);
    });
    return finishSequence(column, place);
  }
  int64_t found = 0;
  const int64_t wanted = elementsOf(field);
  forEachElement(cell, field.name, place, [&](std::string_view text) {
    if (++found > wanted) return;
    appendValue(column, text, place);
  });
  if (found != wanted) dataError(place, field.name, "{} numbers, {} needs {}", found, describe(field), wanted);
}

}  // namespace offramp::runtime
