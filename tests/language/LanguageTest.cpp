// Every file of valid/ elaborates; every file of invalid/ gives exactly the text beside it (`.expected`), caret included;
// and every registered kind of diagnostic has an invalid file of its name. `// set: name=value` in the first line is `--set`.
// OFFRAMP_UPDATE=1 rewrites the expected texts; read the difference before keeping it.
#include "dsl/program/Print.h"
#include "dsl/sema/Elaborate.h"
#include "tests/SourceDir.h"  // made by CMake

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace offramp::dsl;
namespace fs = std::filesystem;

namespace {

const fs::path root = fs::path(OFFRAMP_SOURCE_DIR);
const fs::path folder = root / "tests/language";

std::string contents(const fs::path &file) {
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> texts(const fs::path &where) {
  std::vector<fs::path> out;
  for (auto &entry : fs::directory_iterator(where))
    if (entry.path().extension() == ".ramp") out.push_back(entry.path());
  std::sort(out.begin(), out.end());
  return out;
}

struct Outcome {
  std::optional<Model> model;
  std::string text;
  std::set<std::string> kinds;  ///< of the diagnostics
};

Outcome run(const fs::path &file, std::map<std::string, std::string> overrides = {}) {
  std::string text = contents(file), mark = "// set: ";
  if (text.rfind(mark, 0) == 0) {
    std::string line = text.substr(mark.size(), text.find('\n') - mark.size());
    overrides[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  }
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  Outcome out;
  out.model = elaborate(file, overrides, {root / "stdlib"}, sources, diagnostics);
  out.text = diagnostics.render();
  for (const Diagnostic &diagnostic : diagnostics.all()) out.kinds.insert(diagnostic.kind->name);
  for (size_t at; (at = out.text.find(root.string() + "/")) != std::string::npos;) out.text.erase(at, root.string().size() + 1);
  for (std::string part : {"tests/language/invalid/", "tests/language/valid/"})
    for (size_t at; (at = out.text.find(part)) != std::string::npos;) out.text.erase(at, part.size());
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(everyValidFileElaborates) {
  auto files = texts(folder / "valid");
  BOOST_TEST(files.size() >= 15u);
  for (const fs::path &file : files) BOOST_TEST_CONTEXT(file.filename().string()) {
      Outcome out = run(file);
      BOOST_TEST(out.model.has_value());
      BOOST_TEST(out.text == "");
    }
}

BOOST_AUTO_TEST_CASE(everyInvalidFileSaysExactlyWhatIsWrong) {
  for (const fs::path &file : texts(folder / "invalid")) BOOST_TEST_CONTEXT(file.filename().string()) {
      Outcome out = run(file);
      bool onlyWarns = out.text.find(": warning: ") != std::string::npos && out.text.find(": error: ") == std::string::npos;
      BOOST_TEST(out.model.has_value() == onlyWarns);
      fs::path expected = fs::path(file).replace_extension(".expected");
      if (const char *update = std::getenv("OFFRAMP_UPDATE"); update && *update) std::ofstream(expected) << out.text;
      BOOST_TEST(out.text == contents(expected));
    }
}

BOOST_AUTO_TEST_CASE(everyKindOfDiagnosticHasAnInvalidFile) {
  for (const DiagnosticKind *kind : DiagnosticKind::all()) {
    fs::path file = folder / "invalid" / (std::string(kind->name) + ".ramp");
    BOOST_TEST(fs::exists(file), "no invalid file for " << kind->name);
    if (fs::exists(file)) BOOST_TEST(run(file).kinds.count(kind->name), file.filename() << " does not show what it is named after");
  }
}

BOOST_AUTO_TEST_CASE(examplesElaborate) {
  for (const char *name : {"01-fashion-mnist/consistentee", "01-fashion-mnist/weighted_ce", "02-topics/topics", "02-topics/patience", "03-conv-exits/branchy"})
    BOOST_TEST_CONTEXT(name) {
      Outcome out = run(root / "examples" / (std::string(name) + ".ramp"));
      BOOST_TEST(out.text == "");
      BOOST_TEST(out.model.has_value());
    }
}

BOOST_AUTO_TEST_CASE(parametersBecomeSettingsByTheirUse) {
  Outcome out = run(root / "examples/01-fashion-mnist/consistentee.ramp", {{"width", "32"}, {"stages", "3"}, {"alpha", "0.25"}, {"warm_up.epochs", "1"}});
  BOOST_REQUIRE(out.model.has_value());
  const Model &m = *out.model;
  BOOST_TEST(m.stages.size() == 3u);
  BOOST_TEST(m.attachments.at(1).instances.size() == 2u);  // no policy after the last stage
  BOOST_TEST(m.staticParameters.at("width") == 32);
  BOOST_TEST(m.staticParameters.count("alpha") == 0u);
  BOOST_REQUIRE(m.settings.size() == 3u);
  BOOST_TEST(m.settings[0].name == "alpha");
  BOOST_TEST(m.settings[0].value == 0.25);
  BOOST_TEST(m.settings[1].name == "entropy");
  BOOST_TEST(m.settings[2].name == "threshold");
  BOOST_TEST(std::get<TrainPhase>(m.phases[0]).epochs == 1);
  BOOST_TEST(m.stages[0].function == m.stages[2].function);  // equal stages are one function
  BOOST_TEST(m.rowsPerSample == 17);
}
