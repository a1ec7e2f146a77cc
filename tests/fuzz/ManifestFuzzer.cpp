// Manifest of an artifact on any bytes: it is refused, or everything that the loader relies on holds.
#include "runtime/core/ArtifactManifest.h"
#include "runtime/core/Error.h"

#include <cmath>
#include <cstdlib>
#include <set>

using namespace offramp::runtime;

static void mustHold(bool condition) {
  if (!condition) std::abort();
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  try {
    Manifest m = parseManifest(std::string_view((const char *)bytes, size), "fuzz.json");
    mustHold(m.sha256.size() == 64 && m.stages >= 1 && m.classes >= 1);
    std::set<std::string> tensors;
    int64_t end = 0;
    for (const ManifestInstance &instance : m.instances) {
      mustHold(instance.offset >= end && instance.elements >= 0 && instance.offset % 16 == 0);
      end = instance.offset + instance.elements;
      mustHold(end <= m.weightElements);
      for (const ManifestField &field : instance.fields) {
        int64_t elements = 1;
        for (int64_t extent : field.shape) elements *= extent;
        mustHold(field.offset >= 0 && elements == field.elements && field.offset + elements <= instance.elements);
        mustHold(tensors.insert(instance.path + "." + field.name).second);
      }
    }
    for (const ManifestProgram &program : m.programs)
      mustHold(!program.symbol.empty() && program.arena.row >= 0 && program.arena.sample >= 0 && program.arena.fixed >= 0);
    for (const ManifestTable &table : m.tables) mustHold(table.elements >= 1 && (table.kept || table.elements == 1));
    mustHold(m.findProgram(ProgramKind::Infer) >= 0);
    for (const ManifestPhase &phase : m.phases) {
      mustHold(!phaseName(phase).empty());
      if (auto *train = std::get_if<ManifestTrainPhase>(&phase)) {
        mustHold(m.programs.at(train->program).kind == ProgramKind::Step && train->batch >= 1 && train->epochs >= 0);
        mustHold(std::isfinite(train->optimizer.lr) && train->metrics.at(0) == "loss");
        for (size_t instance : train->updates) mustHold(instance < m.instances.size());
        if (!train->kept) continue;
        mustHold(m.programs.at(train->kept->program).kind == ProgramKind::Measure && m.programs.at(train->kept->step).kind == ProgramKind::Step);
        mustHold(!train->kept->tables.empty());
        for (size_t table : train->kept->tables) mustHold(m.tables.at(table).kept);
      } else {
        const auto &measure = std::get<ManifestMeasurePhase>(phase);
        mustHold(m.programs.at(measure.program).kind == ProgramKind::Measure && !m.tables.at(measure.table).kept);
        if (measure.keep) mustHold(m.programs.at(*measure.keep).kind == ProgramKind::Measure);
      }
    }
    if (m.evaluate) mustHold(m.programs.at(m.evaluate->program).kind == ProgramKind::Evaluate && m.evaluate->find("logits") >= 0);
    for (size_t i = 0; i < m.stageCosts.size(); ++i) mustHold(m.stageCosts[i].stage == (int64_t)i + 1 && std::isfinite(m.stageCosts[i].rowMacs));
  } catch (const offramp::UserError &) {
  }
  return 0;
}
