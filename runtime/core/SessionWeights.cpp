// Weights between a session's flat block and a safetensors file.
#include "runtime/core/Error.h"
#include "runtime/core/Safetensors.h"
#include "runtime/core/Session.h"

#include <cstring>
#include <set>

namespace offramp::runtime {

void loadWeights(const std::filesystem::path &path, const Manifest &manifest, std::span<float> block) {
  SafetensorsFile file = SafetensorsFile::open(path);
  std::vector<std::string> known;
  for (const ManifestInstance &instance : manifest.instances)
    for (const ManifestField &field : instance.fields) {
      std::string name = instance.path + "." + field.name;
      const TensorView &tensor = file.expect(name, TensorType::F32, field.shape);
      std::memcpy(block.data() + instance.offset + field.offset, tensor.data, (size_t)tensor.bytes);
      known.push_back(std::move(name));
    }
  const std::set<std::string> names(known.begin(), known.end());
  for (const TensorView &tensor : file.tensors()) {
    if (names.contains(tensor.name)) continue;
    std::string near = nearestName(tensor.name, known);
    userError("`{}`: tensor `{}` belongs to no weight of model `{}`{}", path.string(), tensor.name, manifest.model,
              near.empty() ? std::string() : fmt::format("; the nearest is `{}`", near));
  }
}

void saveWeights(const std::filesystem::path &path, const Manifest &manifest, std::span<const float> block) {
  std::vector<TensorToWrite> tensors;
  for (const ManifestInstance &instance : manifest.instances)
    for (const ManifestField &field : instance.fields)
      tensors.push_back({instance.path + "." + field.name, TensorType::F32, field.shape, block.data() + instance.offset + field.offset});
  writeSafetensors(path, std::move(tensors), {{"format", "pt"}, {"model", manifest.model}});
}

}  // namespace offramp::runtime
