// What must hold for every data set that a reader returns; used by the fuzzers of readers.
#pragma once

#include "runtime/data/BatchBuilder.h"

#include <cstdlib>
#include <numeric>

inline void mustHold(bool condition) {
  if (!condition) std::abort();
}

inline void checkDataset(const offramp::runtime::Dataset &data) {
  using namespace offramp::runtime;
  for (const Column &column : data.columns) {
    const FieldSpec &spec = column.spec;
    if (!column.present) continue;
    if (spec.kind == FieldKind::Values || isNumberLabel(spec))
      mustHold((int64_t)column.values.size() == data.rows * elementsOf(spec) * valueTypeSize(spec.dtype));
    if (spec.kind == FieldKind::Label && !isNumberLabel(spec)) {
      mustHold((int64_t)column.labels.size() == data.rows);
      for (int32_t label : column.labels) mustHold(label >= 0 && label < spec.classes);
      mustHold(data.rows == 0 || (int64_t)spec.names.size() == spec.classes);
    }
    if (spec.kind == FieldKind::Tokens) {
      mustHold((int64_t)column.starts.size() == data.rows + 1 && column.starts.back() == (int64_t)column.tokens.size());
      for (int64_t row = 0; row < data.rows; ++row) mustHold(column.lengthOf(row) >= 1 && column.lengthOf(row) <= spec.maxRows);
      for (int32_t id : column.tokens) mustHold(id >= 0 && id < spec.classes);
    }
  }
  if (data.rows == 0 || data.rows > 1000) return;
  BatchBuilder builder(data, data.find(FieldKind::Tokens) ? 0 : -1);
  std::vector<int64_t> rows((size_t)data.rows);
  std::iota(rows.begin(), rows.end(), 0);
  builder.build(rows);
}
