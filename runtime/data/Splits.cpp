// See Splits.h.
#include "runtime/data/Splits.h"

#include "runtime/core/Error.h"
#include "runtime/data/EpochOrder.h"
#include "runtime/data/Place.h"

#include <algorithm>
#include <numeric>

namespace offramp::runtime {

Split wholeSplit(std::shared_ptr<const Dataset> data, int64_t limit) {
  Split split{data, {}};
  split.rows.resize((size_t)(limit > 0 ? std::min(limit, data->rows) : data->rows));
  std::iota(split.rows.begin(), split.rows.end(), 0);
  return split;
}

TrainingSplits makeTrainingSplits(std::shared_ptr<const Dataset> train, std::shared_ptr<const Dataset> valid, int64_t limit) {
  TrainingSplits splits;
  splits.train = wholeSplit(train, limit);
  if (valid) {
    splits.valid = wholeSplit(valid, limit);
    return splits;
  }
  if (splits.train.size() < 2) userError("train data: 5 % are held out for validation, which one sample does not allow; give `--data valid=PATH`");
  splits.heldOut = true;
  const std::vector<int64_t> all = std::move(splits.train.rows);
  splits.valid = {train, drawHoldOut(all, std::max<int64_t>(1, (int64_t)all.size() / 20))};
  splits.train.rows.clear();
  std::set_difference(all.begin(), all.end(), splits.valid.rows.begin(), splits.valid.rows.end(), std::back_inserter(splits.train.rows));
  return splits;
}

std::string missingClassesNote(const Split &split) {
  const Column *column = split.data->find(FieldKind::Label);
  if (!column || isNumberLabel(column->spec)) return "";
  const FieldSpec &label = column->spec;
  std::vector<bool> seen((size_t)label.classes);
  for (int64_t row : split.rows) seen[(size_t)column->labels[(size_t)row]] = true;
  std::vector<std::string> missing;
  for (size_t number = 0; number < seen.size(); ++number)
    if (!seen[number]) missing.push_back(number < label.names.size() ? label.names[number] : std::to_string(number));
  if (missing.empty()) return "";
  return fmt::format("{} of {} classes have no sample: {}", missing.size(), label.classes, listed(missing, 5));
}

}  // namespace offramp::runtime
