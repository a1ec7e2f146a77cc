// See BertConfig.h.
#include "runtime/hf/BertConfig.h"

#include "runtime/core/Error.h"
#include "runtime/core/Json.h"

#include <cmath>

namespace offramp::runtime::hf {
namespace {

/// A text member that must be one value; absent is fine, as older folders lack some.
void requireText(const Json &json, const char *key, const char *wanted, const std::string &name, const char *why) {
  if (auto at = json.find(key); at != json.end() && !at->is_null() && *at != wanted)
    userError("{}: `{}` is {}, only \"{}\" is supported{}", name, key, jsonLine(*at), wanted, why);
}

void requireNo(const Json &json, const char *key, const std::string &name) {
  if (auto at = json.find(key); at != json.end() && *at == true) userError("{}: `{}` is true; only encoders are supported", name, key);
}

double share(const Json &json, const char *key, double otherwise, const std::string &name) {
  auto at = json.find(key);
  if (at == json.end()) return otherwise;
  if (!at->is_number() || !(at->get<double>() >= 0 && at->get<double>() < 1)) userError("{}: `{}` is {}, expected a number in [0, 1)", name, key, jsonLine(*at));
  return at->get<double>();
}

std::vector<std::string> namesOf(const Json &json, const std::string &name) {
  std::vector<std::string> names;
  auto at = json.find("id2label");
  if (at == json.end() || !at->is_object()) return names;
  for (size_t i = 0; i < at->size(); ++i) {
    auto label = at->find(std::to_string(i));
    if (label == at->end() || !label->is_string()) userError("{}: `id2label` has no text for class {}", name, i);
    names.push_back(label->get<std::string>());
  }
  return names;
}

}  // namespace

BertConfig readBertConfig(const std::filesystem::path &path) {
  const std::string name = path.string();
  const Json json = readJsonFile(path);
  if (!json.is_object()) userError("{}: expected an object, found {}", name, jsonKind(json));
  if (const std::string type = jsonString(json, "model_type", name); type != "bert")
    userError("{}: `model_type` is \"{}\"; encoders of type \"bert\" are supported (BERT, MiniLM and what has the same layers), others are not yet", name, type);
  requireText(json, "hidden_act", "gelu", name, " (the exact GELU)");
  requireText(json, "position_embedding_type", "absolute", name, "");
  requireNo(json, "is_decoder", name);
  requireNo(json, "add_cross_attention", name);

  BertConfig c;
  constexpr int64_t most = 1 << 24;
  c.layers = jsonInteger(json, "num_hidden_layers", name, 1, 1024);
  c.width = jsonInteger(json, "hidden_size", name, 1, most);
  c.heads = jsonInteger(json, "num_attention_heads", name, 1, most);
  c.hidden = jsonInteger(json, "intermediate_size", name, 1, most);
  c.vocabulary = jsonInteger(json, "vocab_size", name, 1, most);
  c.positions = jsonInteger(json, "max_position_embeddings", name, 1, most);
  c.segments = jsonInteger(json, "type_vocab_size", name, 2, most);
  if (c.width % c.heads) userError("{}: `hidden_size` {} is not a multiple of `num_attention_heads` {}", name, c.width, c.heads);
  if (auto at = json.find("layer_norm_eps"); at != json.end()) {
    if (!at->is_number() || !(at->get<double>() > 0 && at->get<double>() < 1)) userError("{}: `layer_norm_eps` is {}, expected a small number", name, jsonLine(*at));
    c.eps = at->get<double>();
  }
  c.dropout = share(json, "hidden_dropout_prob", 0.1, name);
  c.classNames = namesOf(json, name);
  return c;
}

}  // namespace offramp::runtime::hf
