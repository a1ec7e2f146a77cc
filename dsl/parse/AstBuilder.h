// ANTLR tree → AST. Visits only parts without syntax errors (SyntaxErrors skips whole statements), so no child is ever missing.
// What the grammar lets through and syntax forbids (comparison chains, a call's double static arguments) is refused here.
#pragma once

#include "RampParser.h"
#include "dsl/ast/File.h"
#include "dsl/diag/Diagnostic.h"

namespace offramp::dsl {

class AstBuilder {
public:
  AstBuilder(FileId file, DiagnosticEngine &diagnostics) : file(file), diagnostics(diagnostics) {}

  void build(grammar::RampParser::FileContext *tree, ast::File &result);

private:
  using P = grammar::RampParser;

  // Declarations (BuildDeclarations.cpp)
  ast::ImportList importList(P::ImportDeclarationContext *tree);
  std::optional<ast::Routine> routine(P::RoutineDeclarationContext *tree);
  ast::Model model(P::ModelDeclarationContext *tree);
  std::optional<ast::ModelMember> member(P::MemberContext *tree);
  ast::Train train(P::TrainMemberContext *tree);
  ast::Infer infer(P::InferMemberContext *tree);
  ast::ParameterList parameters(P::ParametersContext *tree);
  ast::Parameter parameter(P::ParameterContext *tree);

  // Statements and types (BuildStatements.cpp)
  ast::Block block(P::BlockContext *tree);
  std::optional<ast::Statement::Node> statement(P::StatementContext *tree);
  ast::If ifBlock(P::IfBlockContext *tree);
  ast::Counter counter(P::CounterContext *tree);
  ast::Binding binding(P::BindingContext *tree);
  ast::TypeExpr type(P::TypeContext *tree);

  // Expressions (BuildExpr.cpp)
  ast::ExprPtr expr(P::ExprContext *tree);
  ast::ExprPtr primary(P::PrimaryContext *tree);
  ast::ExprPtr number(antlr4::Token *token);
  ast::ExprPtr string(antlr4::Token *token);
  ast::ExprPtr call(P::CallExprContext *tree);
  ast::ExprPtr index(P::IndexExprContext *tree);
  ast::ExprPtr binary(P::ExprContext *tree, P::ExprContext *left, antlr4::Token *op, P::ExprContext *right);
  ast::ExprPtr reduction(P::ReductionExprContext *tree);
  ast::ArgumentList arguments(P::ArgumentsContext *tree);
  ast::Argument argument(P::ArgumentContext *tree);
  ast::ArgumentList brackets(P::IndexExprContext *tree);

  ast::Identifier identifier(P::NameContext *tree);
  std::string stringValue(antlr4::Token *token);
  SourceRange range(const antlr4::Token *token) const;
  SourceRange range(const antlr4::ParserRuleContext *tree) const;
  /// Some value where an erroneous part stood; the file is refused anyway.
  ast::ExprPtr nothing(SourceRange where) const { return ast::makeExpr(ast::Number{0, true, 0, "0"}, where); }

  FileId file;
  DiagnosticEngine &diagnostics;
};

}  // namespace offramp::dsl
