// See RowGradients.h. What counts is how gradients arrive: a table that is also read behind a stop_gradient still gets them by rows.
#include "compiler/artifact/RowGradients.h"

#include "compiler/dialect/Nn.h"

#include <map>
#include <string>

using namespace mlir;

namespace offramp {

void markRowGradients(ModuleOp module) {
  std::map<std::string, std::map<std::string, bool>> byRows;  // bundle, field
  module.walk([&](nn::AccumulateOp accumulate) {
    Value value = accumulate.getValue();
    const bool rows = value.hasOneUse() && value.getDefiningOp<nn::GatherDwOp>();  // such a sum is made in the gradient block itself
    auto type = cast<nn::GradientsType>(accumulate.getGradients().getType());
    auto [field, fresh] = byRows[type.getBundle().getValue().str()].emplace(accumulate.getName().str(), rows);
    if (!fresh) field->second &= rows;
  });
  for (auto bundle : module.getOps<nn::BundleOp>()) {
    SmallVector<Attribute> names;
    for (auto &[name, rows] : byRows[bundle.getSymName().str()])
      if (rows) names.push_back(StringAttr::get(module.getContext(), name));
    if (!names.empty()) bundle->setAttr("nn.row_gradients", ArrayAttr::get(module.getContext(), names));
  }
}

}  // namespace offramp
