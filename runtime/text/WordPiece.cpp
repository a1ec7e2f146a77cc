// One pass: bytes are decoded, mapped by the Unicode tables and gathered into a word, which is taken apart greedily when it ends.
// Nothing is allocated but the ids.
#include "runtime/text/WordPiece.h"

#include "runtime/core/Error.h"
#include "runtime/data/Place.h"
#include "runtime/text/UnicodeTables.h"
#include "runtime/text/Utf8.h"

#include <algorithm>
#include <cstring>

namespace offramp::runtime {
namespace {

using unicode::TextClass;

constexpr int maxCharacters = 100;  // longer words are unknown
constexpr std::string_view specialNames[] = {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"};

bool isUtf8(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Utf8Character c = readUtf8((const unsigned char *)text.data() + at, (const unsigned char *)text.data() + text.size());
    if (!c.valid) return false;
    at += c.bytes;
  }
  return true;
}

}  // namespace

/// The word being read, normalised. Characters beyond the longest word are counted, not kept.
class WordPiece::Word {
 public:
  void add(char byte) {
    if (++characters <= maxCharacters) *end++ = byte;
  }
  void add(uint32_t codePoint) {
    if (++characters <= maxCharacters) end = writeUtf8(codePoint, end);
  }
  bool empty() const { return characters == 0; }
  bool tooLong() const { return characters > maxCharacters; }
  std::string_view text() const { return {bytes, (size_t)(end - bytes)}; }
  void clear() { characters = 0, end = bytes; }

 private:
  char bytes[4 * maxCharacters];
  char *end = bytes;
  int64_t characters = 0;
};

WordPiece WordPiece::fromText(std::string_view vocabulary, std::string_view nameForMessages, bool lowercase) {
  WordPiece out;
  out.lowercase = lowercase;
  const std::string name(nameForMessages);
  out.pieces = PieceTrie(vocabulary.size());
  if (vocabulary.starts_with("\xEF\xBB\xBF")) vocabulary.remove_prefix(3);
  for (size_t at = 0; at < vocabulary.size();) {
    const size_t stop = std::min(vocabulary.find('\n', at), vocabulary.size());
    std::string_view token = vocabulary.substr(at, stop - at);
    at = stop + 1;
    if (token.ends_with('\r')) token.remove_suffix(1);
    const int64_t id = out.tokens++, line = id + 1;
    if (token.empty()) userError("{}:{}: an empty line in the vocabulary; every line is a token, its number from 0 the token's id", name, line);
    if (!isUtf8(token)) userError("{}:{}: the token {} is not UTF-8", name, line, inQuotes(token));
    if (const auto known = out.pieces.longest(PieceTrie::BeginsWord, token); known.bytes == token.size())
      userError("{}:{}: the token {} stands on line {} already", name, line, inQuotes(token), known.id + 1);
    bool fits = out.tokens <= INT32_MAX && out.pieces.add(PieceTrie::BeginsWord, token, (int32_t)id);
    if (fits && token.starts_with("##") && token.size() > 2) fits = out.pieces.add(PieceTrie::ContinuesWord, token.substr(2), (int32_t)id);
    if (!fits) userError("{}: too large for a vocabulary (line {})", name, line);
    if (std::find(std::begin(specialNames), std::end(specialNames), token) != std::end(specialNames))
      out.specials.push_back({std::string(token), (int32_t)id});
  }
  if (out.tokens == 0) userError("{}: empty, expected a vocabulary: one token a line", name);
  out.unknown = out.required("[UNK]", name);
  out.begin = out.required("[CLS]", name);
  out.separator = out.required("[SEP]", name);
  out.fillAscii();
  return out;
}

int32_t WordPiece::required(std::string_view token, std::string_view name) const {
  for (const Special &special : specials)
    if (special.text == token) return special.id;
  userError("{}: no token `{}` among the {} of the vocabulary; BERT's vocab.txt has [UNK], [CLS] and [SEP]", name, token, tokens);
}

void WordPiece::fillAscii() {
  for (uint32_t c = 0; c < 128; ++c) {
    const unicode::TextProperty &p = unicode::property(c);
    const TextClass kind = lowercase ? p.uncased : p.cased;
    ascii[c] = kind != TextClass::Word ? (unsigned char)kind : (unsigned char)c;
    if (kind == TextClass::Word && lowercase && p.replacementBytes > 0) ascii[c] = (unsigned char)unicode::replacements[p.replacement];
  }
}

const WordPiece::Special *WordPiece::specialAt(std::string_view text) const {
  for (const Special &special : specials)
    if (text.starts_with(special.text)) return &special;
  return nullptr;
}

void WordPiece::appendWord(Word &word, std::vector<int32_t> &ids) const {
  if (word.empty()) return;
  std::string_view rest = word.text();
  const size_t before = ids.size();
  PieceTrie::Match match = word.tooLong() ? PieceTrie::Match{} : pieces.longest(PieceTrie::BeginsWord, rest);
  while (match.bytes > 0) {
    ids.push_back(match.id);
    rest.remove_prefix(match.bytes);
    if (rest.empty()) break;
    match = pieces.longest(PieceTrie::ContinuesWord, rest);
  }
  if (match.bytes == 0) {  // a word with any unknown part is unknown as a whole
    ids.resize(before);
    ids.push_back(unknown);
  }
  word.clear();
}

void WordPiece::appendOther(uint32_t codePoint, Word &word, std::vector<int32_t> &ids) const {
  const unicode::TextProperty &p = unicode::property(codePoint);
  const TextClass kind = lowercase ? p.uncased : p.cased;
  if (kind == TextClass::Removed) return;
  if (kind != TextClass::Word) appendWord(word, ids);
  if (kind == TextClass::Space) return;
  if (lowercase && p.replacementBytes > 0) {
    const auto *at = (const unsigned char *)unicode::replacements + p.replacement, *end = at + p.replacementBytes;
    while (at < end) {
      const Utf8Character c = readUtf8(at, end);
      word.add(c.codePoint);
      at += c.bytes;
    }
  } else if (lowercase && codePoint >= unicode::firstHangul && codePoint <= unicode::lastHangul) {
    const uint32_t syllable = codePoint - unicode::firstHangul, last = syllable % 28;
    word.add(0x1100 + syllable / (21 * 28));
    word.add(0x1161 + syllable / 28 % 21);
    if (last > 0) word.add(0x11A7 + last);
  } else {
    word.add(codePoint);
  }
  if (kind == TextClass::Alone) appendWord(word, ids);
}

void WordPiece::append(std::string_view text, size_t enough, std::vector<int32_t> &ids) const {
  Word word;
  const auto *at = (const unsigned char *)text.data(), *end = at + text.size();
  const size_t full = ids.size() + std::min(enough, SIZE_MAX - ids.size());
  while (at < end && ids.size() <= full) {
    if (*at < 0x80) {
      const unsigned char byte = *at, mapped = ascii[byte];
      if (mapped > (unsigned char)TextClass::Alone) {
        word.add((char)mapped);
      } else if (mapped != (unsigned char)TextClass::Removed) {
        appendWord(word, ids);
        if (mapped == (unsigned char)TextClass::Alone) {
          const Special *special = byte == '[' ? specialAt({(const char *)at, (size_t)(end - at)}) : nullptr;
          if (special) {
            ids.push_back(special->id);
            at += special->text.size();
            continue;
          }
          word.add((char)byte);
          appendWord(word, ids);
        }
      }
      ++at;
    } else {
      // Bytes that are not UTF-8 stand for U+FFFD, which is removed.
      const Utf8Character c = readUtf8(at, end);
      if (c.valid) appendOther(c.codePoint, word, ids);
      at += c.bytes;
    }
  }
  appendWord(word, ids);
}

bool WordPiece::encode(std::string_view text, int64_t max, std::vector<int32_t> &ids) const {
  if (max < 2) userError("a text is to have at most {} ids; [CLS] and [SEP] alone are 2", max);
  const size_t room = (size_t)max - 2, start = ids.size() + 1;
  ids.push_back(begin);
  append(text, room, ids);
  const bool cut = ids.size() - start > room;
  if (cut) ids.resize(start + room);
  ids.push_back(separator);
  return cut;
}

bool WordPiece::encodePair(std::string_view first, std::string_view second, int64_t max, std::vector<int32_t> &ids, std::vector<int32_t> &segments) const {
  if (max < 3) userError("a pair of texts is to have at most {} ids; [CLS] and two [SEP] alone are 3", max);
  const size_t room = (size_t)max - 3, start = ids.size() + 1;
  ids.push_back(begin);
  append(first, SIZE_MAX, ids);
  const size_t firstFound = ids.size() - start;
  ids.push_back(separator);
  append(second, SIZE_MAX, ids);
  const size_t secondFound = ids.size() - start - firstFound - 1;
  ids.push_back(separator);

  // As the reference shares the room: the shorter text keeps what half of it allows; of an odd rest the longer one (else the second) has
  // one more.
  size_t firstKept = firstFound, secondKept = secondFound;
  if (firstFound + secondFound > room) {
    size_t &shorter = firstFound > secondFound ? secondKept : firstKept, &longer = firstFound > secondFound ? firstKept : secondKept;
    longer = shorter > room ? shorter : std::max(shorter, room - shorter);
    if (shorter + longer > room) {
      shorter = room / 2;
      longer = room - shorter;
    }
    const auto from = ids.begin() + (ptrdiff_t)start;
    ids.erase(from + (ptrdiff_t)(firstFound + 1 + secondKept), ids.end() - 1);
    ids.erase(from + (ptrdiff_t)firstKept, from + (ptrdiff_t)firstFound);
  }
  segments.insert(segments.end(), firstKept + 2, 0);
  segments.insert(segments.end(), secondKept + 1, 1);
  return firstKept + secondKept < firstFound + secondFound;
}

}  // namespace offramp::runtime
