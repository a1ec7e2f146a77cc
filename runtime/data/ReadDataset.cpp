// The list of data formats. To add one: a reader of its own beside this file and a line in `tableFormats`.
#include "runtime/data/ReadDataset.h"

#include "runtime/core/Error.h"
#include "runtime/data/Csv.h"
#include "runtime/data/DatasetBuilder.h"
#include "runtime/data/Glue.h"
#include "runtime/data/Idx.h"
#include "runtime/data/Jsonl.h"
#include "runtime/data/PlainText.h"
#include "runtime/data/TextField.h"
#include "runtime/data/Tsv.h"

#include <filesystem>

namespace offramp::runtime {
namespace {

struct TableFormat {
  const char *extension;
  int64_t (*read)(InputStream &, DatasetBuilder &);
};

int64_t readCsv(InputStream &stream, DatasetBuilder &builder) {
  CsvRecords records(stream);
  return readTable(records, builder);
}

int64_t readTsv(InputStream &stream, DatasetBuilder &builder) {
  TsvRecords records(stream);
  return readTable(records, builder);
}

constexpr TableFormat tableFormats[] = {{".csv", readCsv}, {".tsv", readTsv}, {".jsonl", readJsonl}, {".ndjson", readJsonl}, {".txt", readPlainText}};

const TableFormat *tableFormat(const std::string &path) {
  std::filesystem::path name(path);
  if (name.extension() == ".gz") name = name.stem();
  for (const TableFormat &format : tableFormats)
    if (name.extension() == format.extension) return &format;
  return nullptr;
}

void requirePath(const std::string &split, const std::string &path) {
  std::error_code error;
  if (std::filesystem::exists(path, error)) return;
  std::string hint = path.find("fashion-mnist") != std::string::npos
                         ? "Fashion-MNIST comes with `apt install dataset-fashion-mnist`"
                         : "check the path; README.md, section Data, says how to get each data set";
  userError("{} data: `{}` does not exist; {}", split, path, hint);
}

std::string fieldList(const std::vector<FieldSpec> &fields) {
  std::string text;
  for (const FieldSpec &field : fields) text += fmt::format("{}`{}`: {}", text.empty() ? "" : ", ", field.name, describe(field));
  return text;
}

/// Which fields the paths are for, in their order.
std::vector<size_t> fieldsOfPaths(const std::string &split, const std::vector<std::string> &paths, const std::vector<FieldSpec> &fields,
                                  const DatasetBuilder &builder) {
  std::vector<size_t> all, needed;
  for (size_t f = 0; f < fields.size(); ++f) {
    all.push_back(f);
    if (!builder.mayBeAbsent(f)) needed.push_back(f);
  }
  if (paths.size() == all.size()) return all;
  if (paths.size() == needed.size()) return needed;
  userError("{} data: {} path{} for {} fields ({}): give one IDX file per field in this order, or one table file", split, paths.size(),
            paths.size() == 1 ? "" : "s", fields.size(), fieldList(fields));
}

Dataset readIdxFiles(const std::string &split, const std::vector<std::string> &paths, std::vector<FieldSpec> &fields, Labels labels) {
  for (const FieldSpec &field : fields)
    if (isText(field)) userError("{} data: `{}` takes text, which IDX files do not hold; give one .csv, .tsv, .jsonl or .txt file", split, field.name);
  DatasetBuilder builder(fields, labels);
  std::vector<size_t> wanted = fieldsOfPaths(split, paths, fields, builder);
  for (size_t f = 0; f < fields.size(); ++f) builder.column(f).present = false;
  int64_t rows = 0;
  for (size_t i = 0; i < paths.size(); ++i) {
    InputStream stream(paths[i]);
    if (!looksLikeIdx(stream.head()))
      userError("{}: field `{}`: not an IDX file; several paths are IDX files in the order of the fields ({}), a table is given alone",
                paths[i], fields[wanted[i]].name, fieldList(fields));
    builder.column(wanted[i]).present = true;
    int64_t found = readIdx(stream, builder, wanted[i]);
    if (i > 0 && found != rows)
      userError("{} data: `{}` has {} samples, `{}` has {}", split, paths[0], rows, paths[i], found);
    rows = found;
  }
  return builder.finish(rows, paths);
}

Dataset readTableFile(const std::string &path, std::vector<FieldSpec> &fields, Labels labels, InputStream &stream) {
  const TableFormat *format = tableFormat(path);
  if (!format)
    userError("`{}`: unknown kind of data file; known are IDX (by content), .csv, .tsv, .jsonl and .txt, each plain or with .gz", path);
  DatasetBuilder builder(fields, labels);
  int64_t rows = format->read(stream, builder);
  return builder.finish(rows, {path});
}

}  // namespace

Dataset readDataset(const std::string &split, const std::vector<std::string> &paths, std::vector<FieldSpec> &fields, Labels labels) {
  if (paths.empty()) userError("{} data: no path given", split);
  const bool byName = paths.size() == 1 && isGlue(paths[0]);
  Dataset data;
  bool isIdx = paths.size() > 1;
  if (byName) {
    data = readGlue(split, parseGlue(paths[0]), fields, labels);
  } else {
    for (const std::string &path : paths) requirePath(split, path);
  }
  if (!isIdx && !byName) {
    InputStream stream(paths[0]);
    isIdx = looksLikeIdx(stream.head());
    if (!isIdx) data = readTableFile(paths[0], fields, labels, stream);
  }
  if (isIdx) data = readIdxFiles(split, paths, fields, labels);
  if (data.rows == 0) userError("{} data: `{}` has no samples", split, paths[0]);
  for (size_t f = 0; f < fields.size(); ++f)
    if (data.columns[f].present) fields[f].names = data.columns[f].spec.names;
  return data;
}

}  // namespace offramp::runtime
