// See Examples.h.
#include "runtime/report/Examples.h"

#include "runtime/report/Png.h"
#include "runtime/report/Text.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>

namespace offramp::runtime::report {
namespace {

struct ImageForm {
  int64_t height = 0, width = 0, channels = 1;
  bool channelsFirst = false;
};

/// Bytes as [H, W], [1, H, W], [3, H, W], [H, W, 1] or [H, W, 3]; nothing else is taken for an image.
std::optional<ImageForm> imageForm(const FieldSpec &field) {
  const auto &s = field.shape;
  if (field.kind != FieldKind::Values || field.dtype != ValueType::U8) return std::nullopt;
  ImageForm form;
  if (s.size() == 2) form = {s[0], s[1], 1, false};
  else if (s.size() == 3 && (s[0] == 1 || s[0] == 3)) form = {s[1], s[2], s[0], true};
  else if (s.size() == 3 && (s[2] == 1 || s[2] == 3)) form = {s[0], s[1], s[2], false};
  else return std::nullopt;
  if (form.height < 2 || form.width < 2 || form.height > 1024 || form.width > 1024) return std::nullopt;
  return form;
}

std::string imageOf(const Column &column, const ImageForm &form, int64_t row) {
  const int64_t size = form.height * form.width;
  const auto *from = reinterpret_cast<const uint8_t *>(column.values.data()) + row * size * form.channels;
  std::vector<uint8_t> pixels((size_t)(size * form.channels));
  for (int64_t p = 0; p < size; ++p)
    for (int64_t c = 0; c < form.channels; ++c)
      pixels[(size_t)(p * form.channels + c)] = form.channelsFirst ? from[c * size + p] : from[p * form.channels + c];
  return pngDataUri(encodePng(pixels, form.width, form.height, form.channels));
}

std::string valuesText(const Column &column, int64_t row) {
  constexpr int64_t most = 16;
  const int64_t elements = elementsOf(column.spec), shown = std::min(elements, most);
  std::string text;
  for (int64_t i = 0; i < shown; ++i) {
    const std::byte *at = column.values.data() + (row * elements + i) * valueTypeSize(column.spec.dtype);
    double value = 0;
    if (column.spec.dtype == ValueType::U8) value = (double)std::to_integer<int>(*at);
    else if (float f; column.spec.dtype == ValueType::F32) std::memcpy(&f, at, 4), value = f;
    else if (int32_t n; true) std::memcpy(&n, at, 4), value = n;
    text += (i ? " " : "") + compact(value);
  }
  return text + (elements > shown ? " …" : "");
}

std::string tokensText(const Column &column, int64_t row) {
  constexpr size_t most = 32;
  std::span<const int32_t> tokens = column.sequence(row);
  return fmt::format("{}{}", fmt::join(tokens.first(std::min(tokens.size(), most)), " "), tokens.size() > most ? fmt::format(" … ({} tokens)", tokens.size()) : "");
}

std::vector<Example> show(const Dataset &data, std::span<const Prediction> predictions, int64_t stage, size_t each) {
  std::vector<size_t> those;
  for (size_t i = 0; i < predictions.size(); ++i)
    if (predictions[i].stage == stage) those.push_back(i);
  std::vector<Example> shown;
  const size_t count = std::min(each, those.size());
  for (size_t k = 0; k < count; ++k) {
    Example example{predictions[those[k * those.size() / count]], "", ""};
    const int64_t row = example.prediction.index;
    for (const Column &column : data.columns) {
      if (!column.present || column.spec.kind == FieldKind::Label) continue;
      if (auto form = imageForm(column.spec); form && example.image.empty()) example.image = imageOf(column, *form, row);
      else example.text += fmt::format("{}{}: {}", example.text.empty() ? "" : "\n", column.spec.name, column.spec.kind == FieldKind::Tokens ? tokensText(column, row) : valuesText(column, row));
    }
    shown.push_back(std::move(example));
  }
  return shown;
}

}  // namespace

Examples chooseExamples(const Dataset &data, std::span<const Prediction> predictions, size_t each) {
  Examples examples;
  if (predictions.empty()) return examples;
  examples.earlyStage = examples.lateStage = predictions[0].stage;
  for (const Prediction &p : predictions) {
    examples.earlyStage = std::min<int64_t>(examples.earlyStage, p.stage);
    examples.lateStage = std::max<int64_t>(examples.lateStage, p.stage);
  }
  examples.early = show(data, predictions, examples.earlyStage, each);
  if (examples.lateStage != examples.earlyStage) examples.late = show(data, predictions, examples.lateStage, each);
  for (const Column &column : data.columns) {
    if (!column.present || column.spec.kind == FieldKind::Label || imageForm(column.spec)) continue;
    const bool tokens = column.spec.kind == FieldKind::Tokens;
    examples.note += fmt::format("`{}` is {}, not an image: {}. ", column.spec.name, describe(column.spec),
                                 tokens ? "its token numbers are shown, the words are not part of the run" : "its first values are shown");
  }
  return examples;
}

}  // namespace offramp::runtime::report
