// See Tsv.h.
#include "runtime/data/Tsv.h"

namespace offramp::runtime {

bool TsvRecords::next(std::vector<std::string> &cells) {
  if (!stream.readLine(text)) return false;
  size_t used = 0;
  for (size_t at = 0; at != std::string::npos;) {
    size_t tab = text.find('\t', at);
    if (used == cells.size()) cells.emplace_back();
    cells[used++].assign(text, at, tab == std::string::npos ? tab : tab - at);
    at = tab == std::string::npos ? tab : tab + 1;
  }
  cells.resize(used);
  return true;
}

}  // namespace offramp::runtime
