// What the stages that a phase leaves alone make of its samples, computed once before its epochs. The bits of a training do not depend on it, so
// a run that was killed computes it again.
#include "runtime/train/Loop.h"

#include <fmt/format.h>

namespace offramp::runtime {

int64_t Loop::keptBytes(size_t table) const {  // rows behind the last that is trained on need no room
  return session.manifest().tables[table].elements * 4 * (splits.train.rows.back() + 1);
}

int64_t Loop::keptMiB(const ManifestKept &kept) const {
  int64_t bytes = 0;
  for (size_t table : kept.tables) bytes += keptBytes(table);
  return (bytes + (1 << 20) - 1) >> 20;
}

bool Loop::keepFrozen(const ManifestTrainPhase &phase) {
  const int64_t mib = keptMiB(*phase.kept);
  if (mib <= options.frozenMiB) return makeRoom(*phase.kept), writeTables(phase.kept->program, phase.name + ", frozen stages");
  if (options.output.stream && options.frozenMiB > 0)
    *options.output.stream << fmt::format("{}: what its frozen stages make of all samples takes {} MiB; computed in every epoch (`--frozen-mib {}` keeps it)\n",
                                          phase.name, mib, mib);
  return false;
}

void Loop::makeRoom(const ManifestKept &kept) {
  for (size_t table : kept.tables) {
    tables[table] = AlignedBlock((size_t)keptBytes(table));
    tablePointers[table] = tables[table].data();
  }
}

void Loop::forget(const ManifestKept &kept) {
  for (size_t table : kept.tables) tables[table] = AlignedBlock(), tablePointers[table] = nullptr;
}

}  // namespace offramp::runtime
