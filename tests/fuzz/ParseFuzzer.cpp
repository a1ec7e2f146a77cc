// The front end on any bytes: it parses or reports; what it parsed formats to text with the same tree, and formatting again changes nothing.
#include "dsl/ast/Dump.h"
#include "dsl/format/Format.h"
#include "dsl/parse/Parse.h"

#include <cstdio>
#include <cstdlib>

using namespace offramp::dsl;

static void demand(bool holds, const char *promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (size > 20000) return 0;
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  ParseResult result = parse(sources, sources.add("fuzz.ramp", std::string((const char *)bytes, size)), diagnostics);
  demand(result.ok == !diagnostics.hasErrors(), "a file is refused exactly if an error is reported");
  std::string rendered = diagnostics.render();
  demand(result.ok || !rendered.empty(), "errors have a text");
  if (!result.ok) return 0;
  std::string text = format(result.file);
  ParseResult again = parse(sources, sources.add("again.ramp", text), diagnostics);
  demand(again.ok, "formatted text parses");
  demand(ast::dump(again.file) == ast::dump(result.file), "formatting keeps the tree");
  demand(again.file.comments.size() == result.file.comments.size(), "formatting keeps comments");
  demand(format(again.file) == text, "formatting twice changes nothing");
  return 0;
}
