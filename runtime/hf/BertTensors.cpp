// See BertTensors.h. Names of theirs: transformers, models/bert/modeling_bert.py; of ours: stdlib/bert.ramp.
#include "runtime/hf/BertTensors.h"

#include <fmt/format.h>

namespace offramp::runtime::hf {
namespace {

using Pairs = std::vector<TensorPair>;

void addTable(Pairs &pairs, const std::string &theirs, const std::string &ours, int64_t entries, int64_t width) {
  pairs.push_back({theirs + ".weight", {entries, width}, ours + ".weight", false, 0, width});
}

void addNorm(Pairs &pairs, const std::string &theirs, const std::string &ours, int64_t width) {
  pairs.push_back({theirs + ".weight", {width}, ours + ".gain", false, 0, width});
  pairs.push_back({theirs + ".bias", {width}, ours + ".bias", false, 0, width});
}

/// `part` of `parts` equal ones that stand side by side on our side.
void addLinear(Pairs &pairs, const std::string &theirs, const std::string &ours, int64_t in, int64_t out, int64_t part = 0, int64_t parts = 1) {
  pairs.push_back({theirs + ".weight", {out, in}, ours + ".weight", true, part * out, parts * out});
  pairs.push_back({theirs + ".bias", {out}, ours + ".bias", false, part * out, parts * out});
}

}  // namespace

std::vector<TensorPair> encoderTensors(const BertConfig &c) {
  Pairs pairs;
  addTable(pairs, "embeddings.word_embeddings", "embed.word", c.vocabulary, c.width);
  addTable(pairs, "embeddings.position_embeddings", "embed.position", c.positions, c.width);
  addTable(pairs, "embeddings.token_type_embeddings", "embed.kind", c.segments, c.width);
  addNorm(pairs, "embeddings.LayerNorm", "embed.norm", c.width);
  for (int64_t layer = 0; layer < c.layers; ++layer) {
    const std::string theirs = fmt::format("encoder.layer.{}.", layer), ours = fmt::format("stage.{}.layer.", layer + 1);
    addLinear(pairs, theirs + "attention.self.query", ours + "attention.query", c.width, c.width);
    addLinear(pairs, theirs + "attention.self.key", ours + "attention.key_value", c.width, c.width, 0, 2);
    addLinear(pairs, theirs + "attention.self.value", ours + "attention.key_value", c.width, c.width, 1, 2);
    addLinear(pairs, theirs + "attention.output.dense", ours + "attention.output", c.width, c.width);
    addNorm(pairs, theirs + "attention.output.LayerNorm", ours + "attention_norm", c.width);
    addLinear(pairs, theirs + "intermediate.dense", ours + "intermediate", c.width, c.hidden);
    addLinear(pairs, theirs + "output.dense", ours + "output", c.hidden, c.width);
    addNorm(pairs, theirs + "output.LayerNorm", ours + "output_norm", c.width);
  }
  return pairs;
}

std::vector<TensorPair> poolerTensors(const BertConfig &c) {
  Pairs pairs;
  addLinear(pairs, "pooler.dense", fmt::format("head.{}.pooler", c.layers), c.width, c.width);
  return pairs;
}

std::vector<TensorPair> classifierTensors(const BertConfig &c, int64_t classes) {
  Pairs pairs;
  addLinear(pairs, "classifier", fmt::format("head.{}.classifier", c.layers), c.width, classes);
  return pairs;
}

std::vector<int64_t> ourShape(const TensorPair &pair) {
  if (pair.transposed) return {pair.shape[1], pair.columns};
  std::vector<int64_t> shape = pair.shape;
  shape.back() = pair.columns;
  return shape;
}

}  // namespace offramp::runtime::hf
