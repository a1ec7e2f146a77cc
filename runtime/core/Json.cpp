// See Json.h.
#include "runtime/core/Json.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"

namespace offramp::runtime {
namespace {

/// The library's messages open with an error number in brackets that tells a user nothing.
std::string withoutCode(const char *what) {
  std::string_view text = what;
  size_t end = text.find("] ");
  if (text.starts_with("[json.exception") && end != std::string_view::npos) text.remove_prefix(end + 2);
  return std::string(text);
}

/// Nesting is bounded before parsing: documents of ours are at most a few levels deep.
bool isTooDeep(std::string_view text) {
  int depth = 0;
  bool inString = false;
  for (size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (inString) {
      if (c == '\\') ++i;
      else if (c == '"') inString = false;
    } else if (c == '"') inString = true;
    else if (c == '[' || c == '{') {
      if (++depth > 64) return true;
    } else if (c == ']' || c == '}') --depth;
  }
  return false;
}

}  // namespace

Json parseJson(std::string_view text, const std::string &name) {
  if (isTooDeep(text)) userError("{}: nested deeper than 64 levels", name);
  try {
    return Json::parse(text.begin(), text.end());
  } catch (const Json::exception &error) {
    userError("{}: not valid JSON: {}", name, withoutCode(error.what()));
  }
}

Json readJsonFile(const std::filesystem::path &path, int64_t maxBytes) {
  return parseJson(readFile(path, maxBytes), path.string());
}

std::string jsonLine(const Json &value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }
std::string jsonLine(const OrderedJson &value) { return value.dump(-1, ' ', false, OrderedJson::error_handler_t::replace); }

const char *jsonKind(const Json &value) {
  switch (value.type()) {
    case Json::value_t::null: return "null";
    case Json::value_t::boolean: return "true or false";
    case Json::value_t::string: return "a string";
    case Json::value_t::array: return "an array";
    case Json::value_t::object: return "an object";
    case Json::value_t::number_integer:
    case Json::value_t::number_unsigned: return "an integer";
    case Json::value_t::number_float: return "a number";
    default: return "something else";
  }
}

const Json &jsonMember(const Json &object, const char *key, const std::string &name) {
  if (!object.is_object()) userError("{}: expected an object, found {}", name, jsonKind(object));
  auto found = object.find(key);
  if (found == object.end()) userError("{}: no field `{}`", name, key);
  return *found;
}

std::string jsonString(const Json &object, const char *key, const std::string &name) {
  const Json &value = jsonMember(object, key, name);
  if (!value.is_string()) userError("{}: field `{}` is {}, expected a string", name, key, jsonKind(value));
  return value.get<std::string>();
}

int64_t jsonInteger(const Json &object, const char *key, const std::string &name, int64_t least, int64_t most) {
  const Json &value = jsonMember(object, key, name);
  if (!value.is_number_integer()) userError("{}: field `{}` is {}, expected an integer", name, key, jsonKind(value));
  bool tooLarge = value.is_number_unsigned() && value.get<uint64_t>() > (uint64_t)INT64_MAX;
  int64_t number = tooLarge ? INT64_MAX : value.get<int64_t>();
  if (tooLarge || number < least || number > most)
    userError("{}: field `{}` is {}, expected {} to {}", name, key, value.dump(), least, most);
  return number;
}

}  // namespace offramp::runtime
