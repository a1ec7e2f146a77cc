// What a manifest says of data and memory: inputs, settings, weights, tables. Programs and phases are in ArtifactManifestPrograms.cpp.
#include "runtime/core/ArtifactManifestParts.h"

#include "runtime/text/WordPiece.h"

#include <cmath>
#include <set>

namespace offramp::runtime::manifest {
namespace {

constexpr int64_t mostElements = int64_t(1) << 40;
constexpr int64_t alignment = 16;  // f32 elements: 64 bytes

std::string at(const std::string &name, const char *key, size_t index) { return fmt::format("{}: {}[{}]", name, key, index); }

void unique(std::set<std::string> &seen, const std::string &value, const std::string &where) {
  if (value.empty()) userError("{}: the name is empty", where);
  if (!seen.insert(value).second) userError("{}: the name `{}` occurs twice", where, value);
}

ValueType valueType(const std::string &text, const std::string &where) {
  if (text == "u8") return ValueType::U8;
  if (text == "f32") return ValueType::F32;
  if (text == "i32") return ValueType::I32;
  userError("{}: field `dtype` is `{}`, expected u8, f32 or i32", where, text);
}

ManifestField readField(const Json &json, const std::string &where, int64_t instanceElements) {
  ManifestField field;
  field.name = jsonString(json, "name", where);
  field.shape = sizes(json, "shape", where);
  field.elements = product(field.shape, where);
  field.offset = jsonInteger(json, "offset", where, 0, mostElements);
  if (field.offset % alignment) userError("{}: field `offset` is {}, which is not a multiple of {}", where, field.offset, alignment);
  if (field.offset + field.elements > instanceElements)
    userError("{}: elements {} to {} lie outside the instance of {}", where, field.offset, field.offset + field.elements, instanceElements);
  field.initializer = jsonString(json, "initializer", where);
  if (field.initializer != "constant" && field.initializer != "normal" && field.initializer != "uniform")
    userError("{}: field `initializer` is `{}`, expected constant, normal or uniform", where, field.initializer);
  field.scale = number(json, "scale", where);
  field.decays = boolean(json, "decays", where);
  field.rowGradients = json.contains("row_gradients") && boolean(json, "row_gradients", where);
  if (field.rowGradients && (field.shape.size() != 2 || field.shape[1] < 1))
    userError("{}: field `row_gradients` is true, which only a table of rows can be", where);
  return field;
}

}  // namespace

const Json &array(const Json &object, const char *key, const std::string &name, size_t most) {
  const Json &value = jsonMember(object, key, name);
  if (!value.is_array()) userError("{}: field `{}` is {}, expected an array", name, key, jsonKind(value));
  if (value.size() > most) userError("{}: field `{}` has {} entries, at most {} are possible", name, key, value.size(), most);
  return value;
}

double number(const Json &object, const char *key, const std::string &name) {
  const Json &value = jsonMember(object, key, name);
  if (!value.is_number()) userError("{}: field `{}` is {}, expected a number", name, key, jsonKind(value));
  double result = value.get<double>();
  if (!std::isfinite(result)) userError("{}: field `{}` is not a finite number", name, key);
  return result;
}

bool boolean(const Json &object, const char *key, const std::string &name) {
  const Json &value = jsonMember(object, key, name);
  if (!value.is_boolean()) userError("{}: field `{}` is {}, expected true or false", name, key, jsonKind(value));
  return value.get<bool>();
}

std::vector<int64_t> sizes(const Json &object, const char *key, const std::string &name) {
  std::vector<int64_t> shape;
  for (const Json &value : array(object, key, name, 16)) {
    bool fits = value.is_number_integer() && value.get<int64_t>() >= 1 && value.get<int64_t>() <= mostElements;
    if (!fits) userError("{}: field `{}` is {}, expected positive integers", name, key, object[key].dump());
    shape.push_back(value.get<int64_t>());
  }
  return shape;
}

std::vector<std::string> strings(const Json &object, const char *key, const std::string &name) {
  std::vector<std::string> texts;
  for (const Json &value : array(object, key, name)) {
    if (!value.is_string()) userError("{}: field `{}` holds {}, expected strings", name, key, jsonKind(value));
    texts.push_back(value.get<std::string>());
  }
  return texts;
}

int64_t product(const std::vector<int64_t> &shape, const std::string &name) {
  int64_t elements = 1;
  for (int64_t size : shape) {
    if (elements > mostElements / size) userError("{}: the shape has too many elements", name);
    elements *= size;
  }
  return elements;
}

void readCpu(Manifest &m, const Json &json, const std::string &name) {
  const Json &cpu = jsonMember(json, "cpu", name);
  m.cpuName = jsonString(cpu, "name", name + ": cpu");
  m.cpuFeatures = strings(cpu, "features", name + ": cpu");
}

/// What makes a tokens field text, or the segments of one; neither: the data hold ids.
void readText(const Manifest &m, const Json &json, FieldSpec &field, const std::string &where) {
  if (json.contains("tokenizer")) {
    const Json &tokenizer = json["tokenizer"];
    const std::string inside = where + ": tokenizer";
    if (std::string kind = jsonString(tokenizer, "kind", inside); kind != "wordpiece") userError("{}: field `kind` is `{}`, expected wordpiece", inside, kind);
    field.firstColumn = jsonString(tokenizer, "first", inside), field.secondColumn = jsonString(tokenizer, "second", inside);
    if (field.firstColumn.empty()) userError("{}: field `first` is empty", inside);
    if (field.maxRows < (field.secondColumn.empty() ? 2 : 3)) userError("{}: field `max_rows` is too small for text", where);
    auto made = std::make_shared<WordPiece>(WordPiece::fromText(jsonString(tokenizer, "vocabulary", inside), inside + ": vocabulary", boolean(tokenizer, "lowercase", inside)));
    if (made->size() != field.classes) userError("{}: field `classes` is {}, its vocabulary has {} tokens", where, field.classes, made->size());
    field.tokenizer = std::move(made);
  }
  if (json.contains("segments_of")) {
    field.segmentsOf = jsonString(json, "segments_of", where);
    bool known = false;
    for (const FieldSpec &other : m.inputs) known |= other.name == field.segmentsOf && other.tokenizer && other.maxRows == field.maxRows;
    if (!known || field.tokenizer || field.classes != 2) userError("{}: field `segments_of` is `{}`, which is no text field before it with as many tokens", where, field.segmentsOf);
  }
}

void readInputs(Manifest &m, const Json &json, const std::string &name) {
  std::set<std::string> seen;
  const Json &inputs = array(json, "inputs", name, 1000);
  for (size_t i = 0; i < inputs.size(); ++i) {
    std::string where = at(name, "inputs", i), kind = jsonString(inputs[i], "kind", where);
    FieldSpec field;
    field.name = jsonString(inputs[i], "name", where);
    unique(seen, field.name, where);
    field.dtype = valueType(jsonString(inputs[i], "dtype", where), where);
    field.classes = jsonInteger(inputs[i], "classes", where, 0, INT32_MAX);
    field.maxRows = jsonInteger(inputs[i], "max_rows", where, 0, INT32_MAX);
    if (kind == "values") {
      field.kind = FieldKind::Values;
      field.shape = sizes(inputs[i], "shape", where);
      product(field.shape, where);
    } else if (kind == "tokens" || kind == "label") {
      field.kind = kind == "tokens" ? FieldKind::Tokens : FieldKind::Label;
      if (field.dtype != ValueType::I32 && !isNumberLabel(field)) userError("{}: {} are i32", where, kind);
      if (isNumberLabel(field) ? field.classes != 0 : field.classes < 1)
        userError("{}: field `classes` must be {} for {}", where, isNumberLabel(field) ? "0" : "at least 1", kind);
      if (kind == "tokens" && field.maxRows < 1) userError("{}: field `max_rows` must be at least 1 for tokens", where);
      if (kind == "label" && m.labelInput() >= 0) userError("{}: a second label", where);
      if (kind == "label") m.namesFile = jsonString(inputs[i], "names_file", where);
      if (kind == "tokens") readText(m, inputs[i], field, where);
    } else {
      userError("{}: field `kind` is `{}`, expected values, tokens or label", where, kind);
    }
    m.inputs.push_back(std::move(field));
  }
  m.rowsPerSample = jsonInteger(json, "rows_per_sample", name, -1, INT32_MAX);
  bool tokens = false;
  for (const FieldSpec &field : m.inputs) tokens |= field.kind == FieldKind::Tokens;
  if (m.rowsPerSample == 0 && !tokens) userError("{}: field `rows_per_sample` is 0, but no input has tokens", name);
}

void readSettings(Manifest &m, const Json &json, const std::string &name) {
  std::set<std::string> seen;
  const Json &settings = array(json, "settings", name, 10000);
  for (size_t i = 0; i < settings.size(); ++i) {
    std::string where = at(name, "settings", i);
    m.settings.push_back({jsonString(settings[i], "name", where), number(settings[i], "value", where)});
    unique(seen, m.settings.back().name, where);
  }
  const Json &statics = jsonMember(json, "static_parameters", name);
  if (!statics.is_object()) userError("{}: field `static_parameters` is {}, expected an object", name, jsonKind(statics));
  for (const auto &[key, value] : statics.items()) m.staticParameters[key] = number(statics, key.c_str(), name + ": static_parameters");
}

void readWeights(Manifest &m, const Json &json, const std::string &name) {
  const Json &weights = jsonMember(json, "weights", name);
  const std::string inside = name + ": weights";
  m.weightElements = jsonInteger(weights, "elements", inside, 0, mostElements);
  std::set<std::string> paths, tensors;
  const Json &instances = array(weights, "instances", inside);
  int64_t end = 0;
  for (size_t i = 0; i < instances.size(); ++i) {
    std::string where = at(inside, "instances", i);
    ManifestInstance instance;
    instance.path = jsonString(instances[i], "path", where);
    unique(paths, instance.path, where);
    instance.offset = jsonInteger(instances[i], "offset", where, 0, mostElements);
    instance.elements = jsonInteger(instances[i], "elements", where, 0, mostElements);
    if (instance.offset % alignment) userError("{}: field `offset` is {}, which is not a multiple of {}", where, instance.offset, alignment);
    if (instance.offset < end) userError("{}: field `offset` is {}, inside the instance before it", where, instance.offset);
    end = instance.offset + instance.elements;
    if (end > m.weightElements) userError("{}: it ends at element {} of {}", where, end, m.weightElements);
    const Json &fields = array(instances[i], "fields", where);
    int64_t fieldEnd = 0;
    for (size_t f = 0; f < fields.size(); ++f) {
      std::string which = at(where, "fields", f);
      ManifestField field = readField(fields[f], which, instance.elements);
      unique(tensors, instance.path + "." + field.name, which);
      if (field.offset < fieldEnd) userError("{}: field `offset` is {}, inside the field before it", which, field.offset);
      fieldEnd = field.offset + field.elements;
      instance.fields.push_back(std::move(field));
    }
    m.instances.push_back(std::move(instance));
  }
}

void readTables(Manifest &m, const Json &json, const std::string &name) {
  std::set<std::string> seen;
  const Json &tables = array(json, "tables", name, 10000);
  for (size_t i = 0; i < tables.size(); ++i) {
    std::string where = at(name, "tables", i);
    ManifestTable table{jsonString(tables[i], "name", where), valueType(jsonString(tables[i], "dtype", where), where),
                        number(tables[i], "initial", where)};
    if (tables[i].contains("elements")) table.elements = jsonInteger(tables[i], "elements", where, 1, int64_t(1) << 24);
    unique(seen, table.name, where);
    if (table.dtype == ValueType::U8) userError("{}: a table holds i32 or f32", where);
    m.tables.push_back(std::move(table));
  }
}

}  // namespace offramp::runtime::manifest
