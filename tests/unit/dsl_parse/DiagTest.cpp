// The caret renderer and the source manager: columns count code points, tabs are kept, long lines are cut.
#include "dsl/diag/Diagnostic.h"

#include <boost/test/unit_test.hpp>

using namespace offramp::dsl;

namespace {

OFFRAMP_DIAGNOSTIC(sample, "expected-token", "a kind known elsewhere too");

std::string renderAt(const std::string &text, int begin, int end) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  FileId file = sources.add("a.ramp", text);
  diagnostics.error(sample, {file, {1, begin}, {1, end}}, "wrong");
  return diagnostics.render();
}

}  // namespace

BOOST_AUTO_TEST_CASE(caretsStandUnderCodePoints) {
  BOOST_TEST(renderAt("let é = ünder + x", 9, 14) == "a.ramp:1:9: error: wrong\n  let é = ünder + x\n          ^~~~~\n");
}

BOOST_AUTO_TEST_CASE(tabsAreRepeatedBeforeTheCaret) { BOOST_TEST(renderAt("\tx = 1", 6, 7) == "a.ramp:1:6: error: wrong\n  \tx = 1\n  \t    ^\n"); }

BOOST_AUTO_TEST_CASE(controlCharactersAreNotSentToTheTerminal) {
  BOOST_TEST(renderAt("a\x1b[31m", 1, 2) == "a.ramp:1:1: error: wrong\n  a\xEF\xBF\xBD[31m\n  ^\n");
}

BOOST_AUTO_TEST_CASE(rangesBehindTheLineEndStillShowACaret) { BOOST_TEST(renderAt("ab", 3, 3) == "a.ramp:1:3: error: wrong\n  ab\n    ^\n"); }

BOOST_AUTO_TEST_CASE(longLinesAreCutAroundTheCaret) {
  std::string out = renderAt(std::string(5000, 'a'), 2500, 2501);
  BOOST_TEST(out.size() < 500u);
  BOOST_TEST(out.find("…") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(moreErrorsThanTheLimitAreCounted) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources, 2);
  FileId file = sources.add("a.ramp", "x\ny\nz\n");
  for (int line : {3, 2, 1}) diagnostics.error(sample, {file, {line, 1}, {line, 2}}, "wrong");
  BOOST_TEST(diagnostics.render() == "a.ramp:1:1: error: wrong\n  x\n  ^\na.ramp:2:1: error: wrong\n  y\n  ^\n1 more errors are not shown\n");
}

BOOST_AUTO_TEST_CASE(unreadableFilesAreNamed) {
  SourceManager sources;
  std::string problem;
  BOOST_TEST(!sources.load("/nowhere/x.ramp", problem));
  BOOST_TEST(problem == "cannot open `/nowhere/x.ramp`");
  BOOST_TEST(!sources.load("/tmp", problem));
  BOOST_TEST(problem == "`/tmp` is a folder when it should be a `.ramp` file");
}
