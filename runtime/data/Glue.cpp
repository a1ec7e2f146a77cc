// See Glue.h. The table of tasks is all that differs between them.
#include "runtime/data/Glue.h"

#include "runtime/core/Error.h"
#include "runtime/data/TextField.h"
#include "runtime/data/Tsv.h"

#include <fmt/ranges.h>

#include <filesystem>

namespace offramp::runtime {
namespace {

constexpr std::string_view prefix = "glue:";

constexpr GlueTask tasks[] = {
    {.name = "cola", .first = "sentence", .second = "", .label = "label", .classNames = {"0", "1"},
     .header = "source\tlabel\toriginal mark\tsentence", .matthews = true},
    {.name = "mnli", .first = "sentence1", .second = "sentence2", .label = "gold_label", .classNames = {"entailment", "neutral", "contradiction"},
     .test = "dev_matched"},
    {.name = "mrpc", .first = "#1 String", .second = "#2 String", .label = "Quality", .classNames = {"0", "1"}, .f1 = true},
    {.name = "qnli", .first = "question", .second = "sentence", .label = "label", .classNames = {"entailment", "not_entailment"}},
    {.name = "qqp", .first = "question1", .second = "question2", .label = "is_duplicate", .classNames = {"0", "1"}, .f1 = true},
    {.name = "rte", .first = "sentence1", .second = "sentence2", .label = "label", .classNames = {"entailment", "not_entailment"}},
    {.name = "sst2", .first = "sentence", .second = "", .label = "label", .classNames = {"0", "1"}},
    {.name = "stsb", .first = "sentence1", .second = "sentence2", .label = "score", .classNames = {}},
};

/// Records behind a header line that the file does not have.
class WithHeader : public RecordSource {
 public:
  WithHeader(RecordSource &source, std::string_view header) : source(source), header(header) {}
  bool next(std::vector<std::string> &cells) override {
    if (begun) return source.next(cells);
    begun = true;
    InputStream line(name(), header);
    return TsvRecords(line).next(cells);
  }
  int64_t line() const override { return source.line(); }
  const std::string &name() const override { return source.name(); }

 private:
  RecordSource &source;
  std::string_view header;
  bool begun = false;
};

std::string fileOf(const std::string &split, const GlueSource &source) {
  const std::string name = (std::filesystem::path(source.folder) / (split == "train" ? "train" : source.task->test)).string() + ".tsv";
  std::error_code error;
  for (const std::string &path : {name, name + ".gz"})
    if (std::filesystem::is_regular_file(path, error)) return path;
  userError("{} data: neither `{}` nor `{}.gz` exists, which `glue:{}` needs; README.md, section Data, says how to get each data set",
            split, name, name, source.task->name);
}

/// The model's fields with the task's columns; the label takes the name of its column for as long as the file is read.
std::vector<FieldSpec> fieldsOf(const GlueTask &task, std::vector<FieldSpec> fields, Labels labels) {
  const std::optional<size_t> text = onlyText(fields);
  if (!text) userError("`glue:{}` gives texts; the model needs exactly one input of text, `tokens(wordpiece(\"vocab.txt\"), …)`", task.name);
  FieldSpec &spec = fields[*text];
  if (isPair(spec) && task.second.empty())
    userError("`glue:{}` has single texts, but `{}` of the model takes pairs; declare it without `first` and `second`", task.name, spec.name);
  if (!isPair(spec) && !task.second.empty())
    userError("`glue:{}` has pairs of texts, but `{}` of the model takes single ones; declare it with `first = \"{}\", second = \"{}\"`",
              task.name, spec.name, task.first, task.second);
  spec.firstColumn = task.first, spec.secondColumn = task.second;
  bool labelled = false;
  for (FieldSpec &field : fields) {
    if (isText(field) || isSegments(field)) continue;
    if (field.kind != FieldKind::Label || labelled)
      userError("`glue:{}` has texts and one label, but the model also takes `{}`: {}", task.name, field.name, describe(field));
    labelled = true;
    const std::string name = field.name;
    field.name = task.label;
    if (task.isNumber() && !isNumberLabel(field))
      userError("`glue:{}` has a number as label, but `{}` of the model is a class of {}; declare it as `f32`", task.name, name,
                field.classes);
    if (task.isNumber()) continue;
    if (isNumberLabel(field))
      userError("`glue:{}` has {} classes ({}), but `{}` of the model is a number", task.name, task.classes().size(),
                fmt::join(task.classes(), ", "), name);
    if (field.classes != (int64_t)task.classes().size())
      userError("`glue:{}` has {} classes ({}), but `{}` of the model has {}", task.name, task.classes().size(), fmt::join(task.classes(), ", "),
                name, field.classes);
    if (field.names.empty()) field.names.assign(task.classes().begin(), task.classes().end());
  }
  if (!labelled && labels == Labels::Required) userError("`glue:{}` is for models with a label", task.name);
  return fields;
}

}  // namespace

const GlueTask *findGlueTask(std::string_view name) {
  for (const GlueTask &task : tasks)
    if (task.name == name) return &task;
  return nullptr;
}

bool isGlue(std::string_view path) { return path.starts_with(prefix); }

GlueSource parseGlue(std::string_view path) {
  const size_t equals = path.find('=');
  const std::string_view name = path.substr(prefix.size(), equals == std::string_view::npos ? equals : equals - prefix.size());
  if (equals == std::string_view::npos || equals + 1 == path.size())
    throw UsageError(fmt::format("`{}`: expected glue:TASK=DIR, for instance `glue:mrpc=data/mrpc`", path));
  const GlueTask *task = findGlueTask(name);
  if (!task) {
    std::vector<std::string_view> names;
    for (const GlueTask &known : tasks) names.push_back(known.name);
    throw UsageError(fmt::format("`{}`: there is no task `{}`; the tasks are {}", path, name, fmt::join(names, ", ")));
  }
  return {task, std::string(path.substr(equals + 1))};
}

Dataset readGlue(const std::string &split, const GlueSource &source, const std::vector<FieldSpec> &fields, Labels labels) {
  const GlueTask &task = *source.task;
  DatasetBuilder builder(fieldsOf(task, fields, labels), labels);
  const std::string path = fileOf(split, source);
  InputStream stream(path);
  TsvRecords records(stream);
  int64_t rows = 0;
  if (task.header.empty()) {
    rows = readTable(records, builder);
  } else {
    WithHeader complete(records, task.header);
    rows = readTable(complete, builder);
  }
  Dataset data = builder.finish(rows, {path});
  data.task = task.name;
  for (size_t f = 0; f < fields.size(); ++f) {
    std::vector<std::string> names = std::move(data.columns[f].spec.names);
    data.columns[f].spec = fields[f];
    data.columns[f].spec.names = std::move(names);
  }
  return data;
}

}  // namespace offramp::runtime
