// Safetensors files: 8 bytes of header length, a JSON header, the tensors back to back. What Hugging Face tools read and write.
// Element types F32, F16, BF16, I32, I64 and U8; others are refused by name. What needs F32 takes F32: converting is the reader's decision (toFloats).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace offramp::runtime {

enum class TensorType { F32, F16, BF16, I32, I64, U8 };

const char *tensorTypeName(TensorType type);
int64_t tensorTypeSize(TensorType type);

/// A tensor inside an open file; `data` is only as aligned as the file makes it, so copy with memcpy.
struct TensorView {
  std::string name;
  TensorType type = TensorType::F32;
  std::vector<int64_t> shape;
  const std::byte *data = nullptr;
  int64_t bytes = 0;
};

class SafetensorsFile {
 public:
  /// Maps the file; every offset, size and type is checked here, so that views can be trusted.
  static SafetensorsFile open(const std::filesystem::path &path);
  /// The same checks on bytes that the caller keeps alive.
  static SafetensorsFile parse(std::span<const std::byte> bytes, const std::string &name);

  const std::vector<TensorView> &tensors() const { return views; }  ///< in the order of their data
  const std::map<std::string, std::string> &metadata() const { return texts; }
  const TensorView *find(const std::string &name) const;
  /// The tensor, which must have this type and shape; the message says which tensors there are.
  const TensorView &expect(const std::string &name, TensorType type, const std::vector<int64_t> &shape) const;

 private:
  std::string name;
  std::shared_ptr<const void> mapping;
  std::vector<TensorView> views;
  std::map<std::string, size_t> places;
  std::map<std::string, std::string> texts;
};

/// Elements of a tensor of F32, F16 or BF16, exactly; UserError naming it for other types.
std::vector<float> toFloats(const TensorView &tensor, const std::string &file);

struct TensorToWrite {
  std::string name;
  TensorType type = TensorType::F32;
  std::vector<int64_t> shape;
  const void *data = nullptr;
};

/// Writes atomically, in the order of the reference implementation (wider types first, then by name), so equal content gives
/// equal bytes.
void writeSafetensors(const std::filesystem::path &path, std::vector<TensorToWrite> tensors,
                      const std::map<std::string, std::string> &metadata = {});

}  // namespace offramp::runtime
