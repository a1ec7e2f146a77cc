// The manifest beside an artifact (docs/spec/artifact.md), read and checked field by field. Whatever this gives out can be trusted: names
// are unique, offsets lie inside the blocks, every reference is resolved to an index.
// Opens no shared object and knows no backend.
#pragma once

#include "runtime/data/FieldSpec.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace offramp::runtime {

struct ManifestField {
  std::string name;         ///< relative to its instance, e.g. `linear_0.weight`
  int64_t offset = 0;       ///< elements from the instance's begin
  int64_t elements = 0;
  std::vector<int64_t> shape;
  std::string initializer;  ///< `constant`, `normal`, `uniform`
  double scale = 0;
  bool decays = true;
  bool rowGradients = false;  ///< a table, [rows, width], whose gradient comes by `gather` alone: rows that a step does not name have none
};

struct ManifestInstance {
  std::string path;         ///< e.g. `stage.3`; tensor names are `<path>.<field>`
  int64_t offset = 0;       ///< elements from the weight block's begin
  int64_t elements = 0;
  std::vector<ManifestField> fields;
};

struct ManifestSetting {
  std::string name;
  double value = 0;
};

struct ManifestTable {
  std::string name;
  ValueType dtype = ValueType::I32;  ///< I32 or F32, four bytes each
  double initial = 0;
  int64_t elements = 1;  ///< of a sample
  bool kept = false;     ///< belongs to a phase (ManifestKept), which fills it: no checkpoint holds it
};

enum class ProgramKind { Infer, Step, Measure, Evaluate };

/// Bytes a program needs at call->arena: row·rows_max + sample·samples_max + fixed.
struct ArenaNeed {
  int64_t row = 0, sample = 0, fixed = 0;
  int64_t bytes(int64_t rows, int64_t samples) const { return row * rows + sample * samples + fixed; }
};

struct ManifestProgram {
  std::string name;
  ProgramKind kind = ProgramKind::Infer;
  std::string symbol;
  ArenaNeed arena;
};

struct ManifestOptimizer {
  double lr = 0, beta1 = 0, beta2 = 0, eps = 0, weightDecay = 0, warmup = 0, clip = 0;
  std::string decay;  ///< `linear`, `cosine`, `constant`
  double average = 0;     ///< share of the phase's last steps whose weights are averaged (train/LoopAverage.cpp)
  bool lazyRows = false;  ///< tables with rowGradients: a step updates the rows it names
};

/// What frozen stages make of a sample, computed once: `program`, a measure, fills `tables`, `step` takes the place of the phase's program.
struct ManifestKept {
  size_t program = 0, step = 0;  ///< indices into programs
  std::vector<size_t> tables;    ///< indices into tables
};

struct ManifestTrainPhase {
  std::string name;
  size_t program = 0;  ///< index into programs
  int64_t epochs = 1, batch = 1;
  ManifestOptimizer optimizer;
  std::vector<size_t> updates;       ///< indices into instances, ascending
  std::vector<std::string> metrics;  ///< names of call->loss[0], [1], …; the first is always `loss`
  std::optional<ManifestKept> kept;  ///< none: no stage is frozen, or more is read of them than a table holds
};

struct ManifestMeasurePhase {
  std::string name;  ///< `measure <table>`
  size_t table = 0;  ///< index into tables
  size_t program = 0;
  std::optional<size_t> keep;  ///< index into programs: writes the table and what the phase behind this one keeps
};

using ManifestPhase = std::variant<ManifestTrainPhase, ManifestMeasurePhase>;
const std::string &phaseName(const ManifestPhase &phase);

struct ManifestCollected {
  std::string name;
  std::vector<int64_t> shape;
  int64_t elements = 1;
};

struct ManifestEvaluate {
  size_t program = 0;
  std::vector<ManifestCollected> collected;
  /// Place of a collected value, -1 if the program has none of that name.
  int64_t find(std::string_view name) const;
};

/// What a stage costs, for the cost model; multiply-adds and bytes. Calls are 0 where the compiler does not say.
struct ManifestStageCost {
  int64_t stage = 0;
  bool split = false;
  std::string splitReason;
  double rowMacs = 0, sampleMacs = 0, firstSampleMacs = 0, firstRowMacs = 0, restRowMacs = 0, rowBytes = 0;
  int64_t wholeCalls = 0, firstCalls = 0, restCalls = 0;
};

struct Manifest {
  static constexpr int64_t formatVersion = 1;
  std::string offramp, model, cacheKey, sha256;
  std::string cpuName;
  std::vector<std::string> cpuFeatures;
  std::vector<FieldSpec> inputs;         ///< class names are not in here; see namesFile
  std::string namesFile;                 ///< of the label, relative to the model file; empty if none
  int64_t rowsPerSample = -1;            ///< T > 0, 0: length of the tokens input, -1: no rows
  std::vector<ManifestSetting> settings;
  std::map<std::string, double> staticParameters;
  std::string answer, decision;          ///< attachment that answers; kind of the compared value
  int64_t classes = 0, stages = 0;
  int64_t weightElements = 0;
  std::vector<ManifestInstance> instances;
  std::vector<ManifestTable> tables;
  std::vector<ManifestProgram> programs;
  std::vector<ManifestPhase> phases;
  std::optional<ManifestEvaluate> evaluate;
  std::vector<ManifestStageCost> stageCosts;

  /// Index of a program by name or the first of a kind; -1 if there is none.
  int64_t findProgram(std::string_view name) const;
  int64_t findProgram(ProgramKind kind) const;
  int64_t labelInput() const;  ///< -1 if the model has no label
  std::vector<FieldSpec> fieldsWith(const std::vector<std::string> &classes) const;  ///< the inputs, with the names of the label's classes
  bool answersNumber() const;  ///< the label is a number: the one logit is the answer
};

/// `name` (the file) opens every message.
Manifest parseManifest(std::string_view text, const std::string &name);

}  // namespace offramp::runtime
