// Statements and types of the AST builder.
#include "dsl/parse/AstBuilder.h"

namespace offramp::dsl {

using namespace ast;

Block AstBuilder::block(P::BlockContext *tree) {
  Block result;
  result.range = range(tree);
  for (P::StatementContext *item : tree->statement())
    if (auto node = statement(item)) {
      SourceRange where = range(item->getStart());
      // Without the END that closes it.
      if (auto *last = dynamic_cast<antlr4::ParserRuleContext *>(item->children[item->children.size() - 2])) where = join(where, range(last));
      result.statements.push_back({std::move(*node), where});
    }
  return result;
}

std::optional<Statement::Node> AstBuilder::statement(P::StatementContext *tree) {
  if (tree->exception) return std::nullopt;  // reported and skipped
  if (auto *s = dynamic_cast<P::ReturnStatementContext *>(tree)) return Return{expr(s->expr())};
  if (auto *s = dynamic_cast<P::BindingStatementContext *>(tree)) return binding(s->binding());
  if (auto *s = dynamic_cast<P::ForStatementContext *>(tree)) return For{counter(s->counter()), block(s->block())};
  if (auto *s = dynamic_cast<P::IfStatementContext *>(tree)) return ifBlock(s->ifBlock());
  if (auto *s = dynamic_cast<P::StageStatementContext *>(tree)) {
    Stage stage;
    if (s->counter()) stage.counter = counter(s->counter());
    stage.body = block(s->block());
    return stage;
  }
  auto *s = static_cast<P::ParamStatementContext *>(tree);
  return Weight{identifier(s->name()), type(s->type()), expr(s->expr())};
}

If AstBuilder::ifBlock(P::IfBlockContext *tree) {
  If result;
  result.condition = expr(tree->expr());
  result.whenTrue = block(tree->block(0));
  if (tree->ifBlock()) {
    Block rest;
    rest.range = range(tree->ifBlock());
    rest.statements.push_back({ifBlock(tree->ifBlock()), rest.range});
    result.whenFalse = std::move(rest);
  } else if (tree->ELSE()) {
    result.whenFalse = block(tree->block(1));
  }
  return result;
}

Counter AstBuilder::counter(P::CounterContext *tree) {
  Counter result;
  result.variable = identifier(tree->name());
  result.first = expr(tree->expr(0));
  result.last = expr(tree->expr(1));
  return result;
}

Binding AstBuilder::binding(P::BindingContext *tree) { return {tree->LET() != nullptr, identifier(tree->name()), expr(tree->expr())}; }

TypeExpr AstBuilder::type(P::TypeContext *tree) {
  TypeExpr result;
  result.range = range(tree);
  if (auto *t = dynamic_cast<P::FunctionTypeContext *>(tree)) {
    result.name = {"fn", range(t->FN()->getSymbol())};
    FunctionType function;
    std::vector<P::TypeContext *> types = t->type();
    for (size_t i = 0; i + 1 < types.size(); ++i) function.parameters.push_back(std::make_unique<TypeExpr>(type(types[i])));
    function.result = std::make_unique<TypeExpr>(type(types.back()));
    result.function = std::move(function);
    return result;
  }
  auto *t = static_cast<P::NamedTypeContext *>(tree);
  result.name = identifier(t->name());
  if (t->LBRACKET()) {
    std::vector<Dimension> dimensions;
    for (P::DimensionContext *item : t->dimension()) {
      Dimension dimension;
      dimension.ellipsis = item->ELLIPSIS() != nullptr;
      if (!dimension.ellipsis) dimension.size = expr(item->expr());
      dimension.range = range(item);
      dimensions.push_back(std::move(dimension));
    }
    result.dimensions = std::move(dimensions);
  }
  if (t->arguments()) result.arguments = arguments(t->arguments());
  return result;
}

}  // namespace offramp::dsl
