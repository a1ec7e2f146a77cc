// See TextTable.h.
#include "compiler/tools/offramp/TextTable.h"

#include <algorithm>

namespace offramp::tool {
namespace {

/// Columns on a terminal: code points of UTF-8; nothing wider than one column is written here.
size_t widthOf(const std::string &text) {
  return (size_t)std::count_if(text.begin(), text.end(), [](char c) { return ((unsigned char)c & 0xC0) != 0x80; });
}

}  // namespace

std::string TextTable::text() const {
  std::vector<size_t> widths(rows[0].size());
  for (const auto &row : rows)
    for (size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], widthOf(row[c]));
  std::string out;
  for (const auto &row : rows) {
    for (size_t c = 0; c < row.size(); ++c) {
      if (c + 1 == row.size()) out += row[c];
      else out += std::string(widths[c] - widthOf(row[c]), ' ') + row[c] + "  ";
    }
    out += "\n";
  }
  return out;
}

}  // namespace offramp::tool
