// Reading (validated as the reference implementation does: sorted by offset, no gap, no overlap, no rest) and writing.
#include "runtime/core/Safetensors.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/core/Json.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <sys/mman.h>
#include <sys/stat.h>
#include <tuple>
#include <unistd.h>

namespace offramp::runtime {
namespace {

constexpr uint64_t maxHeader = 100'000'000;  // the limit of the reference implementation

std::optional<TensorType> typeOf(const std::string &text) {
  for (TensorType type : {TensorType::F32, TensorType::F16, TensorType::BF16, TensorType::I32, TensorType::I64, TensorType::U8})
    if (text == tensorTypeName(type)) return type;
  return std::nullopt;
}

/// Elements of a shape, or nothing when the product leaves int64.
std::optional<int64_t> elementsOf(const std::vector<int64_t> &shape) {
  int64_t elements = 1;
  for (int64_t size : shape)
    if (__builtin_mul_overflow(elements, size, &elements)) return std::nullopt;
  return elements;
}

std::string shapeText(const std::vector<int64_t> &shape) { return fmt::format("[{}]", fmt::join(shape, ", ")); }

struct Entry {
  TensorView view;
  int64_t begin = 0, end = 0;
};

Entry readEntry(const std::string &tensor, const Json &fields, int64_t dataBytes, const std::string &file) {
  std::string where = fmt::format("{}: tensor `{}`", file, tensor);
  Entry entry;
  entry.view.name = tensor;
  std::string dtype = jsonString(fields, "dtype", where);
  auto type = typeOf(dtype);
  if (!type) userError("{}: dtype {} is not supported; convert it to F32 (F16, BF16, I32, I64 and U8 are read too)", where, dtype);
  entry.view.type = *type;

  const Json &shape = jsonMember(fields, "shape", where);
  if (!shape.is_array()) userError("{}: field `shape` is {}, expected an array", where, jsonKind(shape));
  for (const Json &size : shape) {
    if (!size.is_number_unsigned() || size.get<uint64_t>() > (uint64_t)INT64_MAX)
      userError("{}: field `shape` holds {}, expected a size", where, jsonLine(size));
    entry.view.shape.push_back(size.get<int64_t>());
  }
  const Json &offsets = jsonMember(fields, "data_offsets", where);
  if (!offsets.is_array() || offsets.size() != 2 || !offsets[0].is_number_unsigned() || !offsets[1].is_number_unsigned())
    userError("{}: field `data_offsets` must be two byte offsets", where);
  uint64_t begin = offsets[0].get<uint64_t>(), end = offsets[1].get<uint64_t>();
  if (begin > end || end > (uint64_t)dataBytes)
    userError("{}: data_offsets [{}, {}] lie outside the {} bytes of data", where, begin, end, dataBytes);
  entry.begin = (int64_t)begin, entry.end = (int64_t)end;

  auto elements = elementsOf(entry.view.shape);
  int64_t bytes = 0;
  if (!elements || __builtin_mul_overflow(*elements, tensorTypeSize(*type), &bytes) || bytes != entry.end - entry.begin)
    userError("{}: shape {} of {} does not fill its {} bytes", where, shapeText(entry.view.shape), dtype, entry.end - entry.begin);
  entry.view.bytes = bytes;
  return entry;
}

}  // namespace

const char *tensorTypeName(TensorType type) {
  switch (type) {
    case TensorType::F32: return "F32";
    case TensorType::F16: return "F16";
    case TensorType::BF16: return "BF16";
    case TensorType::I32: return "I32";
    case TensorType::I64: return "I64";
    case TensorType::U8: return "U8";
  }
  return "?";
}

int64_t tensorTypeSize(TensorType type) {
  switch (type) {
    case TensorType::U8: return 1;
    case TensorType::F16:
    case TensorType::BF16: return 2;
    case TensorType::F32:
    case TensorType::I32: return 4;
    case TensorType::I64: return 8;
  }
  return 0;
}

std::vector<float> toFloats(const TensorView &tensor, const std::string &file) {
  std::vector<float> out((size_t)(tensor.bytes / tensorTypeSize(tensor.type)));
  auto half = [&](size_t i) {
    uint16_t bits = 0;
    std::memcpy(&bits, tensor.data + 2 * i, 2);
    return bits;
  };
  switch (tensor.type) {
    case TensorType::F32: std::memcpy(out.data(), tensor.data, (size_t)tensor.bytes); break;
    case TensorType::BF16:
      for (size_t i = 0; i < out.size(); ++i) out[i] = std::bit_cast<float>((uint32_t)half(i) << 16);
      break;
    case TensorType::F16:
      for (size_t i = 0; i < out.size(); ++i) out[i] = (float)std::bit_cast<_Float16>(half(i));
      break;
    default: userError("{}: tensor `{}` is {}, expected F32, F16 or BF16", file, tensor.name, tensorTypeName(tensor.type));
  }
  return out;
}

SafetensorsFile SafetensorsFile::parse(std::span<const std::byte> bytes, const std::string &name) {
  SafetensorsFile file;
  file.name = name;
  if (bytes.size() < 8) userError("{}: {} bytes are too few for a safetensors file", name, bytes.size());
  uint64_t headerBytes = 0;
  for (size_t i = 0; i < 8; ++i) headerBytes |= (uint64_t)bytes[i] << (8 * i);
  if (headerBytes > maxHeader || headerBytes > bytes.size() - 8)
    userError("{}: the header claims {} bytes and the file has {}: cut off, or not a safetensors file", name, headerBytes, bytes.size());

  Json header = parseJson({(const char *)bytes.data() + 8, headerBytes}, name + ": header");
  if (!header.is_object()) userError("{}: header: expected an object, found {}", name, jsonKind(header));
  const std::byte *data = bytes.data() + 8 + headerBytes;
  const int64_t dataBytes = (int64_t)(bytes.size() - 8 - headerBytes);

  std::vector<Entry> entries;
  for (const auto &[key, value] : header.items()) {
    if (key != "__metadata__") {
      entries.push_back(readEntry(key, value, dataBytes, name));
      continue;
    }
    if (!value.is_object()) userError("{}: `__metadata__` is {}, expected an object", name, jsonKind(value));
    for (const auto &[field, text] : value.items()) {
      if (!text.is_string()) userError("{}: `__metadata__` field `{}` is {}, expected a string", name, field, jsonKind(text));
      file.texts[field] = text.get<std::string>();
    }
  }
  std::sort(entries.begin(), entries.end(), [](const Entry &a, const Entry &b) {
    return std::tie(a.begin, a.end, a.view.name) < std::tie(b.begin, b.end, b.view.name);
  });
  int64_t at = 0;
  for (Entry &entry : entries) {
    if (entry.begin != at)
      userError("{}: tensor `{}` begins at byte {}, expected {}: tensors {}", name, entry.view.name, entry.begin, at,
                entry.begin < at ? "overlap" : "leave a gap");
    at = entry.end;
    entry.view.data = data + entry.begin;
    file.places[entry.view.name] = file.views.size();
    file.views.push_back(std::move(entry.view));
  }
  if (at != dataBytes) userError("{}: {} bytes of data follow the last tensor's end at {}", name, dataBytes - at, at);
  return file;
}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path &path) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) userError("cannot read `{}`: {}", path.string(), std::strerror(errno));
  struct stat info {};
  bool regular = ::fstat(fd, &info) == 0 && S_ISREG(info.st_mode);
  void *memory = regular && info.st_size > 0 ? ::mmap(nullptr, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0) : nullptr;
  int why = errno;
  ::close(fd);
  if (!regular) userError("cannot read `{}`: not a regular file", path.string());
  if (memory == MAP_FAILED) userError("cannot read `{}`: {}", path.string(), std::strerror(why));
  size_t size = (size_t)info.st_size;
  std::shared_ptr<const void> mapping(memory, [size](const void *p) {
    if (p) ::munmap(const_cast<void *>(p), size);
  });
  SafetensorsFile file = parse({(const std::byte *)memory, size}, path.string());
  file.mapping = std::move(mapping);
  return file;
}

const TensorView *SafetensorsFile::find(const std::string &tensor) const {
  auto found = places.find(tensor);
  return found == places.end() ? nullptr : &views[found->second];
}

const TensorView &SafetensorsFile::expect(const std::string &tensor, TensorType type, const std::vector<int64_t> &shape) const {
  const TensorView *view = find(tensor);
  if (!view) {
    std::vector<std::string> names;
    for (size_t i = 0; i < views.size() && i < 12; ++i) names.push_back("`" + views[i].name + "`");
    if (names.size() < views.size()) names.push_back(fmt::format("{} more", views.size() - names.size()));
    userError("{}: no tensor `{}`; there are {}", name, tensor, views.empty() ? std::string("none") : fmt::format("{}", fmt::join(names, ", ")));
  }
  if (view->type != type || view->shape != shape)
    userError("{}: tensor `{}` is {}{}, expected {}{}", name, tensor, tensorTypeName(view->type), shapeText(view->shape),
              tensorTypeName(type), shapeText(shape));
  return *view;
}

void writeSafetensors(const std::filesystem::path &path, std::vector<TensorToWrite> tensors,
                      const std::map<std::string, std::string> &metadata) {
  std::sort(tensors.begin(), tensors.end(), [](const TensorToWrite &a, const TensorToWrite &b) {
    return std::pair(-tensorTypeSize(a.type), a.name) < std::pair(-tensorTypeSize(b.type), b.name);
  });
  OrderedJson header = OrderedJson::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::vector<int64_t> sizes;
  int64_t offset = 0;
  for (const TensorToWrite &tensor : tensors) {
    if (header.contains(tensor.name)) throw std::logic_error(fmt::format("two tensors are named `{}`", tensor.name));
    sizes.push_back(elementsOf(tensor.shape).value() * tensorTypeSize(tensor.type));
    header[tensor.name] = {{"dtype", tensorTypeName(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {offset, offset + sizes.back()}}};
    offset += sizes.back();
  }
  std::string text = header.dump();
  text.resize((text.size() + 7) / 8 * 8, ' ');  // data starts 8-byte aligned
  char length[8];
  for (int i = 0; i < 8; ++i) length[i] = (char)((uint64_t)text.size() >> (8 * i));

  AtomicFile file(path);
  file.write(length, 8);
  file.write(text);
  for (size_t i = 0; i < tensors.size(); ++i) file.write(tensors[i].data, (size_t)sizes[i]);
  file.commit();
}

}  // namespace offramp::runtime
