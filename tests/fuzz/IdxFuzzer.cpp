// IDX reader on any bytes, plain or gzip: it reads or refuses, and what it read is whole. The first byte chooses the field.
#include "runtime/data/DatasetBuilder.h"
#include "runtime/data/Idx.h"
#include "tests/fuzz/CheckDataset.h"

using namespace offramp::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const std::vector<FieldSpec> fields{{"image", FieldKind::Values, ValueType::U8, {2, 2}, 0, 0, {}},
                                             {"x", FieldKind::Values, ValueType::F32, {3}, 0, 0, {}},
                                             {"n", FieldKind::Values, ValueType::I32, {}, 0, 0, {}},
                                             {"t", FieldKind::Tokens, ValueType::I32, {}, 100, 4, {}},
                                             {"label", FieldKind::Label, ValueType::I32, {}, 10, 0, {}}};
  if (size == 0) return 0;
  const FieldSpec &field = fields[bytes[0] % fields.size()];
  try {
    InputStream stream("fuzz.idx", std::string_view((const char *)bytes + 1, size - 1));
    DatasetBuilder builder({field});
    int64_t rows = readIdx(stream, builder, 0);
    checkDataset(builder.finish(rows, {"fuzz.idx"}));
  } catch (const offramp::UserError &) {
  }
  return 0;
}
