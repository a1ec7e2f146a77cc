// A `.ramp` file and the values of its parameters → the elaborated program (dsl/program/Program.h).
// Everything is checked on the way; what is wrong is in the diagnostics, all of it as far as it is independent.
#pragma once

#include "dsl/diag/Diagnostic.h"
#include "dsl/program/Program.h"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace offramp::dsl {

/// `overrides` are `--set name=value` (model and `infer` parameters) and `--set phase.option=value` (`warm_up.epochs=1`).
/// `importRoots` hold library text: `import std.vit` is `<root>/vit.ramp`; `<root>/prelude.ramp` is visible everywhere.
std::optional<Model> elaborate(const std::filesystem::path &file, const std::map<std::string, std::string> &overrides,
                               const std::vector<std::filesystem::path> &importRoots, SourceManager &sources,
                               DiagnosticEngine &diagnostics);

}  // namespace offramp::dsl
