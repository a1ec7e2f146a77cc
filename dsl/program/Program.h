// The elaborated program: what `dsl/` hands to everybody else.
//
// Elaboration evaluates a `.ramp` model with its compile-time parameters: library layers are inlined to primitives, every
// type is concrete, every weight has its path as its name. What is left is a handful of straight-line functions and a
// description of how they are used. `compiler/import` maps it 1:1 to the `ramp` and `nn` dialects.
// It deliberately knows nothing of batches, devices, gradients or MLIR.
#pragma once

#include "dsl/diag/Source.h"  // SourceRange: file id, begin and end line:column

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace offramp::dsl {

enum class Dtype { F32, I32, U8, I1 };

/// Size written for the varying leading dimension (rows, `T`) of a per-sample value.
inline constexpr int64_t kRows = -1;

/// A concrete type. `shape` may hold `kRows` only in front and only if `perSample`; a scalar has an empty shape.
struct Type {
  Dtype dtype = Dtype::F32;
  bool perSample = false;  ///< false: shared by all samples (weights, settings, constants)
  std::vector<int64_t> shape;
  bool operator==(const Type &) const = default;
};

/// Index of a value inside its function: parameters first, then node results in order.
using ValueId = int32_t;

/// Attribute of a primitive; names and meaning are those of docs/spec/ops.md.
using Attribute = std::variant<int64_t, double, bool, std::string, std::vector<int64_t>, std::vector<double>>;

/// One primitive application. `op` is the name of an `nn` operation (docs/spec/ops.md); exactly one result.
struct Node {
  std::string op;
  std::vector<ValueId> operands;
  std::map<std::string, Attribute> attributes;
  Type type;
  SourceRange where;
};

/// How a weight starts. `scale` is the standard deviation of Normal, the bound of Uniform, the value of Constant.
struct Initializer {
  enum Kind { Constant, Normal, Uniform } kind = Constant;
  double scale = 0;
};

/// A weight of a function: `nn.field` reads it by name. Names are relative paths such as `linear_1.weight`.
struct Field {
  std::string name;
  std::vector<int64_t> shape;
  Initializer initializer;
  bool decays = true;  ///< false: excluded from weight decay (biases, normalisation gains)
  SourceRange where;
};

struct Parameter {
  std::string name;
  Type type;
};

/// A straight-line per-sample function. All its weights are in `fields`; equal stages share one Function.
struct Function {
  std::string name;  ///< unique, e.g. `embed`, `stage`, `stage_2`, `head`, `warm_up`, `rule`
  std::vector<Parameter> parameters;
  std::vector<Field> fields;
  std::vector<Node> nodes;
  std::vector<ValueId> results;

  const Type &typeOf(ValueId v) const {
    return v < (ValueId)parameters.size() ? parameters[v].type : nodes[v - parameters.size()].type;
  }
};

/// One use of a function with weights of its own: path `stage.3`, `head.3`, `embed`.
/// Two instances with the same path share weights (a pooler shared by all stages).
struct Instance {
  std::string path;
  int function = -1;  ///< index into Model::functions
  int trainFunction = -1;  ///< the form used by phases that update this instance (dropout active); -1: the same function
};

/// A number that enters arithmetic only: changed at run time without recompiling.
struct Setting {
  std::string name;
  double value = 0;
  SourceRange where;
};

/// `wordpiece("vocab.txt", lowercase = true)`: how text becomes token ids. Its vocabulary is part of the program, so that an artifact and
/// whatever is built from it read text alone.
struct Tokenizer {
  std::string vocabularyFile;  ///< as written, from the model file
  std::string vocabulary;      ///< its text: one token a line, ids from 0
  bool lowercase = true;
};

struct Input {
  enum Kind { Values, Tokens, Label };
  std::string name;
  Kind kind = Values;
  Type type;                       ///< Tokens: i32[rows]; Label: i32 scalar, of a number f32 scalar
  int64_t classes = 0;             ///< Label: number of classes, 0 if it is a number. Tokens: vocabulary size
  int64_t maxRows = 0;             ///< Tokens: longest accepted sequence
  std::string namesFile;           ///< Label: `class("names.txt")`, empty if none
  std::optional<Tokenizer> tokenizer;     ///< Tokens written as text; none: the data hold ids
  std::string firstColumn, secondColumn;  ///< of a tokenizer: what is encoded together; the second is empty for single texts
  std::string segmentsOf;          ///< Tokens: 0 or 1 for every token of the text input of this name, whose row it shares; not read from data
  SourceRange where;
};

/// Carried along depth, per sample; lives from the first stage to the exit. Starts at `initial` for every sample.
struct State {
  std::string name;
  Type type;
  double initial = 0;
  SourceRange where;
};

/// One value per training sample, kept across epochs and phases, keyed by the row number in the data.
struct Table {
  std::string name;
  Type type;
  double initial = 0;
  SourceRange where;
};

/// Attached after each stage. `instances[s]` belongs to stage s+1; a policy has none after the last stage.
struct Attachment {
  std::string name;  ///< `head`, `gate`
  bool policy = false;
  std::vector<Instance> instances;  ///< each function: (h) or (h, other attachment…) -> one result; see `arguments`
  std::vector<std::string> arguments;  ///< names of what each instance reads: `h` (the stage's result) or an earlier attachment
};

/// What a phase function or rule reads, by position of its parameters.
struct Read {
  enum Kind {
    Stacked,   ///< attachment over all its stages: leading dimension `stages` (policy: `stages - 1`)
    Here,      ///< attachment at the current stage (rule only)
    InputField,
    TableValue,
    StateValue,  ///< rule only
    SettingValue,  ///< shared f32 scalar
    StageNumber,   ///< rule only: shared f32 scalar, 1-based
  } kind;
  std::string name;
};

struct Optimizer {
  double lr = 1e-3, beta1 = 0.9, beta2 = 0.999, eps = 1e-8, weightDecay = 0.01, warmup = 0.1, clip = 1.0;
  std::string decay = "linear";  ///< linear | constant | cosine
  double average = 0;            ///< share of the phase's last steps whose weights' mean is its result; 0: the weights after the last step
  bool lazyRows = false;         ///< tables read by `gather` alone: only rows that the batch names are updated
};

/// `function` has one result: the per-sample scalar to minimise (already with the sign of `maximize` and the sum of terms).
/// Further results are per-sample scalars to report, named in `metrics`.
struct TrainPhase {
  std::string name;
  int64_t epochs = 1, batch = 64;
  Optimizer optimizer;
  std::vector<std::string> updates;  ///< attachment names and `backbone`; never empty (elaboration writes all when unsaid)
  int function = -1;
  std::vector<Read> reads;
  std::vector<std::string> metrics;
  SourceRange where;
};

/// `function` has one result, the per-sample value written to `table`; visible when the phase ends.
struct MeasurePhase {
  std::string table;
  int function = -1;
  std::vector<Read> reads;
  SourceRange where;
};

using Phase = std::variant<TrainPhase, MeasurePhase>;

/// The exit rule at one stage. Results of `function`: leave (i1), decision (f32 scalar: the value that is compared),
/// then the next value of each state in the order of Model::states. At the last stage everybody leaves.
struct Infer {
  int function = -1;
  std::vector<Read> reads;
  std::string value;     ///< attachment whose value is the answer, e.g. `head`
  std::string decisionKind;  ///< `probability`, `entropy`, `count` …: text for reports, from the compared expression
  SourceRange where;
};

struct Model {
  std::string name;
  std::vector<Function> functions;
  std::vector<Setting> settings;
  std::map<std::string, double> staticParameters;  ///< compile-time values in force, part of the cache key
  std::vector<Input> inputs;
  std::vector<std::string> embedReads;  ///< inputs read by `embed`, by position
  Instance embed;
  std::vector<Instance> stages;
  int64_t rowsPerSample = 0;  ///< fixed row count (images); 0: the length of the Tokens input; -1: no rows (static shapes)
  std::vector<Attachment> attachments;
  std::vector<State> states;
  std::vector<Table> tables;
  std::vector<Phase> phases;  ///< in order of the text
  Infer infer;
  std::vector<std::string> sources;  ///< every file read, in order: model first, then imports
};

}  // namespace offramp::dsl
