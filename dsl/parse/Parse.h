// Text → AST. Syntax errors become diagnostics; the result holds every declaration that could be read.
#pragma once

#include "dsl/ast/File.h"
#include "dsl/diag/Diagnostic.h"

namespace offramp::dsl {

struct ParseResult {
  ast::File file;
  bool ok = false;  ///< no error was reported for this file; if false, some declarations may be missing
};

ParseResult parse(const SourceManager &sources, FileId file, DiagnosticEngine &diagnostics);

}  // namespace offramp::dsl
