// The cache of artifacts: a second compilation starts at once, what shapes code is part of the key and nothing else is, and neither damage nor
// interference leads to a wrong artifact.
#include "tests/unit/compiler_artifact/Support.h"

#include "runtime/core/Artifact.h"
#include "runtime/core/Error.h"

#include <chrono>
#include <sys/wait.h>

using namespace offramp;
using namespace offramp::test;
namespace fs = std::filesystem;

BOOST_AUTO_TEST_CASE(an_unchanged_file_starts_within_a_second) {
  Compiler compiler;
  CompileResult made = compiler.compile();
  auto begun = std::chrono::steady_clock::now();
  CompileResult again = compiler.compile();
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  BOOST_TEST(!made.fromCache);
  BOOST_TEST(again.fromCache);
  BOOST_TEST(seconds < 1.0);
  BOOST_TEST(again.so == made.so);
  BOOST_TEST(again.manifest == made.manifest);
  compiler.options.useCache = false;
  BOOST_TEST(!compiler.compile().fromCache);
}

BOOST_AUTO_TEST_CASE(settings_and_training_options_never_recompile) {
  Compiler compiler;
  CompileResult made = compiler.compile();
  runtime::Manifest before = manifestOf(made);
  const std::string phase = runtime::phaseName(before.phases.at(0));
  std::map<std::string, std::string> changed;
  changed["threshold"] = "0.75", changed[phase + ".epochs"] = "3", changed[phase + ".batch"] = "5", changed[phase + ".lr"] = "0.25";
  CompileResult again = compiler.compile(tiny, changed);
  BOOST_TEST(again.fromCache);
  BOOST_TEST(again.so == made.so);
  runtime::Manifest after = manifestOf(again);
  const auto &train = std::get<runtime::ManifestTrainPhase>(after.phases.at(0));
  BOOST_TEST(train.epochs == 3);
  BOOST_TEST(train.batch == 5);
  BOOST_TEST(train.optimizer.lr == 0.25);
  BOOST_TEST(after.settings.at(0).value == 0.75);
  BOOST_TEST(after.sha256 == before.sha256);
  // And the first values are not lost.
  runtime::Manifest back = manifestOf(compiler.compile());
  BOOST_TEST(back.settings.at(0).value == before.settings.at(0).value);
  BOOST_TEST(std::get<runtime::ManifestTrainPhase>(back.phases.at(0)).epochs == std::get<runtime::ManifestTrainPhase>(before.phases.at(0)).epochs);
}

BOOST_AUTO_TEST_CASE(what_shapes_code_recompiles) {
  Compiler compiler;
  CompileResult made = compiler.compile();
  CompileResult wider = compiler.compile(tiny, {{"width", "16"}});
  BOOST_TEST(!wider.fromCache);
  BOOST_TEST(wider.so != made.so);
  // The text counts, not its name; a comment does not.
  fs::path copy = compiler.folder.path / "copy.ramp";
  std::string text = runtime::readFile(tiny);
  runtime::writeFileAtomic(copy, "// another comment\n" + text);
  CompileResult same = compileModel(copy, {}, compiler.options);
  BOOST_TEST(same.fromCache);
  size_t at = text.find("tanh(linear[width](h))");
  BOOST_REQUIRE(at != std::string::npos);
  runtime::writeFileAtomic(copy, text.replace(at, 22, "relu(linear[width](h))"));
  BOOST_TEST(!compileModel(copy, {}, compiler.options).fromCache);
}

BOOST_AUTO_TEST_CASE(a_damaged_entry_is_made_again) {
  Compiler compiler;
  CompileResult made = compiler.compile();
  const std::string so = runtime::readFile(made.so), manifest = runtime::readFile(made.manifest), object = runtime::readFile(made.object);
  auto damages = {+[](const fs::path &file) { fs::resize_file(file, fs::file_size(file) / 2); },
                  +[](const fs::path &file) {
                    std::string bytes = runtime::readFile(file);
                    bytes[bytes.size() / 3] ^= 1;
                    runtime::writeFileAtomic(file, bytes);
                  },
                  +[](const fs::path &file) { fs::remove(file); }};
  const auto checksums = made.so.parent_path() / "checksums";
  size_t turn = 0;
  for (const fs::path &file : {made.so, made.manifest, made.object, checksums, made.so, made.object}) BOOST_TEST_CONTEXT(file.filename()) {
        damages.begin()[turn++ % damages.size()](file);
        CompileResult again = compiler.compile();
        BOOST_TEST(!again.fromCache);
        BOOST_TEST((runtime::readFile(again.so) == so && runtime::readFile(again.manifest) == manifest && runtime::readFile(again.object) == object));
        BOOST_TEST(compiler.compile().fromCache);
      }
  // Nothing unfinished is left beside the entry.
  for (const auto &entry : fs::directory_iterator(compiler.folder.path)) BOOST_TEST(entry.path() == made.so.parent_path());
}

BOOST_AUTO_TEST_CASE(two_compilers_at_once_do_not_disturb_each_other) {
  Compiler compiler;
  std::vector<pid_t> children;
  for (int i = 0; i < 2; ++i) {
    pid_t child = ::fork();
    if (child == 0) {
      try {
        CompileResult result = compiler.compile();
        ::_exit(manifestOf(result).stages == 2 ? 0 : 1);
      } catch (...) {
        ::_exit(2);
      }
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    BOOST_TEST((WIFEXITED(status) && WEXITSTATUS(status) == 0));
  }
  BOOST_TEST(compiler.compile().fromCache);
}

BOOST_AUTO_TEST_CASE(what_was_tampered_with_or_is_foreign_is_refused_by_name) {
  Compiler compiler;
  CompileResult one = compiler.compile(), other = compiler.compile(tiny, {{"classes", "4"}});
  auto refused = [](const fs::path &so, const fs::path &manifest) {
    BOOST_CHECK_EXCEPTION(runtime::Artifact::load(so, manifest), UserError, [&](const auto &error) {
      BOOST_TEST_MESSAGE(error.what());
      return std::string(error.what()).find(so.string() + "` is damaged or foreign") != std::string::npos;
    });
  };
  refused(one.so, other.manifest);
  fs::path copy = compiler.folder.path / "artifact.so";
  std::string bytes = runtime::readFile(one.so);
  bytes[bytes.size() / 2] ^= 1;
  runtime::writeFileAtomic(copy, bytes);
  refused(copy, one.manifest);
  runtime::writeFileAtomic(copy, "no shared object");
  refused(copy, one.manifest);
}
