// BERT's tokenisation of any bytes. The first byte chooses: v a vocabulary, u and c texts for an uncased or a cased one; the second then chooses
// s a single text, p a pair apart by the first tab.
#include "runtime/core/Error.h"
#include "runtime/text/WordPiece.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>

using offramp::runtime::WordPiece;

namespace {

constexpr std::string_view vocabulary =
    "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n##a\n##b\n##ab\nab\n!\n[\n]\ne\n##e\n"
    "\xE4\xB8\xAD\n\xE1\x84\x92\n##\xE1\x85\xA1\n##\n#\n\xC3\xA9\n";

void mustHold(bool condition) {
  if (!condition) std::abort();
}

void checkSingle(const WordPiece &words, std::string_view text) {
  std::vector<int32_t> whole;
  mustHold(!words.encode(text, INT64_MAX, whole));
  mustHold(whole.size() >= 2 && whole.front() == 2 && whole.back() == 3);
  for (int32_t id : whole) mustHold(id >= 0 && id < words.size());
  for (int64_t max : {2, 3, 7}) {  // a cut text is the beginning of the whole one
    std::vector<int32_t> cut;
    mustHold(words.encode(text, max, cut) == ((int64_t)whole.size() > max));
    mustHold((int64_t)cut.size() == std::min<int64_t>(max, (int64_t)whole.size()) && cut.back() == 3);
    mustHold(std::equal(cut.begin(), cut.end() - 1, whole.begin()));
  }
}

void checkPair(const WordPiece &words, std::string_view first, std::string_view second) {
  std::vector<int32_t> firstIds, secondIds;
  words.encode(first, INT64_MAX, firstIds);
  words.encode(second, INT64_MAX, secondIds);
  const auto whole = (int64_t)(firstIds.size() + secondIds.size() - 1);
  for (int64_t max : {3, 4, 8, 1000000}) {
    std::vector<int32_t> ids, segments;
    mustHold(words.encodePair(first, second, max, ids, segments) == (whole > max));
    mustHold((int64_t)ids.size() == std::min(max, whole) && ids.size() == segments.size());
    mustHold(std::is_sorted(segments.begin(), segments.end()));
    const auto middle = std::find(segments.begin(), segments.end(), 1) - segments.begin();
    mustHold(middle >= 2 && ids[(size_t)middle - 1] == 3 && ids.back() == 3);
    mustHold(std::equal(ids.begin(), ids.begin() + middle - 1, firstIds.begin()));
    mustHold(std::equal(ids.begin() + middle, ids.end() - 1, secondIds.begin() + 1));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const WordPiece uncased = WordPiece::fromText(vocabulary, "vocabulary", true), cased = WordPiece::fromText(vocabulary, "vocabulary", false);
  const std::string_view input((const char *)bytes, size);
  if (input.starts_with('v')) {
    try {
      const WordPiece words = WordPiece::fromText(input.substr(1), "fuzz", true);
      std::vector<int32_t> ids;
      words.encode(input, 64, ids);
      for (int32_t id : ids) mustHold(id >= 0 && id < words.size());
    } catch (const offramp::UserError &) {
    }
  } else if (size >= 2) {
    const WordPiece &words = input[0] == 'c' ? cased : uncased;
    const size_t tab = input.find('\t');
    if (input[1] == 'p' && tab != std::string_view::npos && tab >= 2) checkPair(words, input.substr(2, tab - 2), input.substr(tab + 1));
    else checkSingle(words, input.substr(2));
  }
  return 0;
}
