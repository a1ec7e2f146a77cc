// AST → nested statements of the layout. See Format.h; line breaks are chosen in Pieces.cpp, comments and blank lines in Layout.cpp.
#include "dsl/format/Format.h"

#include "dsl/format/Layout.h"

namespace offramp::dsl {

using namespace ast;

namespace {

SourceRange rangeOf(const Binding &binding) { return join(binding.name.range, binding.value->range); }
template <class Item> SourceRange rangeOf(const Item &item) { return item.range; }

/// One overload per kind of statement; each adds its parts to `node`.
struct NodeBuilder {
  LayoutNode node;

  template <class Items> static LayoutBlock block(const Items &items, SourceRange braces) {
    LayoutBlock block;
    block.braces = braces;
    for (const auto &item : items) block.items.push_back(build(item));
    return block;
  }
  static LayoutNode build(const Binding &binding) {
    NodeBuilder builder;
    builder(binding);
    builder.node.range = rangeOf(binding);
    return std::move(builder.node);
  }
  template <class Item> static LayoutNode build(const Item &item) {
    NodeBuilder builder;
    std::visit(builder, item.node);
    builder.node.range = rangeOf(item);
    return std::move(builder.node);
  }

  Pieces &line(const std::string &text) {
    node.parts.push_back({});
    node.parts.back().head.text(text);
    return node.parts.back().head;
  }
  template <class Items> void body(const Items &items, SourceRange braces) { node.parts.back().block = block(items, braces); }
  void body(const Block &b) { body(b.statements, b.range); }

  // Declarations
  void operator()(const ImportList &list) {
    Pieces &out = line("import ");
    for (size_t i = 0; i < list.items.size(); ++i) {
      if (i) out.text(","), out.blank(0);
      const Import &import = list.items[i];
      out.expr(*(import.isFile ? makeExpr(String{import.path}, import.range) : makeExpr(Name{import.path}, import.range)), 0);
    }
  }
  void operator()(const Routine &r) {
    Pieces &out = line(std::string(spelling(r.kind)) + " " + r.name.text);
    if (r.statics) out.parameters(*r.statics, r.staticsInBrackets ? '[' : '(', r.staticsInBrackets ? ']' : ')');
    out.parameters(r.parameters, '(', ')');
    if (r.result) {
      out.text(" -> ");
      if (r.resultName) out.text(r.resultName->text + ": ");
      out.type(*r.result, 1);
    }
    body(r.body);
  }
  void operator()(const Model &m) {
    Pieces &out = line("model " + m.name.text);
    if (m.parameters.range.valid()) out.parameters(m.parameters, '(', ')');
    body(m.members, m.body);
  }

  // Statements of bodies
  void operator()(const Binding &b) { line((b.isLet ? "let " : "") + b.name.text + " = ").expr(*b.value, 0); }
  void operator()(const Weight &w) { declared("param", w.name, w.type, *w.initializer); }
  void operator()(const Return &r) { line("return ").expr(*r.value, 0); }
  void operator()(const For &f) {
    line("for ").counter(f.counter);
    body(f.body);
  }
  void operator()(const Stage &s) {
    Pieces &out = line("stage");
    if (s.counter) out.text(" "), out.counter(*s.counter);
    body(s.body);
  }
  void operator()(const If &i) { branch("if ", i); }
  void branch(const char *words, const If &i) {
    line(words).expr(*i.condition, 0);
    body(i.whenTrue);
    if (!i.whenFalse) return;
    // `else if` has no braces of its own: its block is as long as the inner `if`.
    const auto &rest = i.whenFalse->statements;
    if (rest.size() == 1 && rest[0].as<If>() && rest[0].range == i.whenFalse->range) return branch("else if ", *rest[0].as<If>());
    line("else");
    body(*i.whenFalse);
  }

  // Members of models
  void operator()(const Input &input) {
    Pieces &out = line("input ");
    for (size_t i = 0; i < input.fields.size(); ++i) {
      if (i) out.text(","), out.blank(0);
      out.parameter(input.fields[i], 1);
    }
  }
  void operator()(const AfterEachStage &a) {
    line("after each stage");
    body(a.bindings, a.body);
  }
  void operator()(const State &s) { declared("state", s.name, s.type, *s.initial); }
  void operator()(const Table &t) { declared("table", t.name, t.type, *t.initial); }
  void operator()(const Train &t) {
    Pieces &out = line("train " + t.name.text);
    if (t.options.range.valid()) out.arguments(t.options, '(', ')', 1);
    for (size_t i = 0; i < t.updates.size(); ++i) {
      if (i) out.text(",");
      out.blank(0);
      out.text((i ? "" : "updates ") + t.updates[i].text);
    }
    body(t.items, t.body);
  }
  void operator()(const Measure &m) { line("measure " + m.table.text + " = ").expr(*m.value, 0); }
  void operator()(const Infer &i) {
    Pieces &out = line("infer");
    if (i.parameters.range.valid()) out.parameters(i.parameters, '(', ')');
    body(i.items, i.body);
  }

  // Lines of phases and of the rule
  void operator()(const Rollout &r) { line("rollout " + r.name.text).arguments(r.arguments, '(', ')', 0); }
  void operator()(const Objective &o) {
    Pieces &out = line(o.maximize ? "maximize " : "minimize ");
    out.expr(*o.value, 1);
    if (!o.estimator) return;
    out.blank(0);
    out.text("by ");
    out.expr(*o.estimator, 1);
  }
  void operator()(const ExitWhen &e) {
    Pieces &out = line("exit ");
    out.expr(*e.value, 1);
    out.blank(0);
    out.text("when ");
    out.expr(*e.condition, 1);
  }

  void declared(const char *word, const Identifier &name, const TypeExpr &type, const Expr &initial) {
    Pieces &out = line(std::string(word) + " " + name.text + ": ");
    out.type(type, 1);
    out.text(" = ");
    out.expr(initial, 0);
  }
};

}  // namespace

std::string format(const File &file) {
  std::vector<LayoutNode> nodes;
  for (const Declaration &declaration : file.declarations) nodes.push_back(NodeBuilder::build(declaration));
  return layOut(nodes, file.comments);
}

}  // namespace offramp::dsl
