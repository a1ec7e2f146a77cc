// `config.json` of a Hugging Face BERT folder: the sizes of the encoder, and refusals of what its class cannot be. Knows no weights.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace offramp::runtime::hf {

struct BertConfig {
  int64_t layers = 0, width = 0, heads = 0, hidden = 0, vocabulary = 0, positions = 0, segments = 0;
  double eps = 1e-12, dropout = 0.1;
  std::vector<std::string> classNames;  ///< of `id2label`, empty if there is none
};

/// UserError naming the file and the field for another architecture (RoBERTa, decoders, relative positions, other activations) and for
/// sizes that cannot be.
BertConfig readBertConfig(const std::filesystem::path &path);

}  // namespace offramp::runtime::hf
