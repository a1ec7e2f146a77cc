// A parsed `.ramp` file: declarations in order, and the comments beside them (for the formatter only).
#pragma once

#include "dsl/ast/Model.h"

namespace offramp::dsl::ast {

struct ImportList {
  std::vector<Import> items;
};

struct Declaration {
  using Node = std::variant<ImportList, Routine, Model>;
  Node node;
  SourceRange range;
  template <class T> const T *as() const { return std::get_if<T>(&node); }
};

/// `// text` to the end of the line; `ownLine` if nothing but blanks stands before it.
struct Comment {
  std::string text;  ///< from `//`, without trailing blanks
  SourceRange range;
  bool ownLine = false;
};

struct File {
  FileId id = kNoFile;
  std::vector<Declaration> declarations;
  std::vector<Comment> comments;  ///< in order
};

}  // namespace offramp::dsl::ast
