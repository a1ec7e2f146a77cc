// See Jsonl.h.
#include "runtime/data/Jsonl.h"

#include "runtime/core/Json.h"
#include "runtime/data/CellParser.h"
#include "runtime/data/TextField.h"

#include <fmt/ranges.h>

namespace offramp::runtime {
namespace {

/// Numbers of an array nested exactly like shape[depth…].
void appendNested(Column &column, const Json &value, size_t depth, const Place &place) {
  const FieldSpec &spec = column.spec;
  if (depth == spec.shape.size()) {
    if (!value.is_number()) dataError(place, spec.name, "{} where a number belongs", inQuotes(jsonLine(value)));
    return appendValue(column, value.get<double>(), jsonLine(value), place);
  }
  if (!value.is_array()) dataError(place, spec.name, "{} where an array of {} belongs", jsonKind(value), spec.shape[depth]);
  if ((int64_t)value.size() != spec.shape[depth])
    dataError(place, spec.name, "an array of {}, {} needs {} there", value.size(), describe(spec), spec.shape[depth]);
  for (const Json &element : value) appendNested(column, element, depth + 1, place);
}

void appendValues(Column &column, const Json &value, const Place &place) {
  const FieldSpec &spec = column.spec;
  const bool flat = value.is_array() && spec.shape.size() > 1 && (value.empty() || !value[0].is_array());
  if (!flat) {
    // A field of one element may be written as a bare number.
    bool bare = value.is_number() && elementsOf(spec) == 1;
    return appendNested(column, value, bare ? spec.shape.size() : 0, place);
  }
  if ((int64_t)value.size() != elementsOf(spec))
    dataError(place, spec.name, "{} numbers, {} needs {}", value.size(), describe(spec), elementsOf(spec));
  for (const Json &element : value) appendNested(column, element, spec.shape.size(), place);
}

void appendTokens(Column &column, const Json &value, const Place &place) {
  if (!value.is_array()) dataError(place, column.spec.name, "{} where an array of token ids belongs", jsonKind(value));
  for (const Json &id : value) {
    if (!id.is_number_integer()) dataError(place, column.spec.name, "token {} is not an integer id", inQuotes(jsonLine(id)));
    bool huge = id.is_number_unsigned() && id.get<uint64_t>() > (uint64_t)INT64_MAX;
    appendToken(column, huge ? INT64_MAX : id.get<int64_t>(), jsonLine(id), place);
  }
  finishSequence(column, place);
}

void appendLabel(Column &column, LabelMap &labels, const Json &value, const Place &place) {
  if (value.is_string()) return labels.add(column, value.get<std::string>(), place);
  if (value.is_number_integer()) return labels.add(column, jsonLine(value), place);
  dataError(place, column.spec.name, "the label is {}, expected a string or an integer", jsonKind(value));
}

[[noreturn]] void missingMember(const Json &object, const std::string &name, const FieldSpec &spec, const Place &place) {
  std::vector<std::string> members;
  for (const auto &[key, value] : object.items())
    if (members.size() < 20) members.push_back(inQuotes(key));
  userError("{}: no member `{}`: {}; the members are {}", place.text(), name, describe(spec), fmt::join(members, ", "));
}

const std::string &textMember(const Json &object, const std::string &name, const FieldSpec &spec, const Place &place) {
  auto found = object.find(name);
  if (found == object.end()) missingMember(object, name, spec, place);
  if (!found->is_string()) dataError(place, spec.name, "`{}` is {}, expected a string: the text", name, jsonKind(*found));
  return found->get_ref<const std::string &>();
}

void appendTexts(DatasetBuilder &builder, size_t f, const Json &object, const Place &place) {
  const FieldSpec &spec = builder.spec(f);
  const std::string &first = textMember(object, spec.firstColumn, spec, place);
  appendText(builder, f, first, isPair(spec) ? textMember(object, spec.secondColumn, spec, place) : first);
}

}  // namespace

int64_t readJsonl(InputStream &stream, DatasetBuilder &builder) {
  std::string line;
  int64_t rows = 0, emptyLine = 0;
  while (stream.readLine(line)) {
    Place place{stream.name(), stream.line()};
    if (stream.line() == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    if (emptyLine > 0) userError("{}:{}: an empty line between the objects", stream.name(), emptyLine);
    if (trimmed(line).empty()) {
      emptyLine = stream.line();
      continue;
    }
    Json object = parseJson(line, place.text());
    if (!object.is_object()) userError("{}: expected an object, found {}", place.text(), jsonKind(object));
    for (size_t f = 0; f < builder.fields(); ++f) {
      Column &column = builder.column(f);
      if (isSegments(column.spec)) continue;
      if (isText(column.spec)) {
        appendTexts(builder, f, object, place);
        continue;
      }
      auto found = object.find(column.spec.name);
      if (rows == 0 && builder.mayBeAbsent(f)) column.present = found != object.end();
      if (!column.present) continue;
      const auto member = [&]() -> const Json & {
        if (found == object.end()) missingMember(object, column.spec.name, column.spec, place);
        return *found;
      };
      if (column.spec.kind == FieldKind::Label)
        builder.addLabel(f, [&](Column &to, LabelMap &classes) {
          isNumberLabel(to.spec) ? appendValues(to, member(), place) : appendLabel(to, classes, member(), place);
        });
      else if (column.spec.kind == FieldKind::Tokens) appendTokens(column, member(), place);
      else appendValues(column, member(), place);
    }
    ++rows;
  }
  if (rows == 0) userError("{}: empty, expected one JSON object a line", stream.name());
  return rows;
}

}  // namespace offramp::runtime
