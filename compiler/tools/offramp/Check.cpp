// `offramp check`: everything that can be said of a model file without compiling it.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"

#include "compiler/artifact/Compile.h"
#include "dsl/sema/Elaborate.h"
#include "runtime/core/Error.h"

#include <iostream>

namespace offramp::tool {
namespace {

struct Options {
  std::string file;
  std::vector<std::string> sets;
};

void check(const Options &options) {
  const auto sets = runtime::parseSets(options.sets);
  if (!std::filesystem::is_regular_file(options.file)) userError("`{}` does not exist", options.file);
  dsl::SourceManager sources;
  dsl::DiagnosticEngine diagnostics(sources);
  auto model = dsl::elaborate(options.file, sets, importRoots(), sources, diagnostics);
  if (!model || diagnostics.hasErrors()) throw CompileError(diagnostics.render());
  std::cerr << diagnostics.render();
  for (const dsl::Input &input : model->inputs)
    if (!input.namesFile.empty()) classNames(options.file, input.namesFile, input.name, input.classes);
  std::cout << fmt::format("{}: model `{}` is fine: {} stages, {} phases, {} settings\n", options.file, model->name, model->stages.size(),
                           model->phases.size(), model->settings.size());
}

}  // namespace

void addCheck(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("check", "Check a model file: names, types, shapes, exits");
  command->add_option("FILE", options->file, "model file (.ramp)")->required();
  command->add_option("--set", options->sets, "name=value of a parameter")->take_all()->allow_extra_args(false);
  command->footer("Example: offramp check examples/01-fashion-mnist/weighted_ce.ramp --set classes=10");
  command->callback([options] { check(*options); });
}

}  // namespace offramp::tool
