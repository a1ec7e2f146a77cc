// Writes the tables of UnicodeTables.h as C++, from the properties that ICU knows. Runs while Offramp is built; no product links ICU.
//
// The reference of BERT's tokenisation takes its properties from libraries of different Unicode versions: general categories from 8.0,
// canonical decompositions from 12, white space and lower case from a recent one. Its ids are what models were trained with, so the same
// ages are asked for here. The few characters whose category was changed later are listed by name.
#include "runtime/text/UnicodeTables.h"
#include "runtime/text/Utf8.h"

#include <unicode/uchar.h>
#include <unicode/unorm2.h>

#include <cstdio>
#include <map>
#include <string>
#include <tuple>
#include <vector>

using namespace offramp::runtime;
using unicode::TextClass;
using unicode::TextProperty;

namespace {

bool assignedBy(uint32_t c, int major) {
  UVersionInfo age;
  u_charAge((UChar32)c, age);
  return age[0] > 0 && age[0] <= major;
}

bool isOneOf(uint32_t c, uint32_t mask) { return (U_GET_GC_MASK((UChar32)c) & mask) != 0; }

bool isControl(uint32_t c) {
  if (c == '\t' || c == '\n' || c == '\r') return false;
  return isOneOf(c, U_GC_CC_MASK | U_GC_CO_MASK) || (isOneOf(c, U_GC_CF_MASK) && assignedBy(c, 8));
}

bool isMark(uint32_t c) {
  if (c == 0x1734) return true;                                 // a spacing mark since 14.0
  if (c == 0x1885 || c == 0x1886 || c == 0x111C9 || c == 0xA9BD) return false;  // letters until 9.0; punctuation; spacing until 11.0
  return isOneOf(c, U_GC_MN_MASK) && assignedBy(c, 8);
}

bool isPunctuation(uint32_t c) {
  if (c < 0x80) return c > ' ' && c < 0x7F && !u_isalnum((UChar32)c);
  if (c == 0x166D || c == 0x111C9) return true;  // until 12.0 and 11.0
  return isOneOf(c, U_GC_P_MASK) && assignedBy(c, 8);
}

/// The blocks of ideographs as the reference has them: extension E begins 256 characters late.
bool isIdeograph(uint32_t c) {
  constexpr uint32_t ranges[][2] = {{0x4E00, 0x9FFF},   {0x3400, 0x4DBF},   {0x20000, 0x2A6DF}, {0x2A700, 0x2B73F},
                                    {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0xF900, 0xFAFF},   {0x2F800, 0x2FA1F}};
  for (const auto &[from, to] : ranges)
    if (c >= from && c <= to) return true;
  return false;
}

std::u32string decomposed(const UNormalizer2 *normalizer, uint32_t c) {
  UChar units[64];
  UErrorCode error = U_ZERO_ERROR;
  const int32_t length = assignedBy(c, 12) ? unorm2_getDecomposition(normalizer, (UChar32)c, units, 64, &error) : -1;
  if (length < 0) return {(char32_t)c};
  std::u32string out;
  for (int32_t at = 0; at < length;) {
    UChar32 next;
    U16_NEXT(units, at, length, next);
    out += (char32_t)next;
  }
  return out;
}

struct Tables {
  std::vector<uint16_t> blocks, entries;
  std::vector<TextProperty> properties;
  std::string replacements;

  uint16_t replacementOf(const std::string &text) {
    const size_t found = replacements.find(text);
    if (found != std::string::npos) return (uint16_t)found;
    replacements += text;
    return (uint16_t)(replacements.size() - text.size());
  }

  TextProperty propertyOf(const UNormalizer2 *normalizer, uint32_t c) {
    TextProperty p;
    if (c == 0 || c == 0xFFFD || isControl(c)) return {TextClass::Removed, TextClass::Removed};
    if (u_hasBinaryProperty((UChar32)c, UCHAR_WHITE_SPACE)) return {TextClass::Space, TextClass::Space};
    const bool alone = isIdeograph(c);
    p.cased = p.uncased = alone || isPunctuation(c) ? TextClass::Alone : TextClass::Word;
    if (c >= unicode::firstHangul && c <= unicode::lastHangul) return p;
    std::string out;
    int kept = 0;
    bool punctuation = false;
    for (char32_t part : decomposed(normalizer, c)) {
      if (isMark(part)) continue;
      const uint32_t lower = (uint32_t)u_tolower((UChar32)part);
      char bytes[4];
      out.append(bytes, writeUtf8(lower, bytes));
      punctuation |= isPunctuation(lower);
      ++kept;
    }
    if (kept == 0) return {TextClass::Removed, p.cased};
    if ((alone || punctuation) && kept != 1) {
      std::fprintf(stderr, "U+%04X becomes a word of its own and something more, which the tables cannot say\n", c);
      std::exit(1);
    }
    p.uncased = alone || punctuation ? TextClass::Alone : TextClass::Word;
    char self[4];
    if (out == std::string(self, writeUtf8(c, self))) return p;
    p.replacementBytes = (uint8_t)out.size();
    p.replacement = replacementOf(out);
    return p;
  }

  void make(const UNormalizer2 *normalizer) {
    std::map<std::tuple<TextClass, TextClass, uint8_t, uint16_t>, uint16_t> numbers;
    std::map<std::vector<uint16_t>, uint16_t> known;
    for (uint32_t begin = 0; begin < unicode::codePoints; begin += unicode::blockSize) {
      std::vector<uint16_t> block;
      for (uint32_t c = begin; c < begin + unicode::blockSize; ++c) {
        const TextProperty p = propertyOf(normalizer, c);
        auto [place, added] = numbers.emplace(std::tuple(p.uncased, p.cased, p.replacementBytes, p.replacement), (uint16_t)properties.size());
        if (added) properties.push_back(p);
        block.push_back(place->second);
      }
      auto [place, added] = known.emplace(block, (uint16_t)(entries.size() / unicode::blockSize));
      if (added) entries.insert(entries.end(), block.begin(), block.end());
      blocks.push_back(place->second);
    }
  }
};

template <typename T>
void write(FILE *file, const char *declaration, const std::vector<T> &numbers) {
  std::fprintf(file, "%s = {", declaration);
  for (size_t i = 0; i < numbers.size(); ++i) std::fprintf(file, "%s%d", i % 24 ? "," : i ? ",\n" : "\n", (int)numbers[i]);
  std::fprintf(file, "};\n");
}

}  // namespace

int main(int count, char **arguments) {
  FILE *file = count == 2 ? std::fopen(arguments[1], "w") : nullptr;
  UErrorCode error = U_ZERO_ERROR;
  const UNormalizer2 *normalizer = unorm2_getNFDInstance(&error);
  if (!file || U_FAILURE(error)) {
    std::fprintf(stderr, "usage: make_unicode_tables FILE.cpp (ICU: %s)\n", u_errorName(error));
    return 1;
  }
  Tables tables;
  tables.make(normalizer);
  if (tables.properties.size() > 65535 || tables.replacements.size() > 65535) {
    std::fprintf(stderr, "the Unicode tables do not fit 16-bit numbers\n");
    return 1;
  }
  std::fprintf(file, "// Made by runtime/text/tables/MakeTables.cpp from Unicode %s.\n", U_UNICODE_VERSION);
  std::fprintf(file, "#include \"runtime/text/UnicodeTables.h\"\nnamespace offramp::runtime::unicode {\n");
  write(file, "const uint16_t blocks[codePoints / blockSize]", tables.blocks);
  write(file, "const uint16_t entries[]", tables.entries);
  write(file, "const char replacements[]", std::vector<signed char>(tables.replacements.begin(), tables.replacements.end()));
  std::fprintf(file, "const TextProperty properties[] = {\n");
  for (const TextProperty &p : tables.properties)
    std::fprintf(file, "{TextClass(%d),TextClass(%d),%d,%d},\n", (int)p.uncased, (int)p.cased, (int)p.replacementBytes, (int)p.replacement);
  std::fprintf(file, "};\n}  // namespace offramp::runtime::unicode\n");
  return std::fclose(file) == 0 ? 0 : 1;
}
