// BERT's tokenisation: text → ids of a WordPiece vocabulary. Gives the ids that the reference (the `tokenizers` library's BERT tokeniser) gives;
// docs/spec/data.md, section 6, says what that is. Opens no file.
#pragma once

#include "runtime/text/PieceTrie.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace offramp::runtime {

class WordPiece {
 public:
  /// From the text of a vocab.txt: one token a line, its id is the number of the line from 0. `lowercase`: of an uncased vocabulary, where text is
  /// lower-cased and accents are stripped. UserError (with `nameForMessages`) if it is no such text.
  static WordPiece fromText(std::string_view vocabulary, std::string_view nameForMessages, bool lowercase);

  int64_t size() const { return tokens; }

  /// Appends [CLS] text [SEP], at most `max` ids, at least two; true if the text was cut for that.
  bool encode(std::string_view text, int64_t max, std::vector<int32_t> &ids) const;
  /// Appends [CLS] first [SEP] second [SEP], at most `max` ids, at least three, and as many segment ids: 0 up to the first [SEP], then 1.
  /// What is too long is cut from the longer text. True if one was cut.
  bool encodePair(std::string_view first, std::string_view second, int64_t max, std::vector<int32_t> &ids, std::vector<int32_t> &segments) const;

 private:
  struct Special {
    std::string text;
    int32_t id;
  };
  class Word;

  WordPiece() = default;
  void fillAscii();
  int32_t required(std::string_view token, std::string_view name) const;
  /// Appends the ids of a text without [CLS] and [SEP]; may end as soon as there are more than `enough`.
  void append(std::string_view text, size_t enough, std::vector<int32_t> &ids) const;
  const Special *specialAt(std::string_view text) const;
  void appendOther(uint32_t codePoint, Word &word, std::vector<int32_t> &ids) const;
  void appendWord(Word &word, std::vector<int32_t> &ids) const;

  PieceTrie pieces;
  std::vector<Special> specials;  ///< those that a text may hold literally
  int64_t tokens = 0;
  int32_t unknown = 0, begin = 0, separator = 0;
  bool lowercase = true;
  unsigned char ascii[128] = {};  ///< what is appended to the word, or a TextClass other than Word
};

}  // namespace offramp::runtime
