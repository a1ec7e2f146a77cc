// Tokens as a reader knows them: reserved words, quoted token texts, near misses.
#pragma once

#include <antlr4-runtime.h>
#include <string>
#include <vector>

namespace offramp::dsl {

/// `found` part of a message: "`)`", "the end of the line", "the end of the file", "string `\"a\"`".
std::string describe(const antlr4::Token *token);
/// Text of a token type in back-quotes; empty if it has no fixed text.
std::string describe(size_t tokenType);
/// `if`, `let` …: words that can never be names.
bool isReserved(size_t tokenType);
/// The one of `words` that is at most two slips away from `written` (one for short words); empty if none.
std::string nearest(const std::string &written, const std::vector<std::string> &words);

}  // namespace offramp::dsl
