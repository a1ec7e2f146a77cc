// Nested statements and comments → lines. Knows indentation, blank lines and comments, and nothing of what a statement means.
#pragma once

#include "dsl/ast/File.h"
#include "dsl/format/Pieces.h"

#include <optional>
#include <string>
#include <vector>

namespace offramp::dsl {

struct LayoutNode;

/// `{ … }` with its place in the source.
struct LayoutBlock {
  std::vector<LayoutNode> items;
  SourceRange braces;
};

/// `head` or `head { … }`. `if … { } else { }` has one part per branch.
struct LayoutPart {
  Pieces head;
  std::optional<LayoutBlock> block;
};

/// A statement, member or declaration.
struct LayoutNode {
  std::vector<LayoutPart> parts;
  SourceRange range;
};

std::string layOut(const std::vector<LayoutNode> &nodes, const std::vector<ast::Comment> &comments);

}  // namespace offramp::dsl
