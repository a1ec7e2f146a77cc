// `offramp fmt`: model files in the canonical layout, in place, or only looked at.
#include "compiler/tools/offramp/Command.h"

#include "compiler/artifact/Compile.h"
#include "dsl/format/Format.h"
#include "dsl/parse/Parse.h"
#include "runtime/core/Error.h"
#include "runtime/core/Files.h"

#include <iostream>

namespace offramp::tool {
namespace {

struct Options {
  std::vector<std::string> files;
  bool check = false;
};

void formatFile(const Options &options, const std::string &path) {
  dsl::SourceManager sources;
  dsl::DiagnosticEngine diagnostics(sources);
  std::string problem;
  auto file = sources.load(path, problem);
  if (!file) userError("{}", problem);
  dsl::ParseResult parsed = dsl::parse(sources, *file, diagnostics);
  if (!parsed.ok) throw CompileError(diagnostics.render());
  const std::string text = dsl::format(parsed.file);
  if (text == sources.text(*file)) return;
  if (options.check) {
    std::cout << path << " is not in the canonical layout\n";
    exitStatus = 1;
    return;
  }
  runtime::writeFileAtomic(path, text);
  std::cout << "formatted " << path << "\n";
}

}  // namespace

void addFmt(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("fmt", "Format model files in place");
  command->add_option("FILE", options->files, "model files (.ramp)")->required();
  command->add_flag("--check", options->check, "change nothing; exit status 1 if a file would change");
  command->footer("Example: offramp fmt --check examples/01-fashion-mnist/weighted_ce.ramp");
  command->callback([options] {
    for (const std::string &path : options->files) formatFile(*options, path);
  });
}

}  // namespace offramp::tool
