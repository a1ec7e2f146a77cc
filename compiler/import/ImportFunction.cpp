// One function: its bundle of weights and its nodes, 1:1. An operation is found by its name, so a new `nn` op needs nothing here.
#include "compiler/import/ImportFunction.h"

#include "compiler/dialect/Nn.h"

using namespace mlir;

namespace offramp::import {

static Type elementType(MLIRContext &context, dsl::Dtype dtype) {
  switch (dtype) {
  case dsl::Dtype::F32: return Float32Type::get(&context);
  case dsl::Dtype::I32: return IntegerType::get(&context, 32);
  case dsl::Dtype::U8: return IntegerType::get(&context, 8, IntegerType::Unsigned);
  case dsl::Dtype::I1: return IntegerType::get(&context, 1);
  }
  return {};
}

Type importType(MLIRContext &context, const dsl::Type &type) {
  SmallVector<int64_t> shape;
  for (auto [i, d] : llvm::enumerate(type.shape)) {
    bool rows = d == dsl::kRows;
    if ((rows && (i || !type.perSample)) || (!rows && d <= 0)) return {};
    shape.push_back(rows ? ShapedType::kDynamic : d);
  }
  Type element = elementType(context, type.dtype);
  return type.perSample ? Type(nn::SampleType::get(&context, shape, element)) : Type(RankedTensorType::get(shape, element));
}

Location importLocation(MLIRContext &context, const dsl::SourceRange &where, const std::vector<std::string> &sources) {
  if (!where.valid() || where.file >= (dsl::FileId)sources.size()) return UnknownLoc::get(&context);
  return FileLineColLoc::get(&context, sources[where.file], where.begin.line, where.begin.column);
}

std::string bundleName(const dsl::Function &function) { return function.name + ".weights"; }

static Attribute importAttribute(Builder &builder, const dsl::Attribute &attribute) {
  return std::visit(
      [&](const auto &x) -> Attribute {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, int64_t>) return builder.getI64IntegerAttr(x);
        else if constexpr (std::is_same_v<T, double>) return builder.getF64FloatAttr(x);
        else if constexpr (std::is_same_v<T, bool>) return builder.getBoolAttr(x);
        else if constexpr (std::is_same_v<T, std::string>) return builder.getStringAttr(x);
        else if constexpr (std::is_same_v<T, std::vector<int64_t>>) return builder.getDenseI64ArrayAttr(x);
        else return builder.getDenseF64ArrayAttr(x);
      },
      attribute);
}

/// The numbers of a constant, whatever kind of list or scalar they are written as.
static std::vector<double> numbers(const dsl::Attribute &attribute) {
  return std::visit(
      [](const auto &x) -> std::vector<double> {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, std::string>) return {};
        else if constexpr (std::is_arithmetic_v<T>) return {(double)x};
        else return std::vector<double>(x.begin(), x.end());
      },
      attribute);
}

/// Dense value of a constant (O2): row-major, one number is a splat. Null if the count does not fit.
static DenseElementsAttr constantValue(RankedTensorType type, const std::vector<double> &values) {
  if ((int64_t)values.size() != type.getNumElements() && values.size() != 1) return {};
  SmallVector<Attribute> elements;
  for (double v : values) {
    Type element = type.getElementType();
    if (isa<FloatType>(element)) elements.push_back(FloatAttr::get(element, v));
    else elements.push_back(IntegerAttr::get(element, APInt(element.getIntOrFloatBitWidth(), (uint64_t)(int64_t)v, true)));
  }
  return DenseElementsAttr::get(type, elements);
}

namespace {
struct FunctionImporter {
  OpBuilder &builder;
  const dsl::Function &function;
  const std::vector<std::string> &sources;
  Value weights;
  std::vector<Value> values;  ///< by dsl::ValueId

  Value fieldNode(const dsl::Node &node, Location loc, Type type) {
    auto name = node.attributes.find("name");
    const std::string *text = name == node.attributes.end() ? nullptr : std::get_if<std::string>(&name->second);
    bool known = text && llvm::any_of(function.fields, [&](const dsl::Field &f) { return f.name == *text; });
    if (!known) return emitError(loc) << "`field` reads weight `" << (text ? *text : "") << "`, which `" << function.name << "` does not declare", Value();
    return builder.create<nn::FieldOp>(loc, type, weights, *text);
  }

  Value constantNode(const dsl::Node &node, Location loc, Type type) {
    auto value = node.attributes.find("value");
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor || value == node.attributes.end()) return emitError(loc) << "a `constant` is shared and has a value", Value();
    DenseElementsAttr dense = constantValue(tensor, numbers(value->second));
    if (!dense) return emitError(loc) << "`constant` of type " << type << " has " << numbers(value->second).size() << " values", Value();
    return builder.create<nn::ConstantOp>(loc, type, dense);
  }

  Value node(const dsl::Node &node) {
    Location loc = importLocation(*builder.getContext(), node.where, sources);
    Type type = importType(*builder.getContext(), node.type);
    if (!type) return emitError(loc) << "the result of `" << node.op << "` has a shape that no value has", Value();
    if (node.op == "field") return fieldNode(node, loc, type);
    if (node.op == "constant") return constantNode(node, loc, type);

    OperationState state(loc, "nn." + node.op);
    auto info = RegisteredOperationName::lookup(state.name.getStringRef(), builder.getContext());
    if (!info) return emitError(loc) << "`" << node.op << "` is not an operation (docs/spec/ops.md)", Value();
    for (dsl::ValueId id : node.operands) {
      if (id < 0 || id >= (dsl::ValueId)values.size()) return emitError(loc) << "`" << node.op << "` reads value " << id << ", which is not defined before", Value();
      state.operands.push_back(values[id]);
    }
    for (auto &[name, attribute] : node.attributes) {
      bool known = llvm::any_of(info->getAttributeNames(), [&](StringAttr a) { return a.getValue() == StringRef(name); });
      if (known) state.addAttribute(name, importAttribute(builder, attribute));
      else if (name != "shape") // `reshape` and `broadcast` may repeat their result's shape
        return emitError(loc) << "`" << node.op << "` has no attribute `" << name << "`", Value();
    }
    state.addTypes(type);
    return builder.create(state)->getResult(0);
  }
};
}  // namespace

static void writeBundle(OpBuilder &builder, const dsl::Function &function) {
  SmallVector<StringRef> names, kinds;
  SmallVector<Attribute> shapes;
  SmallVector<double> scales;
  SmallVector<bool> decays;
  static constexpr const char *kindNames[] = {"constant", "normal", "uniform"};
  for (const dsl::Field &field : function.fields) {
    names.push_back(field.name);
    kinds.push_back(kindNames[field.initializer.kind]);
    shapes.push_back(builder.getDenseI64ArrayAttr(field.shape));
    scales.push_back(field.initializer.scale);
    decays.push_back(field.decays);
  }
  builder.create<nn::BundleOp>(builder.getUnknownLoc(), builder.getStringAttr(bundleName(function)), builder.getStrArrayAttr(names),
                               builder.getArrayAttr(shapes), builder.getStrArrayAttr(kinds), builder.getF64ArrayAttr(scales),
                               builder.getBoolArrayAttr(decays));
}

func::FuncOp importFunction(OpBuilder &builder, const dsl::Function &function, const std::string &symbol, const std::string &bundle,
                            const std::vector<std::string> &sources) {
  MLIRContext &context = *builder.getContext();
  Location loc = function.nodes.empty() ? builder.getUnknownLoc() : importLocation(context, function.nodes.front().where, sources);
  SmallVector<Type> parameters, results;
  for (const dsl::Parameter &parameter : function.parameters) {
    Type type = importType(context, parameter.type);
    if (!type) return emitError(loc) << "parameter `" << parameter.name << "` of `" << function.name << "` has a shape that no value has", nullptr;
    parameters.push_back(type);
  }
  if (!function.fields.empty()) {
    if (bundle == bundleName(function)) writeBundle(builder, function);
    parameters.push_back(nn::WeightsType::get(&context, FlatSymbolRefAttr::get(&context, bundle)));
  }
  auto f = builder.create<func::FuncOp>(loc, symbol, builder.getFunctionType(parameters, {}));
  f.setPrivate();
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(f.addEntryBlock());

  FunctionImporter importer{builder, function, sources, {}, {}};
  for (size_t i = 0; i < function.parameters.size(); ++i) importer.values.push_back(f.getArgument(i));
  if (!function.fields.empty()) importer.weights = f.getArguments().back();
  auto failedHere = [&]() -> func::FuncOp { return f.erase(), nullptr; };
  for (const dsl::Node &node : function.nodes) {
    importer.values.push_back(importer.node(node));
    if (!importer.values.back()) return failedHere();
  }
  SmallVector<Value> returned;
  for (dsl::ValueId id : function.results) {
    if (id < 0 || id >= (dsl::ValueId)importer.values.size()) {
      emitError(loc) << "`" << function.name << "` returns value " << id << ", which does not exist";
      return failedHere();
    }
    returned.push_back(importer.values[id]);
    results.push_back(returned.back().getType());
  }
  builder.create<func::ReturnOp>(loc, returned);
  f.setFunctionType(builder.getFunctionType(parameters, results));
  return f;
}

}  // namespace offramp::import
