// See PlainText.h.
#include "runtime/data/PlainText.h"

#include "runtime/core/Error.h"
#include "runtime/data/TextField.h"

#include <optional>

namespace offramp::runtime {

int64_t readPlainText(InputStream &stream, DatasetBuilder &builder) {
  std::optional<size_t> text;
  for (size_t f = 0; f < builder.fields(); ++f) {
    const FieldSpec &spec = builder.spec(f);
    if (isText(spec) && !isPair(spec) && !text)
      text = f;
    else if (builder.mayBeAbsent(f))
      builder.column(f).present = false;
    else if (!isSegments(spec))
      userError("{}: a .txt file has one text a line and nothing else, which leaves no place for `{}`: {}; give a .csv, .tsv or .jsonl file",
                stream.name(), spec.name, describe(spec));
  }
  if (!text) userError("{}: the model takes no text; give the kind of file that its inputs need", stream.name());
  int64_t rows = 0;
  std::string line;
  while (stream.readLine(line)) {
    if (rows++ == 0 && line.starts_with("\xEF\xBB\xBF")) line.erase(0, 3);
    appendText(builder, *text, line, {});
  }
  return rows;
}

}  // namespace offramp::runtime
