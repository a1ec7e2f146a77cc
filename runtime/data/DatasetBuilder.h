// A data set while a reader fills it. Readers append to the columns of one sample after the other; label names are settled at the end.
#pragma once

#include "runtime/data/Dataset.h"
#include "runtime/data/LabelMap.h"

#include <string>
#include <vector>

namespace offramp::runtime {

class DatasetBuilder {
 public:
  /// `labelsRequired` false: files without the label columns are read too (prediction).
  DatasetBuilder(const std::vector<FieldSpec> &fields, bool labelsRequired) : labelsAreRequired(labelsRequired) {
    for (const FieldSpec &field : fields) {
      Column column;
      column.spec = field;
      if (field.kind == FieldKind::Tokens) column.starts.push_back(0);
      data.columns.push_back(std::move(column));
      maps.emplace_back(field.kind == FieldKind::Label && !isNumberLabel(field) ? field : FieldSpec{});
    }
  }

  size_t fields() const { return data.columns.size(); }
  Column &column(size_t field) { return data.columns[field]; }
  const FieldSpec &spec(size_t field) const { return data.columns[field].spec; }
  LabelMap &labels(size_t field) { return maps[field]; }
  bool mayBeAbsent(size_t field) const { return !labelsAreRequired && spec(field).kind == FieldKind::Label; }

  Dataset finish(int64_t rows, const std::vector<std::string> &paths) {
    for (size_t f = 0; f < fields(); ++f)
      if (spec(f).kind == FieldKind::Label && !isNumberLabel(spec(f)) && column(f).present)
        maps[f].finish(column(f), paths[f < paths.size() ? f : 0]);
    data.rows = rows;
    data.paths = paths;
    return std::move(data);
  }

 private:
  Dataset data;
  std::vector<LabelMap> maps;  ///< used for labels that are classes only
  bool labelsAreRequired;
};

}  // namespace offramp::runtime
