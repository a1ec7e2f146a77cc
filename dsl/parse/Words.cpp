// Tokens as a reader knows them. See Words.h.
#include "dsl/parse/Words.h"

#include "RampLexer.h"

#include <algorithm>
#include <fmt/format.h>

namespace offramp::dsl {

using grammar::RampLexer;

namespace {

/// Edits (insert, delete, replace, swap of neighbours) between two words.
size_t distance(const std::string &a, const std::string &b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i)
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  return d[a.size()][b.size()];
}

}  // namespace

std::string describe(const antlr4::Token *token) {
  switch (token->getType()) {
  case antlr4::Token::EOF: return "the end of the file";
  case RampLexer::END: return "the end of the statement";
  case RampLexer::STRING: return token->getText().size() <= 24 ? "string `" + token->getText() + "`" : "a string";
  default: break;
  }
  std::string text = token->getText();
  return text.size() <= 40 ? "`" + text + "`" : "`" + text.substr(0, 37) + "...`";
}

std::string describe(size_t tokenType) {
  if (tokenType == RampLexer::END) return "the end of the statement";
  static const RampLexer *const lexer = new RampLexer(nullptr);
  std::string text = lexer->getVocabulary().getLiteralName(tokenType);
  if (text.size() < 3) return {};
  return "`" + text.substr(1, text.size() - 2) + "`";  // ANTLR quotes it with '…'
}

bool isReserved(size_t tokenType) { return tokenType >= RampLexer::AND && tokenType <= RampLexer::TRUE; }

std::string nearest(const std::string &written, const std::vector<std::string> &words) {
  std::string best;
  size_t bestDistance = written.size() < 5 ? 2 : 3;  // exclusive
  if (written.size() > 40) return best;
  for (const std::string &word : words)
    if (size_t d = distance(written, word); d < bestDistance) best = word, bestDistance = d;
  return best;
}

}  // namespace offramp::dsl
