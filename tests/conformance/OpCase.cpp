// Module text and random inputs of a case.
#include "tests/conformance/OpCase.h"

#include <numeric>
#include <random>

namespace offramp::test {

using reference::Dtype;
using reference::Tensor;

namespace {

std::string dims(const std::vector<int64_t> &shape) {
  std::string text;
  for (int64_t d : shape) text += std::to_string(d) + "x";
  return text;
}
std::string typeText(Place place, const std::vector<int64_t> &item, const std::string &element) {
  if (place == Place::Shared) return "tensor<" + dims(item) + element + ">";
  return "!nn.sample<" + std::string(hasRows(place) ? "?x" : "") + dims(item) + element + ">";
}
std::string elementOf(const OperandSpec &o) {
  return o.kind == OperandSpec::Truth ? "i1" : o.kind == OperandSpec::Index ? "i32" : o.kind == OperandSpec::Byte ? "ui8" : "f32";
}
int64_t count(const std::vector<int64_t> &shape) { return reference::elements(shape); }
int64_t aligned(int64_t n) { return (n + 15) / 16 * 16; }
int64_t sum(const std::vector<int64_t> &v) { return std::accumulate(v.begin(), v.end(), int64_t(0)); }

/// Fields of the one bundle, in block order: shared operands, tables of rows, gradients of shared results.
struct Fields {
  std::vector<std::pair<std::string, std::vector<int64_t>>> list;
  std::map<std::string, int64_t> offset;
  int64_t extent = 0;
  void add(const std::string &name, const std::vector<int64_t> &shape) {
    list.push_back({name, shape});
    offset[name] = extent;
    extent += aligned(count(shape));
  }
};
Fields fieldsOf(const OpCase &c, int64_t allRows) {
  Fields fields;
  for (size_t i = 0; i < c.operands.size(); ++i) {
    const OperandSpec &o = c.operands[i];
    if (o.place == Place::Shared) fields.add("x" + std::to_string(i), o.item);
    if (fromRows(o.place)) fields.add("x" + std::to_string(i), {allRows, count(o.item)});
  }
  for (size_t i = 0; i < c.results.size(); ++i)
    if (c.results[i].place == Place::Shared) fields.add("y" + std::to_string(i), c.results[i].item);
  if (fields.list.empty()) fields.add("none", {1});
  return fields;
}

struct Writer {
  std::string text;
  int temporary = 0, slot = 0;

  std::string fresh() { return "%t" + std::to_string(temporary++); }
  std::string apply(const std::string &op, const std::vector<std::pair<std::string, std::string>> &operands, const std::string &result,
                    const std::string &attributes = "") {
    std::string to = fresh(), names, types;
    for (auto &[name, type] : operands) {
      names += (names.empty() ? "" : ", ") + name;
      types += (types.empty() ? "" : ", ") + type;
    }
    text += "  " + to + " = " + op + " " + names + " " + attributes + " : (" + types + ") -> " + result + "\n";
    return to;
  }
  void collect(const std::string &value, const std::string &type, const std::string &name) {
    text += "  nn.collect " + value + " {name = \"" + name + "\", slot = " + std::to_string(slot++) + " : i64} : " + type + "\n";
  }
};

}  // namespace

std::string moduleOf(const OpCase &c, const std::vector<int64_t> &rowsPerSample, bool collectRows) {
  Fields fields = fieldsOf(c, sum(rowsPerSample));
  std::string names, shapes, kinds, scales, decays, arguments;
  for (auto &[name, shape] : fields.list) {
    std::string comma = names.empty() ? "" : ", ", list;
    for (int64_t d : shape) list += (list.empty() ? "" : ", ") + std::to_string(d);
    names += comma + "\"" + name + "\"";
    shapes += comma + "array<i64" + (list.empty() ? "" : ": " + list) + ">";
    kinds += comma + "\"constant\"";
    scales += comma + "0.0";
    decays += comma + "false";
  }
  // Slot 0 is the Tokens input when there are rows; the others follow in order of operands.
  int64_t slot = 0;
  auto argument = [&](const std::string &name, const std::string &type) {
    arguments += (arguments.empty() ? "%" : ", %") + name + ": " + type + " {nn.input = " + std::to_string(slot++) + " : i64}";
  };
  bool anyRows = false;
  for (const OperandSpec &o : c.operands) anyRows |= fromRows(o.place);
  if (anyRows) argument("ids", "!nn.sample<?xi32>");
  for (size_t i = 0; i < c.operands.size(); ++i) {
    const OperandSpec &o = c.operands[i];
    if (o.place == Place::Sample) argument("a" + std::to_string(i), typeText(o.place, o.item, o.kind == OperandSpec::Byte ? "ui8" : "f32"));
  }
  if (slot == 0) argument("unused", "!nn.sample<1xf32>");

  Writer w;
  const std::string bundle = "!nn.weights<@op.weights>";
  w.text += "  %w = nn.weights @op : " + bundle + "\n";
  std::vector<std::pair<std::string, std::string>> operands;
  for (size_t i = 0; i < c.operands.size(); ++i) {
    const OperandSpec &o = c.operands[i];
    std::string number = std::to_string(i), type = typeText(o.place, o.item, "f32"), value = "%a" + number;
    if (o.place != Place::Sample) {
      std::vector<int64_t> shape = o.item;
      if (fromRows(o.place)) shape = {sum(rowsPerSample), count(o.item)};
      value = w.fresh();
      w.text += "  " + value + " = nn.field %w \"x" + number + "\" : " + bundle + " -> " + typeText(Place::Shared, shape, "f32") + "\n";
      if (fromRows(o.place)) {
        std::string flat = typeText(Place::Rows, {count(o.item)}, "f32"), rows = typeText(Place::Rows, o.item, "f32");
        value = w.apply("nn.gather", {{value, typeText(Place::Shared, shape, "f32")}, {"%ids", "!nn.sample<?xi32>"}}, flat);
        if (o.item.size() != 1) value = w.apply("nn.reshape", {{value, flat}}, rows);
        if (o.place != Place::Rows) value = w.apply(o.place == Place::First ? "nn.row" : "nn.rest", {{value, rows}}, type);
      }
    }
    std::string wanted = typeText(o.place, o.item, elementOf(o));
    if (o.kind == OperandSpec::Truth) {
      std::string zero = w.fresh();
      w.text += "  " + zero + " = nn.constant dense<0.0> : tensor<f32> : tensor<f32>\n";
      value = w.apply("nn.compare", {{value, type}, {zero, "tensor<f32>"}}, wanted, "{predicate = \"gt\"}");
    } else if (o.kind == OperandSpec::Index) {
      value = w.apply("nn.cast", {{value, type}}, wanted);
    }
    operands.push_back({value, wanted});
  }

  // The op itself, with as many results as the case says.
  std::string results, types, operandNames, operandTypes;
  for (size_t i = 0; i < c.results.size(); ++i) {
    results += (i ? ", %y" : "%y") + std::to_string(i);
    types += (i ? ", " : "") + typeText(c.results[i].place, c.results[i].item, c.results[i].element);
  }
  for (auto &[name, type] : operands) {
    operandNames += (operandNames.empty() ? "" : ", ") + name;
    operandTypes += (operandTypes.empty() ? "" : ", ") + type;
  }
  w.text += "  " + results + " = " + c.op + " " + operandNames + " " + c.attributes + " : (" + operandTypes + ") -> " +
            (c.results.size() > 1 ? "(" + types + ")" : types) + "\n";

  std::string gradients;
  for (size_t i = 0; i < c.results.size(); ++i) {
    const ResultSpec &r = c.results[i];
    std::string name = "y" + std::to_string(i), value = "%" + name, type = typeText(r.place, r.item, "f32");
    if (r.element != "f32") value = w.apply("nn.cast", {{value, typeText(r.place, r.item, r.element)}}, type);
    if (r.place == Place::Rest) {  // seen behind a first row of ones
      std::string one = w.fresh(), first = typeText(Place::First, r.item, "f32"), ones = typeText(Place::Shared, r.item, "f32");
      w.text += "  " + one + " = nn.constant dense<1.0> : " + ones + " : " + ones + "\n";
      one = w.apply("nn.broadcast", {{one, ones}}, first);
      value = w.apply("nn.join", {{one, first}, {value, type}}, type);
    }
    if (r.place == Place::Shared) {
      if (gradients.empty()) w.text += gradients = "  %g = nn.gradients @op : !nn.gradients<@op.weights>\n";
      w.text += "  nn.accumulate %g \"" + name + "\", " + value + " : !nn.gradients<@op.weights>, " + type + "\n";
    } else if (!hasRows(r.place) || collectRows) {
      w.collect(value, type, name);
    } else {
      // First row, mean, and mean weighted by the row's number: rows in another order or another sample's place change them.
      std::string one = typeText(Place::Sample, r.item, "f32"), flat = typeText(Place::Rows, {count(r.item)}, "f32");
      if (r.item.size() != 1) value = w.apply("nn.reshape", {{value, type}}, flat);
      type = flat;
      one = typeText(Place::Sample, {count(r.item)}, "f32");
      w.collect(w.apply("nn.row", {{value, type}}, one), one, name + ".first");
      w.collect(w.apply("nn.mean_rows", {{value, type}}, one), one, name + ".mean");
      std::string at = w.apply("nn.positions", {{value, type}}, "!nn.sample<?xi32>");
      at = w.apply("nn.cast", {{at, "!nn.sample<?xi32>"}}, "!nn.sample<?xf32>");
      at = w.apply("nn.reshape", {{at, "!nn.sample<?xf32>"}}, "!nn.sample<?x1xf32>");
      value = w.apply("nn.mul", {{value, type}, {at, "!nn.sample<?x1xf32>"}}, type);
      w.collect(w.apply("nn.mean_rows", {{value, type}}, one), one, name + ".weighted");
    }
  }
  return "nn.bundle @op.weights {names = [" + names + "], shapes = [" + shapes + "], kinds = [" + kinds + "], scales = [" + scales +
         "], decays = [" + decays + "]}\nnn.instance @op : @op.weights at 0\nfunc.func @program(" + arguments +
         ") attributes {nn.program = \"evaluate\"} {\n" + w.text + "  return\n}\n";
}

static double draw(const OperandSpec &o, std::mt19937_64 &random) {
  double v = std::normal_distribution<double>()(random);
  switch (o.kind) {
    case OperandSpec::Positive: return (float)(0.1 + std::fabs(v));
    case OperandSpec::Index: return random() % o.bound;
    case OperandSpec::Byte: return random() % 256;
    default: return (float)v;  // what a backend in f32 gets, exactly
  }
}

CaseInputs inputsOf(const OpCase &c, const std::vector<int64_t> &rowsPerSample, uint64_t seed) {
  std::mt19937_64 random(seed);
  CaseInputs out;
  int64_t samples = rowsPerSample.size(), slot = 0;
  Fields fields = fieldsOf(c, sum(rowsPerSample));
  out.program.weights.assign(fields.extent, 0.0f);
  out.program.inputs.samples = samples;
  out.operands.resize(samples);
  for (const OperandSpec &o : c.operands)
    if (fromRows(o.place) && slot == 0) {
      int64_t id = 0;
      for (int64_t rows : rowsPerSample) {
        Tensor ids = reference::makeTensor(Dtype::I32, {rows}, true);
        for (double &v : ids.data) v = id++;
        out.program.inputs.inputs[0].push_back(ids);
      }
      slot = 1;
    }
  for (size_t i = 0; i < c.operands.size(); ++i) {
    const OperandSpec &o = c.operands[i];
    Dtype dtype = o.kind == OperandSpec::Byte ? Dtype::U8 : o.kind == OperandSpec::Truth ? Dtype::I1 : o.kind == OperandSpec::Index ? Dtype::I32 : Dtype::F32;
    int64_t at = fields.offset["x" + std::to_string(i)];
    Tensor shared = reference::makeTensor(dtype, o.item);
    if (o.place == Place::Shared)
      for (double &v : shared.data) v = draw(o, random);
    for (int64_t s = 0; s < samples; ++s) {
      Tensor raw = shared;
      if (fromRows(o.place)) {
        std::vector<int64_t> shape = o.item;
        shape.insert(shape.begin(), rowsPerSample[s]);
        raw = reference::makeTensor(dtype, shape, true);
      }
      if (o.place != Place::Shared)
        for (double &v : raw.data) v = draw(o, random);
      if (o.place == Place::Sample) {
        Tensor input = raw;
        input.dtype = dtype == Dtype::U8 ? Dtype::U8 : Dtype::F32;
        out.program.inputs.inputs[slot].push_back(input);
      } else if (fromRows(o.place) || s == 0) {
        for (double v : raw.data) out.program.weights[at++] = (float)v;
      }
      if (o.kind == OperandSpec::Truth)
        for (double &v : raw.data) v = v > 0;
      out.operands[s].push_back(raw);
    }
    if (o.place == Place::Sample) ++slot;
  }
  if (slot == 0) out.program.inputs.inputs[0].assign(samples, reference::makeTensor(Dtype::F32, {1}));
  return out;
}

}  // namespace offramp::test
