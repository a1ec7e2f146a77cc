// The formatter on every `.ramp` file of the repository: same tree, same comments, and nothing left to change.
#include "tests/unit/dsl_parse/Cases.h"

#include "dsl/format/Format.h"

#include <boost/test/unit_test.hpp>

using namespace offramp::dsl;

BOOST_AUTO_TEST_CASE(formattingKeepsTheTreeAndIsIdempotent) {
  int formatted = 0;
  for (const char *folder : {"tests", "stdlib", "examples"})
    for (const auto &path : cases::rampFiles(cases::root / folder)) {
      SourceManager sources;
      DiagnosticEngine diagnostics(sources);
      ParseResult first = parse(sources, sources.add("first", cases::read(path)), diagnostics);
      if (!first.ok) continue;  // an invalid file on purpose
      ++formatted;
      std::string text = format(first.file);
      ParseResult second = parse(sources, sources.add("second", text), diagnostics);
      BOOST_TEST_CONTEXT(path) {
        BOOST_TEST(second.ok);
        BOOST_TEST(ast::dump(second.file) == ast::dump(first.file));
        BOOST_TEST(second.file.comments.size() == first.file.comments.size());
        BOOST_TEST(format(second.file) == text);
      }
    }
  BOOST_TEST(formatted >= 3);
}

BOOST_AUTO_TEST_CASE(layoutIsAsShown) {
  for (const char *name : {"layout", "consistentee", "newlines"}) {
    auto path = cases::root / "tests/unit/dsl_parse/cases" / (std::string(name) + ".ramp");
    SourceManager sources;
    DiagnosticEngine diagnostics(sources);
    ParseResult result = parse(sources, sources.add("a", cases::read(path)), diagnostics);
    BOOST_TEST_REQUIRE(result.ok);
    std::string text = format(result.file);
    BOOST_TEST_CONTEXT(name) { BOOST_TEST(text == cases::golden(path.replace_extension(".formatted"), text)); }
  }
}
