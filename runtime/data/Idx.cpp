// See Idx.h. Sizes in the header are not believed before the bytes are there: memory grows with what was read.
#include "runtime/data/Idx.h"

#include "runtime/data/CellParser.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <cstring>

namespace offramp::runtime {
namespace {

struct ElementType {
  uint8_t code;
  int size;
  const char *name;
};
constexpr ElementType elementTypes[] = {{0x08, 1, "u8"}, {0x09, 1, "i8"}, {0x0B, 2, "i16"}, {0x0C, 4, "i32"}, {0x0D, 4, "f32"}, {0x0E, 8, "f64"}};

const ElementType *elementType(uint8_t code) {
  for (const ElementType &type : elementTypes)
    if (type.code == code) return &type;
  return nullptr;
}

template <typename T>
T bigEndian(const uint8_t *p) {
  uint64_t bits = 0;
  for (size_t i = 0; i < sizeof(T); ++i) bits = bits << 8 | p[i];
  T value;
  if constexpr (sizeof(T) == 8) value = std::bit_cast<T>(bits);
  else if constexpr (sizeof(T) == 4) value = std::bit_cast<T>((uint32_t)bits);
  else if constexpr (sizeof(T) == 2) value = std::bit_cast<T>((uint16_t)bits);
  else value = std::bit_cast<T>((uint8_t)bits);
  return value;
}

double element(const uint8_t *p, uint8_t code) {
  switch (code) {
    case 0x08: return *p;
    case 0x09: return (int8_t)*p;
    case 0x0B: return bigEndian<int16_t>(p);
    case 0x0C: return bigEndian<int32_t>(p);
    case 0x0D: return bigEndian<float>(p);
    default: return bigEndian<double>(p);
  }
}

struct Header {
  ElementType type{};
  std::vector<int64_t> sizes;
  int64_t samples() const { return sizes[0]; }
};

Header readHeader(InputStream &stream, const std::string &field) {
  const std::string &file = stream.name();
  uint8_t magic[4];
  if (stream.read(magic, 4) != 4) userError("{}: field `{}`: too short for an IDX file (4 bytes of magic number)", file, field);
  const ElementType *type = elementType(magic[2]);
  if (magic[0] != 0 || magic[1] != 0 || !type || magic[3] == 0)
    userError("{}: field `{}`: not an IDX file: its magic number is {:02x}{:02x}{:02x}{:02x}, expected 0000, an element type and the number of dimensions",
              file, field, magic[0], magic[1], magic[2], magic[3]);
  Header header;
  header.type = *type;
  for (int d = 0; d < magic[3]; ++d) {
    uint8_t size[4];
    if (stream.read(size, 4) != 4) userError("{}: field `{}`: the file ends inside its header", file, field);
    header.sizes.push_back((int64_t)bigEndian<uint32_t>(size));
  }
  return header;
}

/// Sizes without the ones: [1, 28, 28] and [28, 28] hold the same.
std::vector<int64_t> squeezed(std::vector<int64_t> sizes) {
  std::erase(sizes, 1);
  return sizes;
}

/// Elements per sample after checking the header against the field.
int64_t checkShape(const Header &header, const FieldSpec &spec, const std::string &file) {
  std::vector<int64_t> perSample(header.sizes.begin() + 1, header.sizes.end());
  auto refuse = [&](const std::string &wanted) {
    userError("{}: field `{}`: the file holds {}[{}] per sample, the model wants {}", file, spec.name, header.type.name,
              fmt::join(perSample, ", "), wanted);
  };
  const bool integers = header.type.code != 0x0D && header.type.code != 0x0E;
  switch (spec.kind) {
    case FieldKind::Label:
      if (isNumberLabel(spec)) break;
      if (!squeezed(perSample).empty() || !integers) refuse(describe(spec) + ", one integer");
      return 1;
    case FieldKind::Tokens:
      if (perSample.size() != 1 || !integers) refuse(describe(spec) + ", one row of integers");
      if (perSample[0] < 1 || (spec.maxRows > 0 && perSample[0] > spec.maxRows)) refuse(describe(spec));
      return perSample[0];
    case FieldKind::Values: break;
  }
  bool fits = spec.dtype == ValueType::F32 || (spec.dtype == ValueType::U8 && header.type.code == 0x08) ||
              (spec.dtype == ValueType::I32 && integers);
  if (squeezed(perSample) != squeezed(spec.shape) || !fits) refuse(describe(spec));
  return elementsOf(spec);
}

void appendSample(DatasetBuilder &builder, size_t field, const uint8_t *bytes, int64_t elements, const ElementType &type, const Place &place) {
  Column &column = builder.column(field);
  const FieldSpec &spec = column.spec;
  if (spec.kind == FieldKind::Values && spec.dtype == ValueType::U8) {
    column.values.insert(column.values.end(), (const std::byte *)bytes, (const std::byte *)bytes + elements);
    return;
  }
  for (int64_t e = 0; e < elements; ++e) {
    double number = element(bytes + e * type.size, type.code);
    if (spec.kind == FieldKind::Label && !isNumberLabel(spec)) {
      builder.addLabel(field, [&](Column &to, LabelMap &classes) { classes.addNumber(to, (int64_t)number, place); });
    } else if (spec.kind == FieldKind::Tokens) {
      appendToken(column, (int64_t)number, std::to_string((int64_t)number), place);
    } else {
      if (!(number - number == 0)) dataError(place, spec.name, "element {} is not a finite number", e);
      appendValue(column, number, fmt::format("{}", number), place);
    }
  }
  if (spec.kind == FieldKind::Tokens) finishSequence(column, place);
}

}  // namespace

bool looksLikeIdx(std::string_view head) {
  return head.size() >= 4 && head[0] == 0 && head[1] == 0 && elementType((uint8_t)head[2]) && head[3] != 0;
}

int64_t readIdx(InputStream &stream, DatasetBuilder &builder, size_t field) {
  const FieldSpec &spec = builder.spec(field);
  const std::string &file = stream.name();
  Header header = readHeader(stream, spec.name);
  const int64_t elements = checkShape(header, spec, file);
  const int64_t sampleBytes = elements * header.type.size;
  const int64_t perBlock = std::max<int64_t>(1, (1 << 20) / std::max<int64_t>(1, sampleBytes));
  std::vector<uint8_t> block;
  for (int64_t sample = 0; sample < header.samples();) {
    int64_t count = std::min(perBlock, header.samples() - sample);
    block.resize((size_t)(count * sampleBytes));
    int64_t got = (int64_t)stream.read(block.data(), block.size());
    if (got != count * sampleBytes)
      userError("{}: field `{}`: the file ends after {} of the {} samples that its header claims: it is cut off", file, spec.name,
                sample + got / std::max<int64_t>(1, sampleBytes), header.samples());
    for (int64_t i = 0; i < count; ++i, ++sample)
      appendSample(builder, field, block.data() + i * sampleBytes, elements, header.type, Place{file, sample, "sample"});
  }
  if (stream.peek() >= 0) userError("{}: field `{}`: bytes follow the {} samples that the header claims", file, spec.name, header.samples());
  return header.samples();
}

}  // namespace offramp::runtime
