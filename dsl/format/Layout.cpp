// Nested statements and comments → lines. See Layout.h.
//
// Comments are merged by place: one behind a statement stays behind it, one on a line of its own stays on a line of its own, and one
// inside a statement moves in front of it.
#include "dsl/format/Layout.h"

#include <algorithm>

namespace offramp::dsl {

namespace {

constexpr Position kEnd{INT32_MAX, 1};
constexpr size_t kWidestAligned = 96;  // code beyond this does not push its neighbours' comments to the right

std::string flat(const LayoutNode &node) {
  std::string out;
  for (const LayoutPart &part : node.parts) {
    if (&part != &node.parts.front()) out += " ";
    out += part.head.flat();
    if (!part.block) continue;
    out += " {";
    for (const LayoutNode &item : part.block->items) out += (&item == &part.block->items.front() ? " " : "; ") + flat(item);
    out += " }";
  }
  return out;
}

class Layout {
public:
  explicit Layout(const std::vector<ast::Comment> &comments) : comments(comments) {}

  std::string run(const std::vector<LayoutNode> &nodes) {
    items(nodes, kEnd);
    ownLineComments(kEnd, INT32_MAX);
    return finish();
  }

private:
  struct Line {
    std::string code, comment;
  };

  const ast::Comment *peek() const { return next < comments.size() ? &comments[next] : nullptr; }

  /// Starts a thing that stands at `line` of the source: keeps one blank line if there was any.
  void separate(int32_t line) {
    if (!first && line - lastLine >= 2) output.push_back({});
    first = false;
  }

  /// Comments before `limit`, one per line. `latest` bounds the source line they count as.
  void ownLineComments(Position limit, int32_t latest) {
    for (; peek() && peek()->range.begin < limit; ++next) {
      int32_t line = std::min(peek()->range.begin.line, latest);
      separate(line);
      output.push_back({std::string(kIndent * depth, ' ') + peek()->text, ""});
      lastLine = line;
    }
  }

  /// A comment on `line` and before `limit` goes behind the line just written.
  void trailingComment(int32_t line, Position limit) {
    if (peek() && peek()->range.begin.line == line && peek()->range.begin < limit) output.back().comment = comments[next++].text;
  }

  void items(const std::vector<LayoutNode> &nodes, Position end) {
    for (size_t i = 0; i < nodes.size(); ++i) node(nodes[i], i + 1 < nodes.size() ? nodes[i + 1].range.begin : end);
  }

  void lines(const Pieces &pieces) {
    for (std::string &line : pieces.lines(kIndent * depth)) output.push_back({std::move(line), ""});
  }

  /// `limit`: where the next item or the closing brace stands.
  void node(const LayoutNode &node, Position limit) {
    bool oneLine = true;  // every block was written on one line
    for (const LayoutPart &part : node.parts)
      oneLine = oneLine && (!part.block || part.block->braces.begin.line == part.block->braces.end.line);
    const LayoutPart &head = node.parts.front();
    ownLineComments(head.block ? head.block->braces.begin : node.range.end, node.range.begin.line);
    separate(node.range.begin.line);
    if (head.block) {
      std::string text = flat(node);
      if (oneLine && kIndent * depth + width(text) <= kLineWidth) {
        ownLineComments(node.range.end, node.range.begin.line);  // between `}` and `else`
        output.push_back({std::string(kIndent * depth, ' ') + text, ""});
      } else {
        blocks(node);
      }
    } else {
      lines(head.head);
    }
    lastLine = node.range.end.line;
    trailingComment(node.range.end.line, limit);
  }

  void blocks(const LayoutNode &node) {
    for (size_t i = 0; i < node.parts.size(); ++i) {
      const LayoutBlock &block = *node.parts[i].block;
      Pieces head = node.parts[i].head;
      if (i > 0) head.prepend("} ");
      head.text(" {");
      lines(head);
      Position end = block.braces.end;
      --end.column;
      trailingComment(block.braces.begin.line, block.items.empty() ? end : block.items.front().range.begin);
      lastLine = block.braces.begin.line;
      ++depth;
      first = true;
      items(block.items, end);
      ownLineComments(i + 1 < node.parts.size() ? node.parts[i + 1].block->braces.begin : end, INT32_MAX);
      --depth;
      first = false;
    }
    output.push_back({std::string(kIndent * depth, ' ') + "}", ""});
  }

  std::string finish() const {
    std::string out;
    for (size_t i = 0; i < output.size();) {
      size_t end = i, column = 0;
      for (; end < output.size() && !output[end].comment.empty(); ++end)
        if (size_t used = width(output[end].code); used <= kWidestAligned) column = std::max(column, used);
      for (size_t k = i; k < end; ++k) {
        size_t used = width(output[k].code);
        out += output[k].code + std::string((used < column ? column - used : 0) + 2, ' ') + output[k].comment + "\n";
      }
      if (end == i) out += output[end++].code + "\n";
      i = end;
    }
    return out;
  }

  const std::vector<ast::Comment> &comments;
  size_t next = 0;  ///< first comment not yet written
  std::vector<Line> output;
  size_t depth = 0;
  int32_t lastLine = 0;
  bool first = true;  ///< nothing written yet in this block
};

}  // namespace

std::string layOut(const std::vector<LayoutNode> &nodes, const std::vector<ast::Comment> &comments) { return Layout(comments).run(nodes); }

}  // namespace offramp::dsl
