// Trees and complete diagnostic texts of the cases beside this file, and of every syntax error in tests/language/invalid.
#include "tests/unit/dsl_parse/Cases.h"

#include <boost/test/unit_test.hpp>
#include <fmt/format.h>

using namespace offramp::dsl;

namespace {

/// Dump and diagnostics of one text.
std::string outcome(const std::string &name, const std::string &text) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources, 100);
  ParseResult result = parse(sources, sources.add(name, text), diagnostics);
  BOOST_TEST(result.ok == !diagnostics.hasErrors());
  return (result.ok ? ast::dump(result.file) : "") + diagnostics.render();
}

std::string nested(size_t n, const std::string &open, const std::string &close) {
  std::string text = "fn f(x: f32) -> f32 { return ";
  for (size_t i = 0; i < n; ++i) text += open;
  text += "x";
  for (size_t i = 0; i < n; ++i) text += close;
  return text + " }\n";
}

bool reports(const std::string &text, const std::string &message) {
  std::string out = outcome("t.ramp", text);
  if (out.find(message) == std::string::npos) BOOST_TEST_MESSAGE(out.substr(0, 2000));
  return out.find(message) != std::string::npos;
}

}  // namespace

BOOST_AUTO_TEST_CASE(caseFilesHaveTheirTreeOrTheirDiagnostics) {
  auto files = cases::rampFiles(cases::root / "tests/unit/dsl_parse/cases");
  BOOST_TEST(files.size() >= 8u);
  for (const auto &file : files) {
    std::string actual = outcome(file.filename().string(), cases::read(file));
    auto expected = file;
    BOOST_TEST_CONTEXT(file) { BOOST_TEST(actual == cases::golden(expected.replace_extension(".txt"), actual)); }
  }
}

// Only the kinds of the parser are linked into this test.
BOOST_AUTO_TEST_CASE(everySyntaxDiagnosticIsShownByAnInvalidFile) {
  BOOST_TEST(DiagnosticKind::all().size() >= 20u);
  for (const DiagnosticKind *kind : DiagnosticKind::all()) {
    auto file = cases::root / "tests/language/invalid" / (std::string(kind->name) + ".ramp");
    BOOST_TEST_CONTEXT(kind->name) {
      BOOST_TEST(std::filesystem::exists(file));
      SourceManager sources;
      DiagnosticEngine diagnostics(sources);
      parse(sources, sources.add(file.filename().string(), cases::read(file)), diagnostics);
      BOOST_TEST(diagnostics.errorCount() == 1u);
      if (diagnostics.hasErrors()) BOOST_TEST(diagnostics.all()[0].kind->name == std::string(kind->name));
      BOOST_TEST(diagnostics.render() == cases::golden(file.replace_extension(".txt"), diagnostics.render()));
    }
  }
}

BOOST_AUTO_TEST_CASE(deepNestingIsRefusedAndModerateNestingIsNot) {
  BOOST_TEST(!reports(nested(150, "(", ")"), "error"));
  BOOST_TEST(reports(nested(300, "(", ")"), "brackets are nested more than 200 deep"));
  BOOST_TEST(reports(nested(100000, "(", ")"), "brackets are nested more than 200 deep"));
  BOOST_TEST(reports(nested(100000, "-", ""), "operators deep"));
  BOOST_TEST(reports(nested(100000, "not ", ""), "operators deep"));
  BOOST_TEST(reports(nested(100000, "x + ", ""), "operators deep"));
  BOOST_TEST(reports(nested(100000, "", ".x"), "operators deep"));
  BOOST_TEST(reports(nested(100000, "", "(x)"), "operators deep"));
  BOOST_TEST(reports(nested(100000, "if x then x else ", ""), "operators deep"));
  BOOST_TEST(reports(nested(100000, "sum over s: ", ""), "operators deep"));
  BOOST_TEST(!reports(nested(400, "x + ", ""), "error"));
}

BOOST_AUTO_TEST_CASE(aLongFlatFileIsNoNesting) {
  std::string text = "fn f(x: f32) -> f32 {\n";
  for (int i = 0; i < 2000; ++i) text += fmt::format("    let x{} = x + {} * (x - 1)\n", i, i);
  BOOST_TEST(!reports(text + "    return x\n}\n", "error"));
}

BOOST_AUTO_TEST_CASE(emptyAndCommentOnlyFilesAreFiles) {
  BOOST_TEST(outcome("t.ramp", "") == "");
  BOOST_TEST(outcome("t.ramp", "\n// nothing\n\n") == "");
  BOOST_TEST(outcome("t.ramp", "\xEF\xBB\xBFimport a\r\nimport b\r\n") == "import a\nimport b\n");
}

BOOST_AUTO_TEST_CASE(wordsOfOnePlaceAreNamesElsewhere) {
  for (const char *word : {"stage", "reward", "backbone", "in", "by", "when", "updates", "state", "input", "param", "over", "exit", "model"})
    BOOST_TEST(!reports(fmt::format("fn f({0}: f32[{0}]) -> f32 {{\n    {0} = {0} + 1\n    return {0}\n}}\n", word), "error"), word);
}
