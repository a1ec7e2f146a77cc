// See Csv.h.
#include "runtime/data/Csv.h"

#include "runtime/core/Error.h"

namespace offramp::runtime {
namespace {
constexpr size_t maxCell = size_t(64) << 20;
}

int CsvRecords::quotedCell(std::string &cell) {
  const int64_t opened = passed + 1;
  for (;;) {
    int c = stream.get();
    if (c < 0) userError("{}:{}: a quoted cell is not closed before the end of the file", name(), opened);
    if (c == '"') {
      if (stream.peek() != '"') return stream.get();
      stream.get();
    }
    if (c == '\n') ++passed;
    if (cell.size() == maxCell) userError("{}:{}: a cell is longer than {} MiB", name(), opened, maxCell >> 20);
    cell += (char)c;
  }
}

bool CsvRecords::next(std::vector<std::string> &cells) {
  if (stream.peek() < 0) return false;
  begin = passed + 1;
  size_t used = 0;
  for (bool more = true; more;) {
    if (used == cells.size()) cells.emplace_back();
    std::string &cell = cells[used++];
    cell.clear();
    int c = stream.get();
    bool wasQuoted = c == '"';
    if (wasQuoted) c = quotedCell(cell);
    while (c >= 0 && c != ',' && c != '\n') {
      bool endsLine = c == '\r' && (stream.peek() == '\n' || stream.peek() < 0);
      if (!endsLine) {
        if (wasQuoted) userError("{}:{}: text after the closing quote of cell {}", name(), passed + 1, used);
        if (cell.size() == maxCell) userError("{}:{}: a cell is longer than {} MiB", name(), passed + 1, maxCell >> 20);
        cell += (char)c;
      }
      c = stream.get();
    }
    if (c == '\n') ++passed;
    more = c == ',';
  }
  cells.resize(used);
  return true;
}

}  // namespace offramp::runtime
