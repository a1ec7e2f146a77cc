// Weights between a session's flat block and a safetensors file.
#include "runtime/core/Error.h"
#include "runtime/core/Safetensors.h"
#include "runtime/core/Session.h"

#include <cstring>
#include <set>

namespace offramp::runtime {

namespace {

/// Copies what the file has. A tensor of the file that belongs to no weight is refused by its nearest name; weights that the file lacks are
/// returned, or refused when all are `needed`.
std::vector<std::string> copyWeights(const std::filesystem::path &path, const Manifest &manifest, std::span<float> block, bool needed) {
  SafetensorsFile file = SafetensorsFile::open(path);
  std::vector<std::string> known, missing;
  for (const ManifestInstance &instance : manifest.instances)
    for (const ManifestField &field : instance.fields) {
      std::string name = instance.path + "." + field.name;
      if (needed || file.find(name)) {
        const TensorView &tensor = file.expect(name, TensorType::F32, field.shape);
        std::memcpy(block.data() + instance.offset + field.offset, tensor.data, (size_t)tensor.bytes);
      } else {
        missing.push_back(name);
      }
      known.push_back(std::move(name));
    }
  const std::set<std::string> names(known.begin(), known.end());
  for (const TensorView &tensor : file.tensors()) {
    if (names.contains(tensor.name)) continue;
    std::string near = nearestName(tensor.name, known);
    userError("`{}`: tensor `{}` belongs to no weight of model `{}`{}", path.string(), tensor.name, manifest.model,
              near.empty() ? std::string() : fmt::format("; the nearest is `{}`", near));
  }
  return missing;
}

}  // namespace

void loadWeights(const std::filesystem::path &path, const Manifest &manifest, std::span<float> block) { copyWeights(path, manifest, block, true); }

std::vector<std::string> loadInitialWeights(const std::filesystem::path &path, const Manifest &manifest, std::span<float> block) {
  return copyWeights(path, manifest, block, false);
}

void saveWeights(const std::filesystem::path &path, const Manifest &manifest, std::span<const float> block) {
  std::vector<TensorToWrite> tensors;
  for (const ManifestInstance &instance : manifest.instances)
    for (const ManifestField &field : instance.fields)
      tensors.push_back({instance.path + "." + field.name, TensorType::F32, field.shape, block.data() + instance.offset + field.offset});
  writeSafetensors(path, std::move(tensors), {{"format", "pt"}, {"model", manifest.model}});
}

}  // namespace offramp::runtime
