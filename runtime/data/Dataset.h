// A data set in memory: one column per field, all samples in file order. Row numbers are places in the file, the key of per-sample
// tables; shuffling, limits and hold-outs choose row numbers (Splits.h) and never move the data.
#pragma once

#include "runtime/data/FieldSpec.h"

#include <cstddef>
#include <cstring>
#include <span>

namespace offramp::runtime {

/// What a reader asks of a label column. Optional: it may be absent. IfKnown: it may also hold what is none of the model's classes (a test set's
/// placeholders, questions of other topics); the column then counts as absent, with a note.
enum class Labels { Required, Optional, IfKnown };

struct Column {
  FieldSpec spec;
  bool present = true;            ///< false: a label column that the files do not have, or that was left out
  std::string leftOut;            ///< Label: why the column of the files was not taken; empty: it was, or there is none
  std::vector<std::byte> values;  ///< Values: [rows, shape…] of spec.dtype. A label that is a number: f32 [rows]
  std::vector<int32_t> tokens;    ///< Tokens: all sequences, one behind the other
  std::vector<int64_t> starts;    ///< Tokens: rows + 1 places in `tokens`
  std::vector<int32_t> labels;    ///< Label that is a class: [rows]
  int64_t cut = 0;                ///< Tokens from text: samples that were longer than the field's maximum

  float numberAt(int64_t row) const {  ///< of a label that is a number
    float number;
    std::memcpy(&number, values.data() + (size_t)row * sizeof number, sizeof number);
    return number;
  }
  int64_t lengthOf(int64_t row) const { return starts[(size_t)row + 1] - starts[(size_t)row]; }
  std::span<const int32_t> sequence(int64_t row) const {
    return {tokens.data() + starts[(size_t)row], (size_t)lengthOf(row)};
  }
};

/// What a run remembers of its data, to refuse other data on resume.
struct DataIdentity {
  int64_t rows = 0;
  std::string sha256;  ///< of the content of all columns, however the files were packed
  bool operator==(const DataIdentity &) const = default;
};

struct Dataset {
  std::vector<std::string> paths;
  std::vector<Column> columns;  ///< in field order
  int64_t rows = 0;
  std::string task;  ///< of GLUE, if the data were given by its name: says which metrics are usual

  const Column *find(FieldKind kind) const;  ///< the first present column of a kind
  bool hasLabels() const { return find(FieldKind::Label) != nullptr; }
  DataIdentity identity() const;
  /// What a user should know of how the files were read: `12 of 408 texts were cut to 128 tokens`, or that labels were left out.
  std::vector<std::string> notes() const;
};

}  // namespace offramp::runtime
