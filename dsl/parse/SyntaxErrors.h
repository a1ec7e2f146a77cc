// What the parser says about wrong syntax, and where it goes on.
// An error leaves every rule up to the enclosing statement, member or declaration, which is skipped to its END; so one mistake is one
// message, and the next statement is parsed as if nothing had happened. Relies on TokenFilter: brackets are balanced.
#pragma once

#include "dsl/diag/Diagnostic.h"

#include <antlr4-runtime.h>
#include <set>

namespace offramp::dsl {

class SyntaxErrors : public antlr4::DefaultErrorStrategy {
public:
  /// `mended`: lines where the token filter has spoken already.
  SyntaxErrors(FileId file, const std::set<int32_t> &mended, DiagnosticEngine &diagnostics) : file(file), mended(mended), diagnostics(diagnostics) {}

  void reportError(antlr4::Parser *parser, const antlr4::RecognitionException &error) override;
  void recover(antlr4::Parser *parser, std::exception_ptr error) override;
  antlr4::Token *recoverInline(antlr4::Parser *parser) override;
  void sync(antlr4::Parser *parser) override;

private:
  void explain(antlr4::Parser *parser, antlr4::Token *found, const antlr4::misc::IntervalSet &expected);

  FileId file;
  const std::set<int32_t> &mended;
  DiagnosticEngine &diagnostics;
};

}  // namespace offramp::dsl
