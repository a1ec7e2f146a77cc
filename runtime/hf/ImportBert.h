// `offramp import hf`: a Hugging Face BERT folder becomes a folder with a starting model, its weights and its vocabulary. Every tensor is
// accounted for: taken, named as left out, or refused. The other direction is ExportBert.h.
#pragma once

#include "runtime/hf/BertConfig.h"

namespace offramp::runtime::hf {

struct ImportOptions {
  std::filesystem::path folder, out;
  int64_t classes = 0;  ///< 0: those of the folder's classifier, else 2; 1: the label is a number
  int64_t max = 0;      ///< longest text in tokens; 0: 128, or as many as the encoder has positions
  std::vector<std::string> columns{"sentence"};  ///< of the data that hold the text: one, or two for pairs
  bool head = true;     ///< false: pooler and classifier are left out, the exits read the mean of all tokens
  std::filesystem::path starting;  ///< folder of the library's starting texts, each NAME.ramp.in …
  std::string method;              ///< … and which of them; empty: `max-probability`, or `agreement` where the label is a number
};

struct ImportSummary {
  BertConfig config;
  int64_t classes = 0, tensors = 0;
  bool pooler = false, classifier = false;  ///< taken over into the head of the last stage
  std::vector<std::string> leftOut;         ///< tensors that this model has no place for, such as a language model's head
};

/// Writes OUT/model.ramp, OUT/weights.safetensors, OUT/vocab.txt; UserError, and no OUT, when anything is wrong.
ImportSummary importBert(const ImportOptions &options);

}  // namespace offramp::runtime::hf
