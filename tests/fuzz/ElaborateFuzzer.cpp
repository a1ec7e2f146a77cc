// The front end down to the elaborated program, on any bytes and over the real library: it elaborates or reports, and says the same twice.
// `// set: name=value` in the first line is `--set`, as in tests/language.
#include "dsl/program/Print.h"
#include "dsl/sema/Elaborate.h"

#include <cstdio>
#include <cstdlib>

using namespace offramp::dsl;

static void demand(bool holds, const char *promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

static std::string outcome(const std::string &text, const std::map<std::string, std::string> &sets) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  sources.add("fuzz/fuzz.ramp", text);
  auto model = elaborate("fuzz/fuzz.ramp", sets, {OFFRAMP_STDLIB_SOURCE}, sources, diagnostics);
  demand(model.has_value() == !diagnostics.hasErrors(), "a model is refused exactly if an error is reported");
  std::string rendered = diagnostics.render();
  demand(model || !rendered.empty(), "errors have a text");
  return model ? print(*model) : rendered;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  if (size > 8000) return 0;
  std::string text((const char *)bytes, size), mark = "// set: ";
  std::map<std::string, std::string> sets;
  if (text.rfind(mark, 0) == 0) {
    std::string line = text.substr(mark.size(), text.find('\n') - mark.size());
    if (size_t equals = line.find('='); equals != std::string::npos) sets[line.substr(0, equals)] = line.substr(equals + 1);
  }
  demand(outcome(text, sets) == outcome(text, sets), "elaboration is deterministic");
  return 0;
}
