// What a tokeniser must know of a code point. The tables are made at build time by tables/MakeTables.cpp, so that nothing of ICU is needed
// at run time. Knows no encoding and no vocabulary.
#pragma once

#include <cstdint>

namespace offramp::runtime::unicode {

enum class TextClass : uint8_t {
  Word,     ///< part of a word
  Removed,  ///< not seen: controls, and marks where accents are stripped
  Space,    ///< ends a word
  Alone,    ///< a word of its own: punctuation, ideographs
};

struct TextProperty {
  TextClass uncased = TextClass::Word;  ///< where text is lower-cased and accents are stripped
  TextClass cased = TextClass::Word;
  uint8_t replacementBytes = 0;  ///< uncased: its form in lower case without accents, UTF-8 in `replacements`; 0: it stays itself
  uint16_t replacement = 0;
};

constexpr uint32_t codePoints = 0x110000, blockSize = 128;
constexpr uint32_t firstHangul = 0xAC00, lastHangul = 0xD7A3;  // these syllables are taken apart by arithmetic, not by table

extern const uint16_t blocks[codePoints / blockSize];  // block of 128 code points → its place in `entries`, in blocks
extern const uint16_t entries[];
extern const TextProperty properties[];
extern const char replacements[];

inline const TextProperty &property(uint32_t codePoint) {
  return properties[entries[blocks[codePoint / blockSize] * blockSize + codePoint % blockSize]];
}

}  // namespace offramp::runtime::unicode
