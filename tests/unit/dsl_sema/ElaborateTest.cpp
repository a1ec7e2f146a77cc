// The whole program of the first example at a small size, node by node, against a golden dump.
// OFFRAMP_UPDATE=1 rewrites it; read the difference before keeping it.
#include "dsl/program/Print.h"
#include "dsl/sema/Elaborate.h"
#include "tests/SourceDir.h"  // made by CMake

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

using namespace offramp::dsl;

static const std::filesystem::path root = OFFRAMP_SOURCE_DIR;

static std::optional<Model> elaborated(const std::string &file, const std::map<std::string, std::string> &overrides) {
  SourceManager sources;
  DiagnosticEngine diagnostics(sources);
  auto model = elaborate(root / file, overrides, {root / "stdlib"}, sources, diagnostics);
  BOOST_TEST(diagnostics.render() == "");
  return model;
}

BOOST_AUTO_TEST_CASE(firstExampleNodeByNode) {
  auto model = elaborated("examples/01-fashion-mnist/consistentee.ramp", {{"width", "32"}, {"stages", "3"}});
  BOOST_REQUIRE(model.has_value());
  std::filesystem::path golden = root / "tests/unit/dsl_sema/first-example.txt";
  std::string text = print(*model);
  if (const char *update = std::getenv("OFFRAMP_UPDATE"); update && *update) std::ofstream(golden) << text;
  std::ifstream in(golden);
  std::stringstream expected;
  expected << in.rdbuf();
  BOOST_TEST(text == expected.str());
}

BOOST_AUTO_TEST_CASE(drawsOfTwoFunctionsHaveTheirOwnSites) {
  auto model = elaborated("tests/language/valid/library.ramp", {});
  BOOST_REQUIRE(model.has_value());
  std::map<int64_t, int> seen;
  for (const Function &function : model->functions)
    for (const Node &node : function.nodes)
      if (node.op == "uniform") ++seen[std::get<int64_t>(node.attributes.at("site"))];
  BOOST_TEST(seen.size() == 4u);  // two of dropout in the stage's training form, one per rollout
  for (auto &[site, count] : seen) BOOST_TEST(count == 1);
}

BOOST_AUTO_TEST_CASE(trainingFormDiffersOnlyWithDropout) {
  auto with = elaborated("tests/language/valid/library.ramp", {});
  auto without = elaborated("examples/01-fashion-mnist/consistentee.ramp", {});
  BOOST_REQUIRE((with && without));
  BOOST_TEST(with->stages[0].trainFunction >= 0);
  BOOST_TEST(without->stages[0].trainFunction == -1);
  // The same weights in both forms: one layout serves them.
  const auto &plain = with->functions[with->stages[0].function].fields, &training = with->functions[with->stages[0].trainFunction].fields;
  BOOST_REQUIRE(plain.size() == training.size());
  for (size_t i = 0; i < plain.size(); ++i) BOOST_TEST(plain[i].name == training[i].name);
}
