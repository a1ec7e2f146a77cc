// The vocabulary of a Hugging Face BERT folder, from `vocab.txt` or `tokenizer.json`, and whether it is for lower-cased text.
#pragma once

#include <filesystem>
#include <string>

namespace offramp::runtime::hf {

struct Vocabulary {
  std::string text;  ///< one token a line, ids from 0
  int64_t size = 0;
  bool lowercase = true;
};

/// UserError for another kind of tokenizer, ids with holes, options that WordPiece here does not have.
Vocabulary readVocabulary(const std::filesystem::path &folder);

}  // namespace offramp::runtime::hf
