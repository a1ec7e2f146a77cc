// Expressions and types as pieces, and the choice of line breaks. See Pieces.h.
#include "dsl/format/Pieces.h"

namespace offramp::dsl {

using namespace ast;

namespace {

std::string quoted(const std::string &value) {
  std::string out = "\"";
  for (char c : value) {
    if (c == '\n') out += "\\n";
    else if (c == '\t') out += "\\t";
    else if (c == '"' || c == '\\') (out += '\\') += c;
    else out += c;
  }
  return out + "\"";
}

struct ExprPieces {
  Pieces &out;
  int level;

  void operator()(const Number &n) const { out.text(n.text); }
  void operator()(const Bool &b) const { out.text(b.value ? "true" : "false"); }
  void operator()(const String &s) const { out.text(quoted(s.value)); }
  void operator()(const Name &n) const { out.text(n.text); }
  void operator()(const Member &m) const {
    out.expr(*m.base, level);
    out.text("." + m.member.text);
  }
  void operator()(const Call &c) const {
    out.expr(*c.callee, level);
    if (c.brackets) out.arguments(*c.brackets, '[', ']', level + 1);
    for (const ArgumentList &list : c.lists) out.arguments(list, '(', ')', level + 1);
  }
  void operator()(const Index &x) const {
    out.expr(*x.base, level);
    out.text("[");
    for (size_t i = 0; i < x.subscripts.size(); ++i) {
      const Subscript &subscript = x.subscripts[i];
      if (i) out.text(","), out.blank(level + 1);
      if (subscript.kind == Subscript::Ellipsis) out.text("...");
      if (subscript.first) out.expr(*subscript.first, level + 2);
      if (subscript.kind == Subscript::Slice) out.text("..");
      if (subscript.last) out.expr(*subscript.last, level + 2);
    }
    out.text("]");
  }
  void operator()(const Unary &u) const {
    out.text(u.op == UnaryOp::Not ? "not " : "-");
    out.expr(*u.operand, level + 1);
  }
  void operator()(const Binary &b) const {
    out.expr(*b.left, level + 1);
    out.text(std::string(" ") + spelling(b.op));
    out.blank(level);
    out.expr(*b.right, level + 1);
  }
  void operator()(const Conditional &c) const {
    out.text("if ");
    out.expr(*c.condition, level + 1);
    out.blank(level);
    out.text("then ");
    out.expr(*c.whenTrue, level + 1);
    out.blank(level);
    out.text("else ");
    out.expr(*c.whenFalse, level + 1);
  }
  void operator()(const Reduction &r) const {
    out.text(std::string(spelling(r.reducer)) + " over " + r.axis.text + ":");
    out.blank(level);
    out.expr(*r.body, level + 1);
  }
  void operator()(const List &l) const {
    out.text("[");
    for (size_t i = 0; i < l.items.size(); ++i) {
      if (i) out.text(","), out.blank(level);
      out.expr(*l.items[i], level + 1);
    }
    out.text("]");
  }
};

}  // namespace

size_t width(const std::string &text) {
  size_t count = 0;
  for (char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

void Pieces::text(const std::string &more) {
  if (pieces.empty()) pieces.push_back({});
  pieces.back().text += more;
}

void Pieces::prepend(const std::string &more) {
  if (pieces.empty()) pieces.push_back({});
  pieces.front().text = more + pieces.front().text;
}

void Pieces::blank(int level) { pieces.push_back({"", true, level}); }

void Pieces::expr(const Expr &expr, int level) {
  if (expr.parenthesized) text("("), level += 2;
  std::visit(ExprPieces{*this, level}, expr.node);
  if (expr.parenthesized) text(")");
}

void Pieces::arguments(const ArgumentList &list, char open, char close, int level) {
  text(std::string(1, open));
  for (size_t i = 0; i < list.arguments.size(); ++i) {
    const Argument &argument = list.arguments[i];
    if (i) text(","), blank(level);
    if (argument.name) text(argument.name->text + " = ");
    expr(*argument.value, level + 1);
  }
  text(std::string(1, close));
}

void Pieces::type(const TypeExpr &type, int level) {
  text(type.name.text);
  if (type.function) {
    text("(");
    for (size_t i = 0; i < type.function->parameters.size(); ++i) {
      if (i) text(","), blank(level);
      this->type(*type.function->parameters[i], level + 1);
    }
    text(") -> ");
    this->type(*type.function->result, level + 1);
    return;
  }
  if (type.dimensions) {
    text("[");
    for (size_t i = 0; i < type.dimensions->size(); ++i) {
      const Dimension &dimension = (*type.dimensions)[i];
      if (i) text(","), blank(level);
      if (dimension.ellipsis) text("...");
      else expr(*dimension.size, level + 1);
    }
    text("]");
  }
  if (type.arguments) arguments(*type.arguments, '(', ')', level + 1);
}

void Pieces::parameter(const Parameter &parameter, int level) {
  text(parameter.name.text + ": ");
  type(parameter.type, level + 1);
  if (!parameter.defaultValue) return;
  text(" = ");
  expr(*parameter.defaultValue, level + 1);
}

void Pieces::parameters(const ParameterList &list, char open, char close) {
  text(std::string(1, open));
  for (size_t i = 0; i < list.parameters.size(); ++i) {
    if (i) text(","), blank(0);
    parameter(list.parameters[i], 1);
  }
  text(std::string(1, close));
}

void Pieces::counter(const Counter &counter) {
  text(counter.variable.text + " in ");
  expr(*counter.first, 1);
  text("..");
  expr(*counter.last, 1);
}

std::string Pieces::flat() const {
  std::string out;
  for (const Piece &piece : pieces) out += (piece.mayBreak ? " " : "") + piece.text;
  return out;
}

std::vector<std::string> Pieces::lines(size_t indent) const {
  std::vector<std::string> result;
  size_t from = 0;
  while (from < pieces.size()) {
    size_t margin = indent + (result.empty() ? 0 : kIndent);
    // The outermost break that fits, the last of its level; if none fits, the first there is.
    size_t used = margin + width(pieces[from].text), to = from + 1, best = pieces.size();
    for (; to < pieces.size(); ++to) {
      bool fits = used <= kLineWidth;
      if (pieces[to].mayBreak && (fits ? best == pieces.size() || pieces[to].level <= pieces[best].level : best == pieces.size())) best = to;
      used += 1 + width(pieces[to].text);
      if (used > kLineWidth && best < pieces.size()) break;
    }
    if (used <= kLineWidth) best = pieces.size();
    std::string line(margin, ' ');
    for (size_t i = from; i < best; ++i) line += (i > from ? " " : "") + pieces[i].text;
    result.push_back(std::move(line));
    from = best;
  }
  return result;
}

}  // namespace offramp::dsl
