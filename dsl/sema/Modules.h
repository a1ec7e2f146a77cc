// The files of a program: the model's, what it imports, and the prelude that every file sees.
// It finds and parses files and says which routine a name means in which file; it evaluates nothing.
#pragma once

#include "dsl/ast/File.h"
#include "dsl/diag/Diagnostic.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace offramp::dsl::sema {

struct Module;

/// A routine and the file whose names its body sees.
struct RoutineRef {
  const ast::Routine *routine = nullptr;
  const Module *module = nullptr;
};

struct Module {
  std::string path;
  ast::File file;
  std::map<std::string, RoutineRef> routines;
  std::vector<const ast::Model *> models;
  std::vector<Module *> imports;  ///< as written; what they import is visible too
};

class Modules {
public:
  Modules(SourceManager &sources, DiagnosticEngine &diagnostics, std::vector<std::filesystem::path> roots)
      : sources(sources), diagnostics(diagnostics), roots(std::move(roots)) {}

  /// Loads a model file and everything it needs; null after an error that leaves nothing to work with.
  Module *loadMain(const std::filesystem::path &file);

  /// Routine meant by `name` in `module`: its own, then imported ones, then the prelude's (L3). Null if none.
  /// `ambiguous` gets a second one of equal rank.
  const RoutineRef *find(const Module &module, const std::string &name, const RoutineRef **ambiguous = nullptr) const;
  /// A routine of the library file `std.<path>`, loaded on demand (`std.rl` for `rollout`). Null if there is none.
  const RoutineRef *findInLibrary(const std::string &library, const std::string &name);
  /// Every routine name visible in a module, for hints.
  std::vector<std::string> visibleNames(const Module &module) const;
  /// Every file read, the model first.
  std::vector<std::string> files() const;

private:
  Module *load(const std::filesystem::path &file, SourceRange from);
  void readDeclarations(Module &module);
  std::filesystem::path resolve(const ast::Import &import, const std::filesystem::path &importer) const;
  void closure(const Module *module, std::vector<const Module *> &out) const;

  SourceManager &sources;
  DiagnosticEngine &diagnostics;
  std::vector<std::filesystem::path> roots;
  std::vector<std::unique_ptr<Module>> modules;
  std::map<std::string, Module *> byPath;
  Module *prelude = nullptr;
};

}  // namespace offramp::dsl::sema
