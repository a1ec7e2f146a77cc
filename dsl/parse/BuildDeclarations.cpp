// Declarations, models and phases of the AST builder.
#include "dsl/parse/AstBuilder.h"

#include <fmt/format.h>

namespace offramp::dsl {

using namespace ast;
using grammar::RampParser;

namespace {

OFFRAMP_DIAGNOSTIC(doubleStatics, "double-statics", "static parameters both in brackets and in a first list");

RoutineKind kindOf(size_t type) {
  switch (type) {
  case RampParser::LAYER: return RoutineKind::Layer;
  case RampParser::BACKBONE: return RoutineKind::Backbone;
  case RampParser::EXIT: return RoutineKind::Exit;
  case RampParser::POLICY: return RoutineKind::Policy;
  case RampParser::REWARD: return RoutineKind::Reward;
  case RampParser::ESTIMATOR: return RoutineKind::Estimator;
  default: return RoutineKind::Fn;
  }
}

}  // namespace

void AstBuilder::build(P::FileContext *tree, File &result) {
  result.id = file;
  for (P::DeclarationContext *item : tree->declaration()) {
    if (item->exception) continue;  // reported and skipped
    SourceRange where = range(item);
    if (auto *d = dynamic_cast<P::ImportDeclarationContext *>(item)) result.declarations.push_back({importList(d), where});
    else if (auto *d = dynamic_cast<P::ModelDeclarationContext *>(item)) result.declarations.push_back({model(d), where});
    else if (auto made = routine(static_cast<P::RoutineDeclarationContext *>(item))) result.declarations.push_back({std::move(*made), where});
  }
}

ImportList AstBuilder::importList(P::ImportDeclarationContext *tree) {
  ImportList list;
  for (P::ImportItemContext *item : tree->importItem()) {
    Import import;
    import.range = range(item);
    import.isFile = item->STRING() != nullptr;
    import.path = import.isFile ? stringValue(item->STRING()->getSymbol()) : item->getText();
    list.items.push_back(std::move(import));
  }
  return list;
}

std::optional<Routine> AstBuilder::routine(P::RoutineDeclarationContext *tree) {
  Routine result;
  result.kind = kindOf(tree->routineKind()->getStart()->getType());
  result.name = identifier(tree->name());
  result.range = range(tree);
  std::vector<P::ParametersContext *> lists = tree->parameters();
  if (tree->statics() && lists.size() == 2) {
    diagnostics.error(doubleStatics, range(lists[0]), fmt::format("`{}` has static parameters in `[…]` and in a first `(…)`", result.name.text))
        .note(range(tree->statics()), "the other list is here")
        .hint("keep one of the two");
    return std::nullopt;
  }
  if (P::StaticsContext *statics = tree->statics()) {
    ParameterList list;
    for (P::ParameterContext *item : statics->parameter()) list.parameters.push_back(parameter(item));
    list.range = range(statics);
    result.statics = std::move(list);
    result.staticsInBrackets = true;
  } else if (lists.size() == 2) {
    result.statics = parameters(lists[0]);
  }
  result.parameters = parameters(lists.back());
  if (P::ResultContext *r = tree->result()) {
    if (r->name()) result.resultName = identifier(r->name());
    result.result = type(r->type());
  }
  result.body = block(tree->block());
  return result;
}

ParameterList AstBuilder::parameters(P::ParametersContext *tree) {
  ParameterList list;
  for (P::ParameterContext *item : tree->parameter()) list.parameters.push_back(parameter(item));
  list.range = range(tree);
  return list;
}

Parameter AstBuilder::parameter(P::ParameterContext *tree) {
  Parameter result;
  result.name = identifier(tree->name());
  result.type = type(tree->type());
  if (tree->expr()) result.defaultValue = expr(tree->expr());
  result.range = range(tree);
  return result;
}

Model AstBuilder::model(P::ModelDeclarationContext *tree) {
  Model result;
  result.name = identifier(tree->name());
  if (tree->parameters()) result.parameters = parameters(tree->parameters());
  result.range = range(tree);
  result.body = range(tree->modelBody());
  for (P::MemberContext *item : tree->modelBody()->member())
    if (auto made = member(item)) result.members.push_back(std::move(*made));
  return result;
}

std::optional<ModelMember> AstBuilder::member(P::MemberContext *tree) {
  if (tree->exception) return std::nullopt;  // reported and skipped
  SourceRange where = range(tree->getStart());
  if (auto *last = dynamic_cast<antlr4::ParserRuleContext *>(tree->children[tree->children.size() - 2])) where = join(where, range(last));
  auto made = [&](ModelMember::Node node) { return ModelMember{std::move(node), where}; };
  if (auto *m = dynamic_cast<P::InputMemberContext *>(tree)) {
    Input input;
    for (P::ParameterContext *item : m->parameter()) input.fields.push_back(parameter(item));
    return made(std::move(input));
  }
  if (auto *m = dynamic_cast<P::AfterMemberContext *>(tree)) {
    AfterEachStage after;
    after.body = range(m->attachBody());
    for (P::AttachItemContext *item : m->attachBody()->attachItem())
      if (!item->exception) after.bindings.push_back(binding(item->binding()));
    return made(std::move(after));
  }
  if (auto *m = dynamic_cast<P::StateMemberContext *>(tree)) return made(State{identifier(m->name()), type(m->type()), expr(m->expr())});
  if (auto *m = dynamic_cast<P::TableMemberContext *>(tree)) return made(Table{identifier(m->name()), type(m->type()), expr(m->expr())});
  if (auto *m = dynamic_cast<P::MeasureMemberContext *>(tree)) return made(Measure{identifier(m->name()), expr(m->expr())});
  if (auto *m = dynamic_cast<P::TrainMemberContext *>(tree)) return made(train(m));
  if (auto *m = dynamic_cast<P::InferMemberContext *>(tree)) return made(infer(m));
  return made(binding(static_cast<P::BindingMemberContext *>(tree)->binding()));
}

Train AstBuilder::train(P::TrainMemberContext *tree) {
  Train result;
  std::vector<P::NameContext *> names = tree->name();
  result.name = identifier(names[0]);
  for (size_t i = 1; i < names.size(); ++i) result.updates.push_back(identifier(names[i]));
  if (tree->arguments()) result.options = arguments(tree->arguments());
  result.body = range(tree->trainBody());
  for (P::TrainItemContext *item : tree->trainBody()->trainItem()) {
    if (item->exception) continue;  // reported and skipped
    SourceRange where = range(item->getStart());
    if (auto *last = dynamic_cast<antlr4::ParserRuleContext *>(item->children[item->children.size() - 2])) where = join(where, range(last));
    if (auto *i = dynamic_cast<P::RolloutItemContext *>(item)) {
      result.items.push_back({Rollout{identifier(i->name()), arguments(i->arguments())}, where});
    } else if (auto *i = dynamic_cast<P::ObjectiveItemContext *>(item)) {
      Objective objective;
      objective.maximize = i->MAXIMIZE() != nullptr;
      objective.value = expr(i->expr(0));
      if (i->BY()) objective.estimator = expr(i->expr(1));
      result.items.push_back({std::move(objective), where});
    } else {
      result.items.push_back({binding(static_cast<P::TrainBindingContext *>(item)->binding()), where});
    }
  }
  return result;
}

Infer AstBuilder::infer(P::InferMemberContext *tree) {
  Infer result;
  if (tree->parameters()) result.parameters = parameters(tree->parameters());
  result.body = range(tree->inferBody());
  for (P::InferItemContext *item : tree->inferBody()->inferItem()) {
    if (item->exception) continue;  // reported and skipped
    SourceRange where = range(item->getStart());
    if (auto *last = dynamic_cast<antlr4::ParserRuleContext *>(item->children[item->children.size() - 2])) where = join(where, range(last));
    if (auto *i = dynamic_cast<P::ExitItemContext *>(item)) result.items.push_back({ExitWhen{expr(i->expr(0)), expr(i->expr(1))}, where});
    else result.items.push_back({binding(static_cast<P::InferBindingContext *>(item)->binding()), where});
  }
  return result;
}

}  // namespace offramp::dsl
