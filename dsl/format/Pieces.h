// One statement as pieces of text with places where the line may break, and the choice of breaks.
#pragma once

#include "dsl/ast/Model.h"

#include <string>
#include <vector>

namespace offramp::dsl {

inline constexpr size_t kLineWidth = 120;
inline constexpr size_t kIndent = 4;

/// Text that stays together; before it the line may break, the rather the smaller `level` is.
struct Piece {
  std::string text;
  bool mayBreak = false;  ///< a break replaces the blank before the text
  int level = 0;
};

/// Builds the pieces of one statement or header. Every break it offers is one that the token filter does not take for a statement end.
class Pieces {
public:
  void text(const std::string &more);
  /// A blank where the line may break.
  void blank(int level);

  void expr(const ast::Expr &expr, int level);
  void type(const ast::TypeExpr &type, int level);
  void parameter(const ast::Parameter &parameter, int level);
  void parameters(const ast::ParameterList &list, char open, char close);
  void arguments(const ast::ArgumentList &list, char open, char close, int level);
  void counter(const ast::Counter &counter);

  /// In front of everything; never a break.
  void prepend(const std::string &more);

  /// All on one line.
  std::string flat() const;
  /// Lines of at most kLineWidth code points where possible; continuation lines are indented once more.
  std::vector<std::string> lines(size_t indent) const;

private:
  std::vector<Piece> pieces;
};

size_t width(const std::string &text);

}  // namespace offramp::dsl
