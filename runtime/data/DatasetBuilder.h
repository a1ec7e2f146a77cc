// A data set while a reader fills it. Readers append to the columns of one sample after the other; label names are settled at the end.
#pragma once

#include "runtime/core/Error.h"
#include "runtime/data/Dataset.h"
#include "runtime/data/LabelMap.h"

#include <string>
#include <vector>

namespace offramp::runtime {

class DatasetBuilder {
 public:
  explicit DatasetBuilder(const std::vector<FieldSpec> &fields, Labels wanted = Labels::Required) : wanted(wanted) {
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
  bool mayBeAbsent(size_t field) const { return wanted != Labels::Required && spec(field).kind == FieldKind::Label; }

  /// Adds a label by `add(column, map)`; the map is for classes. With Labels::IfKnown what is refused leaves the whole column out.
  template <typename Add> void addLabel(size_t field, Add add) {
    Column &column = data.columns[field];
    if (!column.present) return;
    if (wanted != Labels::IfKnown) return add(column, maps[field]);
    try {
      add(column, maps[field]);
    } catch (const UserError &refusal) {
      column.leftOut = refusal.what();
      column.present = false;
      column.labels.clear(), column.values.clear();
    }
  }

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
  Labels wanted;
};

}  // namespace offramp::runtime
