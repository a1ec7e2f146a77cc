// MLIR → plain form. What the interpreter cannot run is remembered with its function and reported when that function is run, so that a module
// may hold functions of other levels.
#include "backends/reference/Load.h"

#include "backends/reference/OpTable.h"
#include "compiler/dialect/Nn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

#include <set>
#include <stdexcept>

namespace offramp::reference {

namespace {

template <typename T>
std::string print(T what) {
  std::string text;
  llvm::raw_string_ostream(text) << what;
  return text;
}

Dtype dtypeOf(mlir::Type type) {
  if (type.isF32() || type.isF64()) return Dtype::F32;
  if (type.isInteger(1)) return Dtype::I1;
  if (type.isInteger(8)) return Dtype::U8;
  if (type.isInteger(32)) return Dtype::I32;
  if (type.isInteger(64)) return Dtype::I64;
  throw std::runtime_error("element type " + print(type) + " is not one the reference interpreter knows");
}

Type typeOf(mlir::Type type) {
  Type t;
  if (auto sample = mlir::dyn_cast<nn::SampleType>(type)) {
    t.kind = Type::PerSample;
    t.dtype = dtypeOf(sample.getElementType());
    for (int64_t d : sample.getShape()) t.shape.push_back(mlir::ShapedType::isDynamic(d) ? -1 : d);
    return t;
  }
  if (auto tensor = mlir::dyn_cast<mlir::RankedTensorType>(type)) {
    if (tensor.getEncoding() || !tensor.hasStaticShape())
      throw std::runtime_error("type " + print(type) + " belongs to the batch level; the reference interpreter runs the sample level");
    t.dtype = dtypeOf(tensor.getElementType());
    t.shape.assign(tensor.getShape().begin(), tensor.getShape().end());
    return t;
  }
  if (mlir::isa<nn::WeightsType>(type)) return t.kind = Type::Weights, t;
  if (mlir::isa<nn::GradientsType>(type)) return t.kind = Type::Gradients, t;
  throw std::runtime_error("type " + print(type) + " is not one of the sample level");
}

Tensor constantOf(mlir::ElementsAttr attr) {
  auto dense = mlir::dyn_cast<mlir::DenseElementsAttr>(attr);
  if (!dense) throw std::runtime_error("O2: only dense constants are read");
  Type type = typeOf(dense.getType());
  Tensor t = makeTensor(type.dtype, type.shape);
  if (type.dtype == Dtype::F32) {
    int64_t i = 0;
    for (const llvm::APFloat &v : dense.getValues<llvm::APFloat>()) t.data[i++] = v.convertToDouble();
  } else {
    bool sign = type.dtype == Dtype::I32 || type.dtype == Dtype::I64;
    int64_t i = 0;
    for (const llvm::APInt &v : dense.getValues<llvm::APInt>()) t.data[i++] = sign ? (double)v.getSExtValue() : (double)v.getZExtValue();
  }
  return t;
}

std::map<std::string, Attribute> attributesOf(mlir::Operation &op) {
  std::map<std::string, Attribute> out;
  for (mlir::NamedAttribute named : op.getAttrDictionary()) {
    std::string key = named.getName().str();
    mlir::Attribute a = named.getValue();
    if (auto v = mlir::dyn_cast<mlir::BoolAttr>(a)) out[key] = v.getValue();
    else if (auto v = mlir::dyn_cast<mlir::IntegerAttr>(a)) out[key] = v.getInt();
    else if (auto v = mlir::dyn_cast<mlir::FloatAttr>(a)) out[key] = v.getValueAsDouble();
    else if (auto v = mlir::dyn_cast<mlir::StringAttr>(a)) out[key] = v.getValue().str();
    else if (auto v = mlir::dyn_cast<mlir::FlatSymbolRefAttr>(a)) out[key] = v.getValue().str();
    else if (auto v = mlir::dyn_cast<mlir::DenseI64ArrayAttr>(a)) out[key] = std::vector<int64_t>(v.asArrayRef().begin(), v.asArrayRef().end());
  }
  return out;
}

/// Ops that the interpreter runs itself (Run.cpp).
const std::set<std::string> kControl = {"func.call",   "nn.constant", "nn.weights", "nn.gradients", "nn.field",   "nn.accumulate",
                                        "nn.exit_if", "nn.leave_with", "nn.report",  "nn.collect",   "nn.write_table"};

/// Reads one function; registers are numbered in order of definition.
struct FunctionReader {
  explicit FunctionReader(Function &function) : out(function) {}

  Function &out;
  llvm::DenseMap<mlir::Value, int> registers;

  int define(mlir::Value v) { return registers[v] = out.registers++; }

  Op readOp(mlir::Operation &op) {
    Op o;
    o.name = op.getName().getStringRef().str();
    o.where = print(op.getLoc());
    try {
      o.attributes = attributesOf(op);
      for (mlir::Value v : op.getOperands()) {
        o.operands.push_back(registers.at(v));
        o.operandTypes.push_back(typeOf(v.getType()));
      }
      for (mlir::Value v : op.getResults()) {
        o.results.push_back(define(v));
        o.resultTypes.push_back(typeOf(v.getType()));
      }
      if (auto constant = mlir::dyn_cast<nn::ConstantOp>(op)) o.constant = constantOf(constant.getValue());
      o.function = findFunction(o.name);
      if (!o.function && !kControl.count(o.name)) throw std::runtime_error("the reference interpreter does not run this operation");
    } catch (const std::runtime_error &e) {
      throw std::runtime_error("`" + o.name + "` at " + o.where + ": " + e.what());
    }
    if (o.name == "nn.exit_if")
      for (mlir::Operation &inner : op.getRegion(0).front()) o.body.push_back(readOp(inner));
    if (o.name == "nn.leave_with") out.leaves = true;
    return o;
  }

  void read(mlir::func::FuncOp func) {
    auto slot = [&](unsigned i, const char *key, Source::Kind kind) {
      if (auto attr = func.getArgAttrOfType<mlir::IntegerAttr>(i, key)) out.sources.back() = {kind, attr.getInt()};
    };
    for (mlir::BlockArgument argument : func.getArguments()) {
      define(argument);
      out.arguments.push_back(typeOf(argument.getType()));
      out.sources.push_back({});
      slot(argument.getArgNumber(), "nn.input", Source::Input);
      slot(argument.getArgNumber(), "nn.table", Source::Table);
      slot(argument.getArgNumber(), "nn.setting", Source::Setting);
    }
    for (mlir::Type type : func.getResultTypes()) out.results.push_back(typeOf(type));
    for (mlir::Operation &op : func.front()) {
      if (mlir::isa<mlir::func::ReturnOp>(op)) {
        for (mlir::Value v : op.getOperands()) out.returned.push_back(registers.at(v));
        break;
      }
      out.ops.push_back(readOp(op));
    }
  }
};

Bundle bundleOf(nn::BundleOp op) {
  Bundle bundle;
  for (int64_t i = 0; i < (int64_t)op.getNames().size(); ++i) {
    Field field;
    field.name = mlir::cast<mlir::StringAttr>(op.getNames()[i]).getValue().str();
    field.shape.assign(op.shapeOf(i).begin(), op.shapeOf(i).end());
    field.offset = op.offsetOf(i);
    field.count = op.elementsOf(i);
    field.kind = mlir::cast<mlir::StringAttr>(op.getKinds()[i]).getValue().str();
    field.scale = mlir::cast<mlir::FloatAttr>(op.getScales()[i]).getValueAsDouble();
    field.decays = mlir::cast<mlir::BoolAttr>(op.getDecays()[i]).getValue();
    bundle.order.push_back(field.name);
    bundle.fields[field.name] = field;
  }
  bundle.extent = op.elements();
  return bundle;
}

}  // namespace

Program load(mlir::ModuleOp module) {
  Program program;
  for (nn::BundleOp op : module.getOps<nn::BundleOp>()) program.bundles[op.getSymName().str()] = bundleOf(op);
  for (nn::InstanceOp op : module.getOps<nn::InstanceOp>()) {
    Instance instance{op.getBundle().str(), (int64_t)op.getOffset()};
    auto bundle = program.bundles.find(instance.bundle);
    if (bundle == program.bundles.end())
      throw std::runtime_error("`nn.instance` @" + op.getSymName().str() + ": there is no bundle @" + instance.bundle);
    program.weights = std::max(program.weights, instance.offset + bundle->second.extent);
    program.instances[op.getSymName().str()] = instance;
  }
  for (mlir::func::FuncOp func : module.getOps<mlir::func::FuncOp>()) {
    Function f;
    f.name = func.getName().str();
    if (auto program = func->getAttrOfType<mlir::StringAttr>("nn.program")) f.program = program.getValue().str();
    if (func.isExternal()) {
      f.refusal = "@" + f.name + " has no body";
    } else {
      try {
        FunctionReader(f).read(func);
      } catch (const std::runtime_error &e) {
        f.refusal = "@" + f.name + ": " + e.what();
      }
    }
    program.functions[f.name] = std::move(f);
  }
  return program;
}

}  // namespace offramp::reference
