// Imports: `import std.vit` is `<root>/vit.ramp`, `import a.b` is `a/b.ramp` beside the importing file or in a root,
// `import "losses.ramp"` is a path from the importing file (L2).
#include "dsl/sema/Modules.h"

#include "dsl/parse/Parse.h"
#include "dsl/sema/Evaluator.h"
#include "dsl/sema/Kinds.h"
#include "dsl/sema/Limits.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace offramp::dsl::sema {

namespace fs = std::filesystem;

static fs::path fileOf(const std::string &dotted) {
  std::string path = dotted;
  std::replace(path.begin(), path.end(), '.', '/');
  return path + ".ramp";
}

fs::path Modules::resolve(const ast::Import &import, const fs::path &importer) const {
  std::error_code ignored;
  fs::path beside = importer.parent_path();
  if (import.isFile) return (beside / import.path).lexically_normal();
  if (import.path.rfind("std.", 0) != 0)
    if (fs::path local = beside / fileOf(import.path); fs::is_regular_file(local, ignored)) return local.lexically_normal();
  std::string inside = import.path.rfind("std.", 0) == 0 ? import.path.substr(4) : import.path;
  for (const fs::path &root : roots)
    if (fs::path found = root / fileOf(inside); fs::is_regular_file(found, ignored)) return found.lexically_normal();
  return {};
}

/// What can be imported as `std.…`, for the hint.
static std::vector<std::string> libraryNames(const std::vector<fs::path> &roots) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const fs::path &root : roots)
    for (auto it = fs::recursive_directory_iterator(root, ignored); it != fs::recursive_directory_iterator(); it.increment(ignored)) {
      if (it->path().extension() != ".ramp") continue;
      std::string name = it->path().lexically_relative(root).replace_extension().generic_string();
      std::replace(name.begin(), name.end(), '/', '.');
      if (name != "prelude") names.push_back("std." + name);
    }
  std::sort(names.begin(), names.end());
  return names;
}

Module *Modules::load(const fs::path &file, SourceRange from) {
  std::error_code ignored;
  std::string key = fs::weakly_canonical(file, ignored).string();
  if (key.empty()) key = file.string();
  if (auto it = byPath.find(key); it != byPath.end()) return it->second;
  if (modules.size() >= kMaxFiles) {
    diagnostics.error(kind::tooLarge, from, fmt::format("more than {} files are imported", kMaxFiles));
    return nullptr;
  }
  std::string problem;
  auto id = sources.load(file.string(), problem);
  if (!id) {
    diagnostics.error(kind::importNotFound, from, problem);
    return nullptr;
  }
  modules.push_back(std::make_unique<Module>());
  Module *module = modules.back().get();
  byPath[key] = module;
  module->path = file.string();
  ParseResult parsed = parse(sources, *id, diagnostics);
  module->file = std::move(parsed.file);
  if (parsed.ok) readDeclarations(*module);  // after a syntax error nothing that it says is relied on
  return module;
}

void Modules::readDeclarations(Module &module) {
  for (const ast::Declaration &declaration : module.file.declarations) {
    if (auto *routine = declaration.as<ast::Routine>()) {
      auto [it, fresh] = module.routines.emplace(routine->name.text, RoutineRef{routine, &module});
      if (!fresh)
        diagnostics.error(kind::duplicateName, routine->name.range, fmt::format("`{}` is declared twice in this file", routine->name.text))
            .note(it->second.routine->name.range, "first declared here");
    } else if (auto *model = declaration.as<ast::Model>()) {
      module.models.push_back(model);
    } else if (auto *list = declaration.as<ast::ImportList>()) {
      for (const ast::Import &import : list->items) {
        fs::path file = resolve(import, module.path);
        if (file.empty()) {
          std::string looked;
          for (const fs::path &root : roots) looked += (looked.empty() ? "" : ", ") + root.string();
          auto &error = diagnostics.error(kind::importNotFound, import.range, fmt::format("there is no library file for `{}`", import.path));
          if (roots.empty()) error.hint("no library folder was given");
          else if (import.path.rfind("std.", 0) == 0) {
            std::vector<std::string> known = libraryNames(roots);
            std::string close = nearest(import.path, known);
            error.hint(close.empty() ? fmt::format("the library in {} has {}", looked, fmt::join(known, ", ")) : fmt::format("did you mean `{}`?", close));
          } else error.hint(fmt::format("looked beside this file and in {}", looked));
          continue;
        }
        if (Module *imported = load(file, import.range)) module.imports.push_back(imported);
      }
    }
  }
}

Module *Modules::loadMain(const fs::path &file) {
  Module *main = load(file, {});
  std::error_code ignored;
  for (const fs::path &root : roots)
    if (fs::path found = root / "prelude.ramp"; fs::is_regular_file(found, ignored)) {
      prelude = load(found.lexically_normal(), {});
      break;
    }
  return main;
}

void Modules::closure(const Module *module, std::vector<const Module *> &out) const {
  if (!module || std::find(out.begin(), out.end(), module) != out.end()) return;
  out.push_back(module);
  for (const Module *imported : module->imports) closure(imported, out);
}

const RoutineRef *Modules::find(const Module &module, const std::string &name, const RoutineRef **ambiguous) const {
  if (auto it = module.routines.find(name); it != module.routines.end()) return &it->second;
  for (bool fromPrelude : {false, true}) {
    std::vector<const Module *> visible;
    closure(fromPrelude ? prelude : &module, visible);
    const RoutineRef *found = nullptr;
    for (const Module *m : visible) {
      auto it = m->routines.find(name);
      if (it == m->routines.end()) continue;
      if (found && ambiguous) *ambiguous = &it->second;
      if (!found) found = &it->second;
    }
    if (found) return found;
  }
  return nullptr;
}

const RoutineRef *Modules::findInLibrary(const std::string &library, const std::string &name) {
  ast::Import import;
  import.path = "std." + library;
  fs::path file = resolve(import, {});
  if (file.empty()) return nullptr;
  Module *module = load(file, {});
  if (!module) return nullptr;
  auto it = module->routines.find(name);
  return it == module->routines.end() ? nullptr : &it->second;
}

std::vector<std::string> Modules::visibleNames(const Module &module) const {
  std::vector<const Module *> visible;
  closure(&module, visible);
  closure(prelude, visible);
  std::vector<std::string> names;
  for (const Module *m : visible)
    for (auto &[name, routine] : m->routines) names.push_back(name);
  return names;
}

std::vector<std::string> Modules::files() const {
  std::vector<std::string> out;
  for (auto &module : modules) out.push_back(module->path);
  return out;
}

}  // namespace offramp::dsl::sema
