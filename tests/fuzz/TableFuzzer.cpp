// CSV, TSV and JSONL readers on any bytes. The first byte chooses: c, t, j (labels required) or C, T, J (labels optional).
#include "runtime/data/Csv.h"
#include "runtime/data/DatasetBuilder.h"
#include "runtime/data/Jsonl.h"
#include "runtime/data/Tsv.h"
#include "tests/fuzz/CheckDataset.h"

using namespace offramp::runtime;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const std::vector<FieldSpec> fields{{"x", FieldKind::Values, ValueType::U8, {2, 2}, 0, 0, {}},
                                             {"t", FieldKind::Tokens, ValueType::I32, {}, 100, 8, {}},
                                             {"label", FieldKind::Label, ValueType::I32, {}, 3, 0, {}}};
  if (size == 0) return 0;
  const char format = (char)bytes[0];
  try {
    InputStream stream("fuzz", std::string_view((const char *)bytes + 1, size - 1));
    DatasetBuilder builder(fields, format >= 'a');
    int64_t rows = 0;
    if (format == 'c' || format == 'C') {
      CsvRecords records(stream);
      rows = readTable(records, builder);
    } else if (format == 't' || format == 'T') {
      TsvRecords records(stream);
      rows = readTable(records, builder);
    } else {
      rows = readJsonl(stream, builder);
    }
    checkDataset(builder.finish(rows, {"fuzz"}));
  } catch (const offramp::UserError &) {
  }
  return 0;
}
