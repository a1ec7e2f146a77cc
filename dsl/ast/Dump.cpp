// An AST as text: expressions and types as prefix forms on one line, statements as an indented tree. See Dump.h.
#include "dsl/ast/Dump.h"

#include <fmt/format.h>

namespace offramp::dsl::ast {

namespace {

std::string quoted(const std::string &text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (c == '"' || c == '\\') (out += '\\') += c;
    else out += c;
  }
  return out + "\"";
}

std::string listText(const ArgumentList &list, char open, char close) {
  std::string out(1, open);
  for (size_t i = 0; i < list.arguments.size(); ++i) {
    const Argument &argument = list.arguments[i];
    if (i) out += ", ";
    if (argument.name) out += argument.name->text + " = ";
    out += dump(*argument.value);
  }
  return out + close;
}

std::string subscriptText(const Subscript &subscript) {
  if (subscript.kind == Subscript::Ellipsis) return "...";
  std::string out = subscript.first ? dump(*subscript.first) : "";
  if (subscript.kind == Subscript::Slice) out += "..";
  return subscript.last ? out + dump(*subscript.last) : out;
}

struct ExprText {
  std::string operator()(const Number &n) const { return n.text; }
  std::string operator()(const Bool &b) const { return b.value ? "true" : "false"; }
  std::string operator()(const String &s) const { return quoted(s.value); }
  std::string operator()(const Name &n) const { return n.text; }
  std::string operator()(const Member &m) const { return fmt::format("(. {} {})", dump(*m.base), m.member.text); }
  std::string operator()(const Call &c) const {
    std::string out = "(call " + dump(*c.callee);
    if (c.brackets) out += " " + listText(*c.brackets, '[', ']');
    for (const ArgumentList &list : c.lists) out += " " + listText(list, '(', ')');
    return out + ")";
  }
  std::string operator()(const Index &x) const {
    std::string out = "(at " + dump(*x.base);
    for (const Subscript &subscript : x.subscripts) out += " " + subscriptText(subscript);
    return out + ")";
  }
  std::string operator()(const Unary &u) const { return fmt::format("({} {})", spelling(u.op), dump(*u.operand)); }
  std::string operator()(const Binary &b) const { return fmt::format("({} {} {})", spelling(b.op), dump(*b.left), dump(*b.right)); }
  std::string operator()(const Conditional &c) const {
    return fmt::format("(if {} {} {})", dump(*c.condition), dump(*c.whenTrue), dump(*c.whenFalse));
  }
  std::string operator()(const Reduction &r) const { return fmt::format("({} over {} {})", spelling(r.reducer), r.axis.text, dump(*r.body)); }
  std::string operator()(const List &l) const {
    std::string out = "(list";
    for (const ExprPtr &item : l.items) out += " " + dump(*item);
    return out + ")";
  }
};

/// Statements and declarations: one line each, children two columns further in.
class TreeText {
public:
  std::string out;

  void line(const std::string &text) { out += std::string(2 * depth, ' ') + text + "\n"; }

  void parameters(const char *label, const ParameterList &list) {
    for (const Parameter &p : list.parameters) parameter(label, p);
  }
  void parameter(const char *label, const Parameter &p) {
    line(fmt::format("{} {}: {}{}", label, p.name.text, dump(p.type), p.defaultValue ? " = " + dump(*p.defaultValue) : ""));
  }
  std::string counter(const Counter &c) { return fmt::format("{} in {} .. {}", c.variable.text, dump(*c.first), dump(*c.last)); }

  void block(const Block &b) {
    ++depth;
    for (const Statement &s : b.statements) std::visit(*this, s.node);
    --depth;
  }
  template <class Items> void items(const Items &list) {
    ++depth;
    for (const auto &item : list) std::visit(*this, item.node);
    --depth;
  }

  void operator()(const Binding &b) { line(fmt::format("{} {} = {}", b.isLet ? "let" : "bind", b.name.text, dump(*b.value))); }
  void operator()(const Weight &w) { line(fmt::format("param {}: {} = {}", w.name.text, dump(w.type), dump(*w.initializer))); }
  void operator()(const Return &r) { line("return " + dump(*r.value)); }
  void operator()(const For &f) {
    line("for " + counter(f.counter));
    block(f.body);
  }
  void operator()(const If &i) {
    line("if " + dump(*i.condition));
    block(i.whenTrue);
    if (!i.whenFalse) return;
    line("else");
    block(*i.whenFalse);
  }
  void operator()(const Stage &s) {
    line(s.counter ? "stage " + counter(*s.counter) : "stage");
    block(s.body);
  }

  void operator()(const ImportList &list) {
    for (const Import &i : list.items) line("import " + (i.isFile ? quoted(i.path) : i.path));
  }
  void operator()(const Routine &r) {
    line(fmt::format("{} {}", spelling(r.kind), r.name.text));
    ++depth;
    if (r.statics) parameters(r.staticsInBrackets ? "static []" : "static ()", *r.statics);
    parameters("parameter", r.parameters);
    if (r.result) line(fmt::format("result {}{}", r.resultName ? r.resultName->text + ": " : "", dump(*r.result)));
    line("body");
    block(r.body);
    --depth;
  }
  void operator()(const Model &m) {
    line("model " + m.name.text);
    ++depth;
    parameters("parameter", m.parameters);
    --depth;
    items(m.members);
  }

  void operator()(const Input &i) {
    for (const Parameter &field : i.fields) parameter("input", field);
  }
  void operator()(const AfterEachStage &a) {
    line("after each stage");
    ++depth;
    for (const Binding &b : a.bindings) (*this)(b);
    --depth;
  }
  void operator()(const State &s) { line(fmt::format("state {}: {} = {}", s.name.text, dump(s.type), dump(*s.initial))); }
  void operator()(const Table &t) { line(fmt::format("table {}: {} = {}", t.name.text, dump(t.type), dump(*t.initial))); }
  void operator()(const Train &t) {
    std::string updates;
    for (const Identifier &name : t.updates) updates += " " + name.text;
    line(fmt::format("train {} {}{}", t.name.text, listText(t.options, '(', ')'), updates.empty() ? "" : " updates" + updates));
    items(t.items);
  }
  void operator()(const Rollout &r) { line(fmt::format("rollout {} {}", r.name.text, listText(r.arguments, '(', ')'))); }
  void operator()(const Objective &o) {
    line(fmt::format("{} {}{}", o.maximize ? "maximize" : "minimize", dump(*o.value), o.estimator ? " by " + dump(*o.estimator) : ""));
  }
  void operator()(const Measure &m) { line(fmt::format("measure {} = {}", m.table.text, dump(*m.value))); }
  void operator()(const Infer &i) {
    line("infer");
    ++depth;
    parameters("parameter", i.parameters);
    --depth;
    items(i.items);
  }
  void operator()(const ExitWhen &e) { line(fmt::format("exit {} when {}", dump(*e.value), dump(*e.condition))); }

private:
  size_t depth = 0;
};

}  // namespace

std::string dump(const Expr &expr) { return std::visit(ExprText{}, expr.node); }

std::string dump(const TypeExpr &type) {
  std::string out = type.name.text;
  if (type.function) {
    out += "(";
    for (size_t i = 0; i < type.function->parameters.size(); ++i) out += (i ? ", " : "") + dump(*type.function->parameters[i]);
    return out + ") -> " + dump(*type.function->result);
  }
  if (type.dimensions) {
    out += "[";
    for (size_t i = 0; i < type.dimensions->size(); ++i) {
      const Dimension &dimension = (*type.dimensions)[i];
      out += (i ? ", " : "") + (dimension.ellipsis ? "..." : dump(*dimension.size));
    }
    out += "]";
  }
  if (type.arguments) out += listText(*type.arguments, '(', ')');
  return out;
}

std::string dump(const File &file) {
  TreeText text;
  for (const Declaration &declaration : file.declarations) std::visit(text, declaration.node);
  return std::move(text.out);
}

}  // namespace offramp::dsl::ast
