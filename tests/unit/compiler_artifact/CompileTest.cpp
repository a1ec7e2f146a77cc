// What the compiler hands over: manifests that the runtime accepts, code for the CPU that was asked for, equal stages once.
#include "tests/unit/compiler_artifact/Support.h"

#include "runtime/core/Artifact.h"
#include "runtime/core/Error.h"
#include "runtime/core/Sha256.h"

#include <algorithm>

using namespace offramp;
using namespace offramp::test;
using runtime::ProgramKind;

namespace {

bool has(const std::vector<std::string> &features, const std::string &name) { return std::find(features.begin(), features.end(), name) != features.end(); }

size_t count(const std::string &text, const std::string &what) {
  size_t n = 0;
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++n;
  return n;
}

}  // namespace

/// Phases, tables, instances and parameters of the first example, as they are in its text.
static void checkFirstExample(const runtime::Manifest &m) {
  std::vector<std::string> phases;
  for (const auto &phase : m.phases) phases.push_back(runtime::phaseName(phase));
  BOOST_TEST((phases == std::vector<std::string>{"warm_up", "measure memorized", "learn_to_exit", "together"}));
  BOOST_TEST(std::count_if(m.tables.begin(), m.tables.end(), [](const auto &table) { return !table.kept; }) == 1);
  BOOST_TEST(m.tables[0].name == "memorized");
  BOOST_TEST(m.stages == 2);
  BOOST_TEST(m.rowsPerSample == 17);
  BOOST_TEST(m.staticParameters.at("width") == 16);
  std::vector<std::string> paths;
  for (const auto &instance : m.instances) paths.push_back(instance.path);
  for (const char *path : {"stage.1", "stage.2", "head.1", "head.2", "gate.1"}) BOOST_TEST(has(paths, path), path);
  BOOST_TEST(!has(paths, "gate.2"));  // no policy after the last stage
}

BOOST_AUTO_TEST_CASE(manifests_of_the_examples_are_read) {
  Compiler compiler;
  const std::map<std::string, std::map<std::string, std::string>> examples = {
      {"01-fashion-mnist/consistentee.ramp", {{"width", "16"}, {"stages", "2"}}}, {"02-topics/patience.ramp", {{"width", "16"}, {"stages", "2"}}}, {"03-conv-exits/branchy.ramp", {{"width", "4"}}}};
  for (const auto &[example, sets] : examples) BOOST_TEST_CONTEXT(example) {
      CompileResult result = compiler.compile(root() / "examples" / example, sets);
      BOOST_TEST(!result.fromCache);
      runtime::Manifest m = manifestOf(result);
      BOOST_TEST(m.sha256 == runtime::sha256File(result.so));
      BOOST_TEST((m.findProgram(ProgramKind::Infer) >= 0));
      BOOST_TEST((m.findProgram(ProgramKind::Step) >= 0));
      BOOST_TEST(m.evaluate.has_value());
      BOOST_TEST(m.stageCosts.size() == (size_t)m.stages);
      for (const auto &cost : m.stageCosts) BOOST_TEST(cost.rowMacs + cost.sampleMacs > 0);
      BOOST_TEST(std::filesystem::file_size(result.object) > 0u);
      if (m.model == "ConsistentEE") checkFirstExample(m);
      BOOST_TEST(result.sources.front().filename() == std::filesystem::path(example).filename());
    }
}

BOOST_AUTO_TEST_CASE(code_is_for_the_cpu_that_was_asked_for) {
  Compiler compiler;
  std::map<std::string, std::vector<std::string>> features;
  for (const char *cpu : {"native", "x86-64-v3", "x86-64-v4"}) {
    compiler.options.cpu = cpu;
    CompileResult result = compiler.compile();
    BOOST_TEST(!result.fromCache, cpu);
    features[cpu] = manifestOf(result).cpuFeatures;
    BOOST_TEST(has(features[cpu], "avx2"));
  }
  BOOST_TEST(!has(features["x86-64-v3"], "avx512f"));
  for (const char *feature : {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}) BOOST_TEST(has(features["x86-64-v4"], feature), feature);
  // What is native runs here.
  BOOST_CHECK_NO_THROW(runtime::requireCpuFeatures(features["native"], "native", "artifact.so"));
  compiler.options.cpu = "x86-64-v3";
  std::string text = compileToText(tiny, {}, compiler.options, "llvm");
  BOOST_TEST(count(text, "\"target-cpu\"=\"x86-64-v3\"") > 0u);
  compiler.options.cpu = "i486";
  BOOST_CHECK_EXCEPTION(compiler.compile(), CompileError,
                        [](const auto &error) { return std::string(error.what()) == "unknown cpu `i486`: choose native, x86-64-v3 or x86-64-v4"; });
}

BOOST_AUTO_TEST_CASE(equal_stages_are_compiled_once) {
  Compiler compiler;
  auto made = [&](const char *stages) {
    std::map<std::string, std::string> sets{{"stages", stages}};
    CompileResult result = compiler.compile(tiny, sets);
    std::string mlir = compileToText(tiny, sets, compiler.options, "mlir");
    return std::pair(count(mlir, "func.func"), std::filesystem::file_size(result.object));
  };
  auto [functions6, bytes6] = made("6");
  auto [functions12, bytes12] = made("12");
  BOOST_TEST(functions6 == functions12);
  // What grows are the calls, one for each stage, not the code that they call.
  BOOST_TEST(bytes12 < bytes6 * 3 / 2, bytes6 << " bytes with 6 stages, " << bytes12 << " with 12");
}

/// What `lazy_rows` may apply to: not a table whose first row is read beside it, nor weights of layers.
BOOST_AUTO_TEST_CASE(tables_with_gradients_by_rows_are_marked) {
  Compiler compiler;
  runtime::Manifest m = manifestOf(compiler.compile(root() / "tests/unit/compiler_artifact/tables.ramp"));
  std::vector<std::string> marked;
  for (const runtime::ManifestInstance &instance : m.instances)
    for (const runtime::ManifestField &field : instance.fields)
      if (field.rowGradients) marked.push_back(instance.path + "." + field.name);
  std::sort(marked.begin(), marked.end());
  BOOST_TEST(marked == (std::vector<std::string>{"embed.embedding_0.weight", "embed.twice_0.weight"}), boost::test_tools::per_element());
  BOOST_TEST(std::get<runtime::ManifestTrainPhase>(m.phases[0]).optimizer.lazyRows);
  BOOST_TEST(!std::get<runtime::ManifestTrainPhase>(m.phases[1]).optimizer.lazyRows);
  runtime::Manifest dense = manifestOf(compiler.compile(root() / "tests/unit/compiler_artifact/tables.ramp", {{"fit.lazy_rows", "false"}}));
  BOOST_TEST(!std::get<runtime::ManifestTrainPhase>(dense.phases[0]).optimizer.lazyRows);
  BOOST_TEST(dense.sha256 == m.sha256);  // the same code
}

/// A table measured twice runs both formulas; a phase that leaves the stages alone has a program that keeps what they say, written by the measure
/// before it or by its own.
BOOST_AUTO_TEST_CASE(phases_with_frozen_stages_keep_what_those_say) {
  Compiler compiler;
  runtime::Manifest m = manifestOf(compiler.compile(root() / "tests/unit/compiler_artifact/frozen.ramp"));
  auto program = [&](size_t phase) { return std::get<runtime::ManifestMeasurePhase>(m.phases[phase]).program; };
  auto kept = [&](size_t phase) -> const auto & { return std::get<runtime::ManifestTrainPhase>(m.phases[phase]).kept; };
  BOOST_TEST(!kept(0));                  // everything learns
  BOOST_TEST(program(1) != program(3));
  BOOST_REQUIRE(kept(2).has_value());    // heads learn from the means of rows, one for each of two stages
  BOOST_REQUIRE(kept(2)->tables.size() == 2u);
  for (size_t table : kept(2)->tables) BOOST_TEST(m.tables[table].elements == 16);
  BOOST_REQUIRE(kept(4).has_value());    // the one gate learns from the logits of its stage, the reward reads those of both
  BOOST_REQUIRE(kept(4)->tables.size() == 2u);
  BOOST_TEST(m.tables[kept(4)->tables[0]].elements == 2);
  BOOST_TEST(m.tables[kept(4)->tables[1]].elements == 2 * 2);
  BOOST_TEST(std::get<runtime::ManifestMeasurePhase>(m.phases[1]).keep.has_value());
  BOOST_TEST(std::get<runtime::ManifestMeasurePhase>(m.phases[3]).keep.has_value());
  BOOST_TEST(!kept(5));                  // a head that turns rows has rows to read
  BOOST_TEST(m.tables[0].name == "hard");
  BOOST_TEST(!m.tables[0].kept);
  BOOST_TEST(m.tables.size() == 5u);
}

BOOST_AUTO_TEST_CASE(a_model_with_errors_gives_their_text_and_no_entry) {
  Compiler compiler;
  auto file = compiler.folder.path / "wrong.ramp";
  runtime::writeFileAtomic(file, "model M { infer { exit head when p > 0.5 } }\n");
  BOOST_CHECK_EXCEPTION(compileModel(file, {}, compiler.options), CompileError,
                        [](const auto &error) { return std::string(error.what()).find("wrong.ramp:1:") != std::string::npos; });
  std::filesystem::remove(file);
  BOOST_TEST(std::filesystem::is_empty(compiler.folder.path));
}
