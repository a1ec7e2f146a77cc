// See LabelMap.h.
#include "runtime/data/LabelMap.h"

#include "runtime/core/Error.h"
#include "runtime/data/CellParser.h"
#include "runtime/data/InputStream.h"


#include <algorithm>

namespace offramp::runtime {
namespace {

constexpr size_t kShown = 10;  // names in a message

/// The number a text is the usual spelling of: `7`, not `07` or `7.0`.
std::optional<int64_t> plainInteger(const std::string &text) {
  auto number = parseInteger(text);
  return number && std::to_string(*number) == text ? number : std::nullopt;
}

}  // namespace

LabelMap::LabelMap(const FieldSpec &field) : field(field), learning(field.names.empty()) {
  if (!learning && (int64_t)field.names.size() != field.classes)
    userError("field `{}`: {} class names for {} classes", field.name, field.names.size(), field.classes);
  for (size_t i = 0; i < field.names.size(); ++i) {
    numbers.emplace(field.names[i], (int32_t)i);
    namesAreNumbers |= parseInteger(field.names[i]).has_value();
  }
}

int32_t LabelMap::fixedNumber(std::string_view value, const Place &place) const {
  if (auto found = numbers.find(value); found != numbers.end()) return found->second;
  if (auto number = parseInteger(value); number && !namesAreNumbers) {
    if (*number >= 0 && *number < field.classes) return (int32_t)*number;
    dataError(place, field.name, "class number {} is outside 0 to {}", *number, field.classes - 1);
  }
  dataError(place, field.name, "{} is none of the {} classes: {}", inQuotes(value), field.names.size(), listed(field.names, kShown));
}

std::vector<std::string> LabelMap::knownNames() const {
  std::vector<std::string> names;
  for (const auto &[name, number] : numbers) names.push_back(name);
  return names;
}

void LabelMap::add(Column &column, std::string_view value, const Place &place) {
  value = trimmed(value);
  if (value.empty()) dataError(place, field.name, "the label is empty");
  if (!learning) return column.labels.push_back(fixedNumber(value, place));
  if (auto found = numbers.find(value); found != numbers.end()) return column.labels.push_back(found->second);
  if (value.find_first_of("\t\r\n") != std::string_view::npos)
    dataError(place, field.name, "the class name {} holds a tab or a line end", inQuotes(value));
  if ((int64_t)numbers.size() == field.classes)
    dataError(place, field.name, "{} is one label too many: the model has {} classes and before it came {}", inQuotes(value),
              field.classes, listed(knownNames(), kShown));
  column.labels.push_back((int32_t)numbers.size());
  numbers.emplace(value, (int32_t)numbers.size());
}

void LabelMap::addNumber(Column &column, int64_t value, const Place &place) {
  if (value < 0 || value >= field.classes) dataError(place, field.name, "class number {} is outside 0 to {}", value, field.classes - 1);
  if (!learning) return column.labels.push_back((int32_t)value);
  add(column, std::to_string(value), place);
}

void LabelMap::finish(Column &column, const std::string &file) {
  if (!learning || numbers.empty()) return;
  bool allInRange = true, allNumbers = true;
  std::vector<std::pair<int64_t, std::string>> sorted;
  for (const auto &[name, number] : numbers) {
    auto value = plainInteger(name);
    allNumbers &= value.has_value();
    allInRange &= value && *value >= 0 && *value < field.classes;
    sorted.emplace_back(value.value_or(0), name);
  }
  std::vector<std::string> names;
  if (allInRange) {
    for (int64_t i = 0; i < field.classes; ++i) names.push_back(std::to_string(i));
  } else {
    if ((int64_t)numbers.size() < field.classes)
      userError("{}: field `{}`: {} distinct labels ({}), but the model has {} classes; give all class names in the model: class(\"names.txt\")",
                file, field.name, numbers.size(), listed(knownNames(), kShown), field.classes);
    if (!allNumbers)
      for (auto &[value, name] : sorted) value = 0;  // by text alone
    std::sort(sorted.begin(), sorted.end());
    for (auto &[value, name] : sorted) names.push_back(name);
  }
  std::vector<int32_t> final(numbers.size());
  for (size_t i = 0; i < names.size(); ++i)
    if (auto found = numbers.find(names[i]); found != numbers.end()) final[(size_t)found->second] = (int32_t)i;
  for (int32_t &label : column.labels) label = final[(size_t)label];
  column.spec.names = std::move(names);
}

std::vector<std::string> readClassNames(const std::string &path) {
  InputStream stream(path);
  std::vector<std::string> names;
  std::map<std::string, int64_t> seen;
  std::string line;
  bool blank = false;
  while (stream.readLine(line)) {
    if (stream.line() == 1 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    std::string name(trimmed(line));
    if (blank) userError("{}:{}: an empty line among the class names", path, stream.line() - 1);
    blank = name.empty();
    if (blank) continue;
    if (name.find('\t') != std::string::npos) userError("{}:{}: the class name {} holds a tab", path, stream.line(), inQuotes(name));
    auto [place, added] = seen.emplace(name, stream.line());
    if (!added) userError("{}:{}: class name {} stands on line {} already", path, stream.line(), inQuotes(name), place->second);
    names.push_back(name);
  }
  if (names.empty()) userError("{}: no class names in it", path);
  return names;
}

}  // namespace offramp::runtime
