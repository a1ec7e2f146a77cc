// See BatchCutter.h.
#include "runtime/data/BatchCutter.h"

#include "runtime/core/Error.h"

namespace offramp::runtime {

bool BatchCutter::next(std::span<const int64_t> &batch) {
  if (rest.empty()) return false;
  size_t count = 0;
  int64_t rows = 0;
  while (count < rest.size() && (int64_t)count < samplesMax) {
    int64_t more = rowCount.of(rest[count]);
    if (rowsMax > 0 && rows + more > rowsMax) break;
    rows += more;
    ++count;
  }
  if (count == 0)
    userError("sample {} has {} rows, more than the {} that one batch may have; give a larger bound or shorten the sequence", rest[0],
              rowCount.of(rest[0]), rowsMax);
  batch = rest.first(count);
  rest = rest.subspan(count);
  return true;
}

}  // namespace offramp::runtime
