// Value numbering, dead code and renumbering of one function. See FunctionBuilder.h.
#include "dsl/sema/FunctionBuilder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace offramp::dsl::sema {

static std::string keyOf(const std::string &op, const std::vector<ValueId> &operands,
                         const std::map<std::string, Attribute> &attributes, const Type &type) {
  std::string key = fmt::format("{}({})", op, fmt::join(operands, ","));
  for (auto &[name, value] : attributes) {
    key += ";" + name + "=";
    std::visit(
        [&](const auto &x) {
          using T = std::decay_t<decltype(x)>;
          if constexpr (std::is_same_v<T, std::vector<int64_t>>) key += fmt::format("{}", fmt::join(x, ","));
          else if constexpr (std::is_same_v<T, std::vector<double>>)
            for (double d : x) key += fmt::format("{:a},", d);
          else if constexpr (std::is_same_v<T, double>) key += fmt::format("{:a}", x);
          else key += fmt::format("{}", x);
        },
        value);
  }
  return key + fmt::format(":{}{}[{}]", (int)type.dtype, type.perSample, fmt::join(type.shape, ","));
}

ValueId FunctionBuilder::parameter(std::string name, Type type, std::optional<Read> read) {
  Entry entry;
  entry.isParameter = true;
  entry.name = std::move(name);
  entry.read = std::move(read);
  entry.type = std::move(type);
  entries.push_back(std::move(entry));
  return (ValueId)entries.size() - 1;
}

ValueId FunctionBuilder::emit(std::string op, std::vector<ValueId> operands, std::map<std::string, Attribute> attributes,
                              Type type, SourceRange where) {
  std::string key = keyOf(op, operands, attributes, type);
  if (auto it = known.find(key); it != known.end()) return it->second;
  Entry entry;
  entry.node = Node{std::move(op), std::move(operands), std::move(attributes), type, where};
  entry.type = std::move(type);
  entries.push_back(std::move(entry));
  ++nodes;
  return known[key] = (ValueId)entries.size() - 1;
}

const Field *FunctionBuilder::findField(const std::string &name) const {
  for (const Field &field : fields)
    if (field.name == name) return &field;
  return nullptr;
}

bool FunctionBuilder::declare(Field field) {
  if (findField(field.name)) return false;
  fields.push_back(std::move(field));
  return true;
}

ValueId FunctionBuilder::readField(const Field &field, SourceRange where) {
  return emit("field", {}, {{"name", field.name}}, Type{Dtype::F32, false, field.shape}, where);
}

const std::vector<double> *FunctionBuilder::constantData(ValueId v) const {
  const Entry &entry = entries[v];
  if (entry.isParameter || entry.node.op != "constant") return nullptr;
  return &std::get<std::vector<double>>(entry.node.attributes.at("value"));
}

ValueId FunctionBuilder::stageNumberOf(ValueId v) const {
  const Entry &entry = entries[v];
  if (entry.isParameter || entry.node.op != "cast" || entry.type.dtype != Dtype::I32) return -1;
  const Entry &source = entries[entry.node.operands[0]];
  return source.isParameter && source.read && source.read->kind == Read::StageNumber ? entry.node.operands[0] : -1;
}

Function FunctionBuilder::finish(std::string name, const std::vector<ValueId> &results, bool keepParameters,
                                 std::vector<Read> *reads) const {
  std::vector<bool> used(entries.size(), false);
  for (ValueId r : results) used[r] = true;
  for (size_t i = entries.size(); i-- > 0;)
    if (used[i] && !entries[i].isParameter)
      for (ValueId operand : entries[i].node.operands) used[operand] = true;

  Function out;
  out.name = std::move(name);
  out.fields = fields;
  std::vector<ValueId> newId(entries.size(), -1);
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry &entry = entries[i];
    if (!entry.isParameter || !(keepParameters || used[i])) continue;
    newId[i] = (ValueId)out.parameters.size();
    out.parameters.push_back({entry.name, entry.type});
    if (reads) reads->push_back(entry.read.value_or(Read{}));
  }
  for (size_t i = 0; i < entries.size(); ++i) {
    const Entry &entry = entries[i];
    if (entry.isParameter || !used[i]) continue;
    Node node = entry.node;
    for (ValueId &operand : node.operands) operand = newId[operand];
    newId[i] = (ValueId)(out.parameters.size() + out.nodes.size());
    out.nodes.push_back(std::move(node));
  }
  for (ValueId r : results) out.results.push_back(newId[r]);
  return out;
}

bool sameFunction(const Function &a, const Function &b) {
  auto sameParameter = [](const Parameter &x, const Parameter &y) { return x.name == y.name && x.type == y.type; };
  auto sameField = [](const Field &x, const Field &y) {
    return x.name == y.name && x.shape == y.shape && x.initializer.kind == y.initializer.kind &&
           x.initializer.scale == y.initializer.scale && x.decays == y.decays;
  };
  auto sameNode = [](const Node &x, const Node &y) {
    return x.op == y.op && x.operands == y.operands && x.attributes == y.attributes && x.type == y.type;
  };
  return a.results == b.results && std::equal(a.parameters.begin(), a.parameters.end(), b.parameters.begin(), b.parameters.end(), sameParameter) &&
         std::equal(a.fields.begin(), a.fields.end(), b.fields.begin(), b.fields.end(), sameField) &&
         std::equal(a.nodes.begin(), a.nodes.end(), b.nodes.begin(), b.nodes.end(), sameNode);
}

}  // namespace offramp::dsl::sema
