// Every case again with its operands elsewhere. What must not change a result: whether values are shared, lie in the space of samples, of all rows,
// among the first rows or behind them.
#include "tests/conformance/OpCase.h"

#include "compiler/artifact/ModuleObject.h"
#include "compiler/dialect/Nn.h"
#include "mlir/Parser/Parser.h"

#include <algorithm>
#include <cstdlib>
#include <sstream>

namespace offramp::test {

namespace {

/// The list behind `name = array<i64: `, changed.
void changeList(std::string &attributes, const std::string &name, const std::string &lead, int64_t by) {
  std::string head = name + " = array<i64: ";
  size_t at = attributes.find(head);
  if (at == std::string::npos) return;
  size_t begin = at + head.size(), end = attributes.find('>', begin);
  std::istringstream numbers(attributes.substr(begin, end - begin));
  std::string list = lead, number;
  while (std::getline(numbers, number, ',')) list += (list.empty() ? "" : ", ") + std::to_string(std::stoll(number) + by);
  attributes.replace(begin, end - begin, list);
}

/// Dimensions are numbered with the rows in front.
std::string attributesWithRows(std::string attributes) {
  changeList(attributes, "dims", "", 1);
  changeList(attributes, "permutation", "0", 1);
  changeList(attributes, "offsets", "0", 0);
  changeList(attributes, "sizes", "-1", 0);
  if (size_t at = attributes.find("dim = "); at != std::string::npos) {
    size_t end = attributes.find(' ', at + 6);
    attributes.replace(at + 6, end - at - 6, std::to_string(std::stoll(attributes.substr(at + 6)) + 1));
  }
  return attributes;
}

bool isAny(const OpCase &c, Place place) {
  return std::any_of(c.operands.begin(), c.operands.end(), [&](const OperandSpec &o) { return o.place == place; });
}

/// `from` becomes `to` in operands and results; the labels of cross_entropy belong to the sample wherever its logits lie.
OpCase moved(OpCase c, Place from, Place to, const std::string &name) {
  for (OperandSpec &o : c.operands)
    if (o.place == from && !(c.op.find("cross_entropy") != std::string::npos && o.item.empty() && o.kind == OperandSpec::Index)) o.place = to;
  for (ResultSpec &r : c.results)
    if (r.place == from) r.place = to;
  c.name += "@" + name;
  c.formula = nullptr;
  return c;
}

}  // namespace

std::vector<OpCase> placeVariants(const std::vector<OpCase> &cases) {
  std::vector<OpCase> out;
  auto context = makeCompilerContext();
  std::map<std::pair<std::string, std::string>, int> made;
  auto add = [&](OpCase v) {  // two of an op in each place: the base cases tell the shapes and attributes apart
    if (made[{v.op, v.name.substr(v.name.rfind('@'))}]++ < 2) out.push_back(std::move(v));
  };
  for (const OpCase &c : cases) {
    bool bytes = false;
    for (const OperandSpec &o : c.operands) bytes |= o.kind == OperandSpec::Byte;
    if (bytes) continue;  // rows and shared values come of f32 tables
    if (isAny(c, Place::Sample)) add(moved(c, Place::Sample, Place::First, "first"));
    if (!mlir::OperationName(c.op, context.get()).hasTrait<nn::ItemWise>()) continue;
    if (isAny(c, Place::Rows)) {
      add(moved(c, Place::Rows, Place::Rest, "rest"));
    } else if (isAny(c, Place::Sample)) {
      OpCase withRows = moved(c, Place::Sample, Place::Rows, "rows");
      withRows.attributes = attributesWithRows(c.attributes);
      add(withRows);
      add(moved(withRows, Place::Rows, Place::Rest, "rest"));
      add(moved(c, Place::Sample, Place::Shared, "shared"));
    }
  }
  return out;
}

bool verifies(const OpCase &c) {
  static auto context = makeCompilerContext();
  mlir::ScopedDiagnosticHandler quiet(context.get(), [](mlir::Diagnostic &) { return mlir::success(); });
  return bool(mlir::parseSourceString<mlir::ModuleOp>(moduleOf(c, {2, 1}, false), context.get()));
}

}  // namespace offramp::test
