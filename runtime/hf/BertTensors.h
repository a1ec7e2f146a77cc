// Which tensor of a Hugging Face BERT is which weight of `std.bert`, in both directions: import and export are one table read two ways.
// Linear weights are [out, in] there and [in, out] here; key and value are two tensors there and the halves of one here.
#pragma once

#include "runtime/hf/BertConfig.h"

namespace offramp::runtime::hf {

struct TensorPair {
  std::string theirs;          ///< without the `bert.` that task models put in front
  std::vector<int64_t> shape;  ///< theirs: [entries, width], [out, in] or [out]
  std::string ours;
  bool transposed = false;     ///< theirs [out, in], ours [in, columns]
  int64_t column = 0, columns = 0;  ///< ours holds it from this column on, of so many; a whole tensor has column 0 and columns = its last size
};

/// The encoder: embeddings and all layers.
std::vector<TensorPair> encoderTensors(const BertConfig &config);
/// Pooler and classifier, which are the head of the last stage.
std::vector<TensorPair> poolerTensors(const BertConfig &config);
std::vector<TensorPair> classifierTensors(const BertConfig &config, int64_t classes);

/// Shape of the weight on our side.
std::vector<int64_t> ourShape(const TensorPair &pair);

/// Calls `use` with the place of each of the `elements` on their side and on ours.
template <typename Use>
void forEachElement(const TensorPair &pair, int64_t elements, Use use) {
  const int64_t inner = pair.transposed ? pair.shape[0] : pair.shape.back(), outer = elements / inner;
  for (int64_t row = 0; row < outer; ++row)
    for (int64_t column = 0; column < inner; ++column)
      use((size_t)(pair.transposed ? column * outer + row : row * inner + column), (size_t)(row * pair.columns + pair.column + column));
}

}  // namespace offramp::runtime::hf
