// CSV, TSV, JSONL and plain text readers on any bytes. The first byte chooses: c, t, j (labels required) or C, T, J (labels optional) for
// numbers and ids; 1, 2, 3 the same formats for pairs of texts, 4 lines of text.
#include "runtime/data/Csv.h"
#include "runtime/data/DatasetBuilder.h"
#include "runtime/data/Jsonl.h"
#include "runtime/data/PlainText.h"
#include "runtime/data/Tsv.h"
#include "runtime/text/WordPiece.h"
#include "tests/fuzz/CheckDataset.h"

using namespace offramp::runtime;

namespace {

std::vector<FieldSpec> textFields(bool pair) {
  FieldSpec text{"text", FieldKind::Tokens, ValueType::I32, {}, 5, 8, {}}, segments{"segments", FieldKind::Tokens, ValueType::I32, {}, 2, 8, {}};
  text.tokenizer = std::make_shared<const WordPiece>(WordPiece::fromText("[UNK]\n[CLS]\n[SEP]\na\nb\n", "vocabulary", true));
  text.firstColumn = "one", text.secondColumn = pair ? "two" : "";
  segments.segmentsOf = "text";
  return {text, segments, {"y", FieldKind::Label, ValueType::I32, {}, 2, 0, {}}};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size) {
  static const std::vector<FieldSpec> fields{{"x", FieldKind::Values, ValueType::U8, {2, 2}, 0, 0, {}},
                                             {"t", FieldKind::Tokens, ValueType::I32, {}, 100, 8, {}},
                                             {"label", FieldKind::Label, ValueType::I32, {}, 3, 0, {}}};
  static const std::vector<FieldSpec> pairs = textFields(true), singles = textFields(false);
  if (size == 0) return 0;
  const char format = (char)bytes[0];
  try {
    InputStream stream("fuzz", std::string_view((const char *)bytes + 1, size - 1));
    const Labels mayBeAbsent = size % 2 ? Labels::Optional : Labels::IfKnown;
    DatasetBuilder builder(format == '4' ? singles : format >= '1' && format <= '3' ? pairs : fields,
                           format >= 'a' || format < '4' ? Labels::Required : mayBeAbsent);
    int64_t rows = 0;
    if (format == 'c' || format == 'C' || format == '1') {
      CsvRecords records(stream);
      rows = readTable(records, builder);
    } else if (format == 't' || format == 'T' || format == '2') {
      TsvRecords records(stream);
      rows = readTable(records, builder);
    } else if (format == '4') {
      rows = readPlainText(stream, builder);
    } else {
      rows = readJsonl(stream, builder);
    }
    checkDataset(builder.finish(rows, {"fuzz"}));
  } catch (const offramp::UserError &) {
  }
  return 0;
}
