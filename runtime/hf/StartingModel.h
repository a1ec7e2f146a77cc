// The `.ramp` text that an import starts with: one of the library's starting texts (stdlib/starting), in which what the folder says takes the place of
// names between `@`. Knows no method; another starting text is another file.
#pragma once

#include "runtime/hf/BertConfig.h"

#include <string_view>

namespace offramp::runtime::hf {

struct StartingModel {
  BertConfig config;
  int64_t classes = 2;                           ///< 1: the label is a number
  int64_t max = 128;                             ///< longest text in tokens
  int64_t vocabulary = 0;                        ///< tokens of the vocabulary; the embedding table may be larger
  bool lowercase = true;
  bool classToken = true;                        ///< exits read the class token, through BERT's pooler; else the mean of all tokens
  std::vector<std::string> columns{"sentence"};  ///< of the data that hold the text: one or two
  std::string origin;                            ///< name of the folder
  std::vector<std::string> classNames;
};

/// `@origin@`, `@classifier@` (the exit's declaration), `@text@` (the inputs but for the label), `@class@` (the label's type), `@classes@` and
/// `@backbone@` are replaced. UserError beginning with `name` for another name, and for a text whose label is of the other kind.
std::string startingModelText(const StartingModel &model, std::string_view text, const std::string &name);

}  // namespace offramp::runtime::hf
