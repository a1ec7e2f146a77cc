// Small accessors and the top level of the manifest; its parts are read in ArtifactManifestParts.cpp.
#include "runtime/core/ArtifactManifest.h"

#include "runtime/core/ArtifactManifestParts.h"

namespace offramp::runtime {

const std::string &phaseName(const ManifestPhase &phase) {
  return std::visit([](const auto &p) -> const std::string & { return p.name; }, phase);
}

int64_t ManifestEvaluate::find(std::string_view name) const {
  for (size_t i = 0; i < collected.size(); ++i)
    if (collected[i].name == name) return (int64_t)i;
  return -1;
}

int64_t Manifest::findProgram(std::string_view name) const {
  for (size_t i = 0; i < programs.size(); ++i)
    if (programs[i].name == name) return (int64_t)i;
  return -1;
}

int64_t Manifest::findProgram(ProgramKind kind) const {
  for (size_t i = 0; i < programs.size(); ++i)
    if (programs[i].kind == kind) return (int64_t)i;
  return -1;
}

int64_t Manifest::labelInput() const {
  for (size_t i = 0; i < inputs.size(); ++i)
    if (inputs[i].kind == FieldKind::Label) return (int64_t)i;
  return -1;
}

std::vector<FieldSpec> Manifest::fieldsWith(const std::vector<std::string> &classes) const {
  std::vector<FieldSpec> fields = inputs;
  if (const int64_t label = labelInput(); label >= 0) fields[(size_t)label].names = classes;
  return fields;
}

bool Manifest::answersNumber() const {
  const int64_t label = labelInput();
  return label >= 0 && isNumberLabel(inputs[(size_t)label]);
}

Manifest parseManifest(std::string_view text, const std::string &name) {
  using namespace manifest;
  Json json = parseJson(text, name);
  int64_t format = jsonInteger(json, "format", name, 1, INT64_MAX);
  if (format != Manifest::formatVersion)
    userError("{}: artifact format {}, this program reads {}; build the artifact again with this version of offramp", name, format,
              Manifest::formatVersion);
  Manifest m;
  m.offramp = jsonString(json, "offramp", name);
  m.model = jsonString(json, "model", name);
  m.cacheKey = jsonString(json, "cache_key", name);
  m.sha256 = jsonString(json, "sha256", name);
  if (m.sha256.size() != 64 || m.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
    userError("{}: field `sha256` is no SHA-256 checksum", name);
  readCpu(m, json, name);
  readInputs(m, json, name);
  readSettings(m, json, name);
  const Json &answer = jsonMember(json, "answer", name);
  m.answer = jsonString(answer, "attachment", name + ": answer");
  m.classes = jsonInteger(answer, "classes", name + ": answer", 1, int64_t(1) << 24);
  if (m.answersNumber() && m.classes != 1) userError("{}: answer: field `classes` is {}, expected 1: the label is a number", name, m.classes);
  m.decision = jsonString(answer, "decision", name + ": answer");
  m.stages = jsonInteger(json, "stages", name, 1, 100000);
  readWeights(m, json, name);
  readTables(m, json, name);
  readPrograms(m, json, name);
  readPhases(m, json, name);
  readEvaluate(m, json, name);
  readStageCosts(m, json, name);
  return m;
}

}  // namespace offramp::runtime
