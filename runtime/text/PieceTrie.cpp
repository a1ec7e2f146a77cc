// All edges lie in one hash table, so a step costs one look-up near the memory touched last time, and building needs no second pass.
#include "runtime/text/PieceTrie.h"

namespace offramp::runtime {

PieceTrie::PieceTrie(size_t bytes) {
  size_t size = table.size();
  for (; size < bytes && size < maxNodes; size *= 2) --shift;
  table.resize(size);
}

PieceTrie::Edge &PieceTrie::edge(uint32_t key) {
  size_t at = place(key);
  while (table[at].key != key && table[at].key != free) at = (at + 1) & (table.size() - 1);
  return table[at];
}

void PieceTrie::grow() {
  std::vector<Edge> old(table.size() * 2);
  old.swap(table);
  --shift;
  for (const Edge &e : old)
    if (e.key != free) edge(e.key) = e;
}

bool PieceTrie::add(Root root, std::string_view piece, int32_t id) {
  uint32_t node = root;
  for (size_t i = 0; i < piece.size(); ++i) {
    const uint32_t key = node << 8 | (unsigned char)piece[i];
    Edge *e = &edge(key);
    if (e->key == free) {
      if (nodes == maxNodes) return false;
      if (nodes * 2 >= table.size()) {
        grow();
        e = &edge(key);
      }
      *e = {key, nodes++, -1};
    }
    if (i + 1 == piece.size()) e->id = id;
    node = e->child;
  }
  return true;
}

PieceTrie::Match PieceTrie::longest(Root root, std::string_view text) const {
  Match match;
  uint32_t node = root;
  for (size_t i = 0; i < text.size(); ++i) {
    const uint32_t key = node << 8 | (unsigned char)text[i];
    size_t at = place(key);
    while (table[at].key != key) {
      if (table[at].key == free) return match;
      at = (at + 1) & (table.size() - 1);
    }
    node = table[at].child;
    if (table[at].id >= 0) match = {i + 1, table[at].id};
  }
  return match;
}

}  // namespace offramp::runtime
