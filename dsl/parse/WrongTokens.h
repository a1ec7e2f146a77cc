// Messages for text that is no token of the language: characters, numbers, strings.
#pragma once

#include "dsl/diag/Diagnostic.h"

#include <string>

namespace offramp::dsl {

void reportBadNumber(const std::string &text, SourceRange range, DiagnosticEngine &diagnostics);
void reportBadString(const std::string &text, SourceRange range, DiagnosticEngine &diagnostics);
/// `text` is a run of adjacent characters that start no token.
void reportBadCharacters(const std::string &text, SourceRange range, DiagnosticEngine &diagnostics);
void reportBlockComment(SourceRange range, DiagnosticEngine &diagnostics);

}  // namespace offramp::dsl
