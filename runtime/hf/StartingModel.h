// The `.ramp` text that an import starts with: the encoder as it was, a classifier after every stage, exits by max-probability.
#pragma once

#include "runtime/hf/BertConfig.h"

namespace offramp::runtime::hf {

struct StartingModel {
  BertConfig config;
  int64_t classes = 2, max = 128;
  int64_t vocabulary = 0;  ///< tokens of the vocabulary; the embedding table may be larger
  bool lowercase = true, pair = false;
  std::string origin;      ///< name of the folder, for the comment
  std::vector<std::string> classNames;
};

std::string startingModelText(const StartingModel &model);

}  // namespace offramp::runtime::hf
