// `offramp export hf`: trained weights go back into a Hugging Face folder that `transformers` loads: the encoder and the last stage's head.
// The exits in between have no place there.
#pragma once

#include "runtime/hf/BertConfig.h"

namespace offramp::runtime::hf {

struct ExportOptions {
  std::filesystem::path weights;   ///< safetensors of a run
  std::filesystem::path like;      ///< the folder it was imported from: config and tokenizer files are taken from there
  std::filesystem::path out;
  std::vector<std::string> classes;  ///< names, empty: LABEL_0 …
};

/// What was written: with the last head as BertForSequenceClassification, or the encoder alone as BertModel.
struct ExportSummary {
  int64_t tensors = 0, classes = 0;
  std::vector<std::string> leftOut;  ///< weights that have no place there
};

ExportSummary exportBert(const ExportOptions &options);

}  // namespace offramp::runtime::hf
