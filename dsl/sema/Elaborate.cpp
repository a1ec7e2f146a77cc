// The driver: files, then the model, again as long as a parameter turns out to be compile time (L12).
#include "dsl/sema/Elaborate.h"

#include "dsl/sema/Limits.h"
#include "dsl/sema/ModelElaborator.h"

#include <fmt/format.h>

namespace offramp::dsl {

namespace sema {

ModelElaborator::ModelElaborator(const SourceManager &sources, Modules &modules, const Module &module, const ast::Model &model,
                                 const std::map<std::string, std::string> &overrides, std::set<std::string> &compileTime,
                                 DiagnosticEngine &engine)
    : sources(sources), modules(modules), module(module), model(model), overrides(overrides), compileTime(compileTime),
      reporter(engine), evaluator(sources, modules, reporter, *this) {}

bool ModelElaborator::run() {
  result.name = model.name.text;
  readParameters();
  if (failed) return false;  // whatever uses a parameter would only repeat it
  auto guarded = [&](auto action) {
    try {
      action();
    } catch (const Failed &) {
      failed = true;
    } catch (const Wrong &wrong) {  // an operation applied outside any expression
      if (Diagnostic *d = reporter.error(wrong.kind, model.name.range, wrong.message))
        if (!wrong.hint.empty()) d->hint(wrong.hint);
      failed = true;
    }
  };
  auto each = [&](auto action) {
    for (const ast::ModelMember &member : model.members) guarded([&] { action(member); });
  };
  // The network first: phases and rules read it wherever they stand.
  each([&](const ast::ModelMember &m) { if (auto *input = m.as<ast::Input>()) readInputs(*input); });
  if (failed) return false;
  bool hasBackbone = false;
  each([&](const ast::ModelMember &m) {
    if (auto *binding = m.as<ast::Binding>(); binding && binding->name.text == "backbone") hasBackbone = true, buildBackbone(*binding);
  });
  if (!hasBackbone)
    guarded([&] { fail(kind::missingPart, model.name.range, fmt::format("the model `{}` has no backbone", model.name.text), "write `backbone = …`"); });
  if (result.stages.empty()) return false;  // nothing after it can be understood
  guarded([&] { findNumberLabel(); });
  bool attachmentFailed = false;
  for (const ast::ModelMember &member : model.members)
    if (auto *after = member.as<ast::AfterEachStage>())
      for (const ast::Binding &binding : after->bindings) {
        bool before = failed;
        failed = false;
        guarded([&] { attach(binding); });
        attachmentFailed |= failed;
        failed |= before;
      }
  each([&](const ast::ModelMember &m) {
    auto *binding = m.as<ast::Binding>();
    if (!binding || binding->name.text == "backbone") return;
    checkNewName(binding->name);
    definitions[binding->name.text] = binding;
  });
  each([&](const ast::ModelMember &m) { if (auto *table = m.as<ast::Table>()) readTable(*table); });
  each([&](const ast::ModelMember &m) { if (auto *state = m.as<ast::State>()) readState(*state); });
  if (attachmentFailed) return false;  // every phase would only repeat what is missing

  std::set<std::string> usedDefinitions;
  int inferBlocks = 0;
  each([&](const ast::ModelMember &m) {
    if (auto *phase = m.as<ast::Train>()) train(*phase);
    else if (auto *phase = m.as<ast::Measure>()) measure(*phase);
    else if (auto *rule = m.as<ast::Infer>()) {
      if (++inferBlocks > 1) fail(kind::exitRule, m.range, "a model has one `infer`");
      infer(*rule);
    }
  });
  if (inferBlocks == 0)
    guarded([&] { fail(kind::missingPart, model.name.range, fmt::format("the model `{}` has no `infer`", model.name.text), "write `infer { exit head when … }`"); });
  each([&](const ast::ModelMember &m) {  // definitions that nobody read are checked as well
    auto *binding = m.as<ast::Binding>();
    if (!binding || binding->name.text == "backbone" || !definitions.count(binding->name.text)) return;
    Building scratch(*this, Place::Collect, false);
    definition(*binding, binding->name.range);
  });
  int64_t weights = 0;
  auto count = [&](const Instance &instance) {
    if (instance.function < 0) return;
    for (const Field &field : result.functions[instance.function].fields) weights += elementCount(field.shape);
  };
  count(result.embed);
  for (const Instance &stage : result.stages) count(stage);
  for (const Attachment &attachment : result.attachments)
    for (const Instance &instance : attachment.instances) count(instance);
  if (weights > kMaxWeights) guarded([&] { fail(kind::tooLarge, model.name.range, fmt::format("the model has more than {} weights", kMaxWeights)); });
  finishParameters();
  result.sources = modules.files();
  for (const Input &input : result.inputs)
    if (input.tokenizer) result.sources.push_back(besideModel(input.tokenizer->vocabularyFile).string());
  return !failed && !grew;
}

}  // namespace sema

std::optional<Model> elaborate(const std::filesystem::path &file, const std::map<std::string, std::string> &overrides,
                               const std::vector<std::filesystem::path> &importRoots, SourceManager &sources,
                               DiagnosticEngine &diagnostics) {
  sema::Modules modules(sources, diagnostics, importRoots);
  sema::Module *main = modules.loadMain(file);
  if (!main || diagnostics.hasErrors()) return {};
  if (main->models.size() != 1) {
    SourceRange where;
    where.file = main->file.id;
    where.begin = where.end = {1, 1};
    if (!main->models.empty()) where = main->models[1]->name.range;
    auto &error = diagnostics.error(sema::kind::noModel, where,
                                    main->models.empty() ? "this file declares no model" : "this file declares a second model");
    if (!main->models.empty()) error.note(main->models[0]->name.range, "the first model");
    return {};
  }
  std::set<std::string> compileTime;
  for (;;) {
    size_t before = compileTime.size();
    DiagnosticEngine attempt(sources, SIZE_MAX);
    sema::ModelElaborator elaborator(sources, modules, *main, *main->models[0], overrides, compileTime, attempt);
    bool good = elaborator.run();
    if (compileTime.size() > before) continue;  // at most one attempt per parameter
    for (const Diagnostic &d : attempt.all()) {
      Diagnostic &copy = d.severity == Severity::Error ? diagnostics.error(*d.kind, d.range, d.message)
                                                       : diagnostics.warning(*d.kind, d.range, d.message);
      copy.notes = d.notes;
      copy.hintText = d.hintText;
    }
    if (!good || diagnostics.hasErrors()) return {};
    return std::move(elaborator.result);
  }
}

}  // namespace offramp::dsl
