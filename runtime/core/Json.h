// JSON with errors a user can act upon: every complaint names the document, the field and what was expected.
// A thin layer over nlohmann-json; no schema language.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace offramp::runtime {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;

/// Parses a whole document. `name` (a path, or path:line) opens every message.
Json parseJson(std::string_view text, const std::string &name);
Json readJsonFile(const std::filesystem::path &path, int64_t maxBytes = int64_t(64) << 20);

/// One line, no spaces; not-a-number becomes null, broken UTF-8 the replacement character.
std::string jsonLine(const Json &value);
std::string jsonLine(const OrderedJson &value);

/// Members of an object, by type. Absent or of another type: UserError naming document and field.
const Json &jsonMember(const Json &object, const char *key, const std::string &name);
std::string jsonString(const Json &object, const char *key, const std::string &name);
int64_t jsonInteger(const Json &object, const char *key, const std::string &name, int64_t least, int64_t most);

/// What a JSON value is, for messages: "a number", "an array" …
const char *jsonKind(const Json &value);

}  // namespace offramp::runtime
