// BERT's tokenisation on cases checked by hand. That all of Unicode and all real texts agree with the reference is measured by
// tests/benchmark/peers/tokenizer_check.py.
#include "runtime/text/WordPiece.h"
#include "tests/unit/runtime_io/TestSupport.h"

#include <fmt/ranges.h>

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

const std::vector<std::string> vocabulary{
    "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un",   "##aff",  "##able", "##a",  "a",     "b",    "c",    "Hello", "hello", "world", "!",    ",",
    "[",     "]",     "$",     "sep",   "cafe",   "café", "naive",  "中",     "文",   "σοφος", "i",    "istanbul", "ᄒ", "##ᅡ", "##ᆫ", "ᄀ", "##ᅡᆫ",
    "😀",    "ab",    "##b",   "ß",     "ss",     "ı",    "aa",     "##aa",   "한",   "à",     ";",    "ð",    "=",    "∑"};

std::string file(const std::vector<std::string> &tokens) { return fmt::format("{}\n", fmt::join(tokens, "\n")); }

const WordPiece uncased = WordPiece::fromText(file(vocabulary), "vocab.txt", true);
const WordPiece cased = WordPiece::fromText(file(vocabulary), "vocab.txt", false);

std::string names(const std::vector<int32_t> &ids) {
  std::vector<std::string> out;
  for (int32_t id : ids) out.push_back(vocabulary.at((size_t)id));
  return fmt::format("{}", fmt::join(out, " "));
}

/// The tokens of a text without the outer [CLS] and [SEP].
std::string tokensOf(std::string_view text, const WordPiece &words = uncased) {
  std::vector<int32_t> ids;
  BOOST_TEST(!words.encode(text, 1 << 20, ids));
  BOOST_TEST((names({ids.front()}) == "[CLS]" && names({ids.back()}) == "[SEP]"));
  return names({ids.begin() + 1, ids.end() - 1});
}

std::string refused(std::string_view text) {
  return errorOf([&] { WordPiece::fromText(text, "vocab.txt", true); });
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_word_is_taken_apart_greedily_into_the_longest_pieces) {
  BOOST_TEST(tokensOf("unaffable") == "un ##aff ##able");
  BOOST_TEST(tokensOf("Hello, world!") == "hello , world !");
  BOOST_TEST(tokensOf("una unab") == "un ##a un ##a ##b");
  BOOST_TEST(tokensOf("abc") == "[UNK]");  // nothing continues with c, so the whole word is unknown
  BOOST_TEST(tokensOf("") == "");
  BOOST_TEST(tokensOf(" \t\n\r ") == "");
}

BOOST_AUTO_TEST_CASE(punctuation_stands_alone) {
  BOOST_TEST(tokensOf("a!b,,$c") == "a ! b , , $ c");
  BOOST_TEST(tokensOf("##a") == "[UNK] [UNK] a");                // `#` is punctuation and no token here
  BOOST_TEST(tokensOf("a\u037Eb") == "a ; b");              // the Greek question mark is a semicolon
  BOOST_TEST(tokensOf("a\u2260b") == "a = b");              // ≠ is = with a stroke, and strokes are marks
  BOOST_TEST(tokensOf("a\u2E52b") == "[UNK]");              // punctuation since Unicode 14: none to the reference
}

BOOST_AUTO_TEST_CASE(accents_are_stripped_where_text_is_lower_cased) {
  BOOST_TEST(tokensOf("CAFÉ nai\u0308ve Cafe\u0301") == "cafe naive cafe");
  BOOST_TEST(tokensOf("\u0301") == "");
  BOOST_TEST(tokensOf("a\u0301\u0323\u0327") == "a");
  BOOST_TEST(tokensOf("café", cased) == "café");
  BOOST_TEST(tokensOf("Hello hello HELLO", cased) == "Hello hello [UNK]");
  BOOST_TEST(tokensOf("\u00E0", cased) == "à");
  BOOST_TEST(tokensOf("a\u0300", cased) == "[UNK]");  // decomposed, and nothing composes it
  BOOST_TEST(tokensOf("ß Ð") == "ß ð");
}

BOOST_AUTO_TEST_CASE(every_ideograph_is_a_word) {
  BOOST_TEST(tokensOf("中文a中") == "中 文 a 中");
  BOOST_TEST(tokensOf("中文", cased) == "中 文");
  BOOST_TEST(tokensOf("\U0002B820") == "[UNK]");
}

BOOST_AUTO_TEST_CASE(other_scripts) {
  BOOST_TEST(tokensOf("ΣΟΦΌΣ") == "[UNK]");      // the last sigma becomes σ, not ς: letters are lowered one by one
  BOOST_TEST(tokensOf("σοφος") == "σοφος");
  BOOST_TEST(tokensOf("İSTANBUL") == "istanbul");  // I with dot: the dot is a mark
  BOOST_TEST(tokensOf("I ı") == "i ı");
  BOOST_TEST(tokensOf("한") == "ᄒ ##ᅡᆫ");
  BOOST_TEST(tokensOf("가") == "ᄀ ##ᅡ");
  BOOST_TEST(tokensOf("한", cased) == "한");
  BOOST_TEST(tokensOf("😀 a😀") == "😀 [UNK]");  // a picture is no punctuation
}

BOOST_AUTO_TEST_CASE(controls_vanish_and_all_white_space_separates) {
  BOOST_TEST(tokensOf(std::string_view("a\0b", 3)) == "ab");
  BOOST_TEST(tokensOf("a\x01" "b\x7F\u00AD\u200B\u200D\uFEFF") == "ab");  // soft hyphen, zero-width space and joiner
  BOOST_TEST(tokensOf("a\u000Bb") == "ab");                               // a vertical tab is a control
  BOOST_TEST(tokensOf("a\u00A0b\u3000c\u2028a\u1680b\u2003c") == "a b c a b c");
  BOOST_TEST(tokensOf("a\uFFFDb") == "ab");
  BOOST_TEST(tokensOf("a\xFF\xC3(" ) == "a [UNK]");  // broken bytes are read as U+FFFD, and that is removed
  BOOST_TEST(tokensOf("a\xC3") == "a");
  BOOST_TEST(tokensOf("a\xED\xA0\x80" "b\xC0\x80\xF4\x90\x80\x80") == "ab");  // a surrogate, an overlong zero, beyond the last code point
}

BOOST_AUTO_TEST_CASE(a_word_of_more_than_100_characters_is_unknown) {
  const std::string hundred(100, 'a');
  std::string pieces = "aa";
  for (int i = 0; i < 49; ++i) pieces += " ##aa";
  BOOST_TEST(tokensOf(hundred) == pieces);
  BOOST_TEST(tokensOf(hundred + "a") == "[UNK]");
  BOOST_TEST(tokensOf(hundred + "\u0301") == pieces);  // counted after marks are gone
  BOOST_TEST(tokensOf(std::string(100000, 'a') + " a") == "[UNK] a");
}

BOOST_AUTO_TEST_CASE(special_tokens_written_in_a_text_are_these_tokens) {
  BOOST_TEST(tokensOf("a[SEP]b [MASK]!") == "a [SEP] b [MASK] !");
  BOOST_TEST(tokensOf("[sep] [[CLS]]") == "[ sep ] [ [CLS] ]");
  BOOST_TEST(tokensOf("a[UNK][PAD]", cased) == "a [UNK] [PAD]");
}

BOOST_AUTO_TEST_CASE(a_text_is_cut_to_the_maximum) {
  std::vector<int32_t> ids{7};
  BOOST_TEST(uncased.encode("a b c", 4, ids));
  BOOST_TEST(names(ids) == "##able [CLS] a b [SEP]");
  ids.clear();
  BOOST_TEST(!uncased.encode("a b c", 5, ids));
  BOOST_TEST(names(ids) == "[CLS] a b c [SEP]");
  ids.clear();
  BOOST_TEST(uncased.encode("unaffable", 3, ids));  // inside a word, too
  BOOST_TEST(names(ids) == "[CLS] un [SEP]");
  ids.clear();
  BOOST_TEST(uncased.encode("a", 2, ids));
  BOOST_TEST(names(ids) == "[CLS] [SEP]");
  BOOST_TEST(errorOf([&] { uncased.encode("a", 1, ids); }) == "a text is to have at most 1 ids; [CLS] and [SEP] alone are 2");
}

BOOST_AUTO_TEST_CASE(pairs_have_segments_and_the_longer_text_is_cut) {
  auto pair = [](std::string_view first, std::string_view second, int64_t max, bool cut) {
    std::vector<int32_t> ids, segments;
    BOOST_TEST(uncased.encodePair(first, second, max, ids, segments) == cut);
    BOOST_TEST(ids.size() == segments.size());
    const auto ones = std::find(segments.begin(), segments.end(), 1);
    BOOST_TEST(std::count(ones, segments.end(), 1) == segments.end() - ones);
    BOOST_TEST(names({*(ids.begin() + (ones - segments.begin()) - 1)}) == "[SEP]");
    return names(ids);
  };
  BOOST_TEST(pair("a b", "c", 6, false) == "[CLS] a b [SEP] c [SEP]");
  BOOST_TEST(pair("", "", 3, false) == "[CLS] [SEP] [SEP]");
  BOOST_TEST(pair("a b c a b", "c", 6, true) == "[CLS] a b [SEP] c [SEP]");
  BOOST_TEST(pair("c", "a b c a b", 6, true) == "[CLS] c [SEP] a b [SEP]");
  BOOST_TEST(pair("a b c", "a b c", 7, true) == "[CLS] a b [SEP] a b [SEP]");
  BOOST_TEST(pair("a b c", "a b c", 8, true) == "[CLS] a b [SEP] a b c [SEP]");      // of equal lengths the second has the odd one
  BOOST_TEST(pair("a b c a", "a b c", 8, true) == "[CLS] a b c [SEP] a b [SEP]");    // else the longer one has it
  BOOST_TEST(pair("a b c a b", "a b c a", 8, true) == "[CLS] a b c [SEP] a b [SEP]");
  BOOST_TEST(pair("a b", "c", 3, true) == "[CLS] [SEP] [SEP]");
  std::vector<int32_t> ids;
  BOOST_TEST(errorOf([&] { uncased.encodePair("a", "b", 2, ids, ids); }) == "a pair of texts is to have at most 2 ids; [CLS] and two [SEP] alone are 3");
}

BOOST_AUTO_TEST_CASE(a_vocabulary_is_one_token_a_line) {
  BOOST_TEST(uncased.size() == (int64_t)vocabulary.size());
  BOOST_TEST(WordPiece::fromText("[UNK]\r\n[CLS]\r\n[SEP]", "v", true).size() == 3);
  BOOST_TEST(refused("") == "vocab.txt: empty, expected a vocabulary: one token a line");
  BOOST_TEST(refused("[UNK]\n[CLS]\na\n") ==
             "vocab.txt: no token `[SEP]` among the 3 of the vocabulary; BERT's vocab.txt has [UNK], [CLS] and [SEP]");
  BOOST_TEST(refused("[UNK]\na\n[CLS]\n[SEP]\na\n") == "vocab.txt:5: the token `a` stands on line 2 already");
  BOOST_TEST(refused("[UNK]\n\na\n") ==
             "vocab.txt:2: an empty line in the vocabulary; every line is a token, its number from 0 the token's id");
  BOOST_TEST(refused("[UNK]\n\xC3\n") == "vocab.txt:2: the token `\xC3` is not UTF-8");
}
