// See Vocabulary.h.
#include "runtime/hf/Vocabulary.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/core/Json.h"
#include "runtime/text/WordPiece.h"

#include <optional>
#include <vector>

namespace offramp::runtime::hf {
namespace {

namespace fs = std::filesystem;

/// A true-or-false option; null and absent are no statement.
std::optional<bool> flag(const Json &json, const char *key, const std::string &name) {
  auto at = json.find(key);
  if (at == json.end() || at->is_null()) return {};
  if (!at->is_boolean()) userError("{}: `{}` is {}, expected true or false", name, key, jsonKind(*at));
  return at->get<bool>();
}

/// The tokenizer here strips accents exactly when it lower-cases and always sets Chinese characters apart.
void requireUsual(const Json &json, const std::string &name, bool lowercase) {
  if (flag(json, "strip_accents", name).value_or(lowercase) != lowercase)
    userError("{}: `strip_accents` differs from lower-casing, which is not supported", name);
  for (const char *key : {"tokenize_chinese_chars", "handle_chinese_chars", "clean_text"})
    if (!flag(json, key, name).value_or(true)) userError("{}: `{}` is false, which is not supported", name, key);
}

std::string vocabularyOf(const Json &model, const std::string &name) {
  const Json &vocab = jsonMember(model, "vocab", name);
  if (!vocab.is_object() || vocab.empty()) userError("{}: `vocab` is {}, expected tokens with their ids", name, jsonKind(vocab));
  std::vector<std::string> tokens(vocab.size());
  std::vector<bool> seen(vocab.size());
  for (const auto &[token, id] : vocab.items()) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() >= tokens.size() || seen[id.get<size_t>()])
      userError("{}: token {} has id {}; the ids must be 0 to {}, each once", name, jsonLine(Json(token)), jsonLine(id), tokens.size() - 1);
    seen[id.get<size_t>()] = true;
    tokens[id.get<size_t>()] = token;
  }
  std::string text;
  for (const std::string &token : tokens) {
    if (token.find('\n') != std::string::npos) userError("{}: a token with a line end cannot be written to vocab.txt", name);
    text += token + "\n";
  }
  return text;
}

}  // namespace

Vocabulary readVocabulary(const fs::path &folder) {
  Vocabulary vocabulary;
  std::optional<bool> lowercase;
  std::string source;
  if (fs::path path = folder / "tokenizer_config.json"; fs::exists(path)) {
    const Json json = readJsonFile(path);
    if (!json.is_object()) userError("{}: expected an object, found {}", path.string(), jsonKind(json));
    lowercase = flag(json, "do_lower_case", path.string());
    requireUsual(json, path.string(), lowercase.value_or(true));
  }
  if (fs::path path = folder / "tokenizer.json"; fs::exists(path)) {
    source = path.string();
    const Json json = readJsonFile(path);
    const Json &model = jsonMember(json, "model", source);
    if (const std::string type = jsonString(model, "type", source + ": model"); type != "WordPiece")
      userError("{}: the tokenizer is {}, only WordPiece is supported", source, type);
    if (auto normalizer = json.find("normalizer"); normalizer != json.end() && normalizer->is_object()) {
      if (const std::string type = jsonString(*normalizer, "type", source + ": normalizer"); type != "BertNormalizer")
        userError("{}: the normalizer is {}, only BertNormalizer is supported", source, type);
      if (auto lower = flag(*normalizer, "lowercase", source)) {
        if (lowercase && *lowercase != *lower) userError("{}: `lowercase` differs from `do_lower_case` of tokenizer_config.json", source);
        lowercase = lower;
      }
      requireUsual(*normalizer, source, lowercase.value_or(true));
    }
    vocabulary.text = vocabularyOf(model, source);
  }
  if (fs::path path = folder / "vocab.txt"; fs::exists(path)) {  // the plain list, where there is one, is what was trained with
    source = path.string();
    vocabulary.text = readFile(path);
  }
  if (source.empty()) userError("`{}` has neither vocab.txt nor tokenizer.json", folder.string());
  vocabulary.lowercase = lowercase.value_or(true);
  vocabulary.size = WordPiece::fromText(vocabulary.text, source, vocabulary.lowercase).size();
  return vocabulary;
}

}  // namespace offramp::runtime::hf
