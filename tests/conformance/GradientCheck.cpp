// See GradientCheck.h. Samples have 2, 1 and 4 rows, so that a mistake between rows and samples cannot cancel.
#include "tests/conformance/GradientCheck.h"

#include "compiler/autodiff/Reverse.h"
#include "compiler/dialect/Ramp.h"
#include "compiler/transforms/Passes.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"
#include "mlir/Pass/PassManager.h"
#include "tests/SourceDir.h"  // made by CMake

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>
#include <stdexcept>

namespace offramp::test {

using reference::Tensor;
using reference::Value;

static const std::vector<int64_t> rowCounts{2, 1, 4};

namespace {
/// A parsed module, and its diagnostics as an exception.
struct Subject {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::string messages;
  mlir::ScopedDiagnosticHandler handler{&context, [this](mlir::Diagnostic &d) {
    messages += d.str() + "\n";
    return mlir::success();
  }};

  explicit Subject(const std::string &text) {
    context.loadDialect<nn::NnDialect, ramp::RampDialect, mlir::func::FuncDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    require(bool(module));
  }
  void differentiate() {
    mlir::PassManager passes(&context);
    passes.addPass(createAutodiff());
    require(mlir::succeeded(passes.run(*module)));
  }
  void require(bool good) {
    if (!good) throw std::runtime_error(messages);
  }
};
}  // namespace

static std::vector<int64_t> shapeOf(mlir::Type type, bool &perSample) {
  if (auto sample = mlir::dyn_cast<nn::SampleType>(type)) {
    perSample = true;
    return sample.getShape().vec();
  }
  perSample = false;
  return mlir::cast<mlir::RankedTensorType>(type).getShape().vec();
}

static reference::Dtype dtypeOf(mlir::Type type) {
  auto sample = mlir::dyn_cast<nn::SampleType>(type);
  mlir::Type element = sample ? sample.getElementType() : mlir::cast<mlir::RankedTensorType>(type).getElementType();
  return element.isInteger(1) ? reference::Dtype::I1 : element.isInteger(32) ? reference::Dtype::I32 : reference::Dtype::F32;
}

static Value randomValue(mlir::Type type, const GradientOperand &spec, std::mt19937_64 &random) {
  bool perSample;
  std::vector<int64_t> shape = shapeOf(type, perSample);
  bool rows = !shape.empty() && mlir::ShapedType::isDynamic(shape[0]);
  std::vector<Tensor> items;
  std::normal_distribution<double> normal;
  for (size_t i = 0; i < (perSample ? rowCounts.size() : 1); ++i) {
    if (rows) shape[0] = rowCounts[i];
    Tensor t = reference::makeTensor(dtypeOf(type), shape, rows);
    for (double &v : t.data) {
      switch (spec.draw) {
      case Draw::Normal: v = normal(random); break;
      case Draw::Positive: v = 0.5 + std::abs(normal(random)); break;
      case Draw::Truth: v = random() % 2; break;
      case Draw::Index: v = random() % spec.bound; break;
      }
    }
    items.push_back(std::move(t));
  }
  return perSample ? Value::perSample(std::move(items)) : Value::shared(std::move(items[0]));
}

static double dot(const Value &a, const Value &b) {
  double sum = 0;
  for (size_t i = 0; i < a.items.size(); ++i)
    for (int64_t j = 0; j < a.items[i].size(); ++j) sum += a.items[i].data[j] * b.items[i].data[j];
  return sum;
}

/// Relative distance of two lists of numbers.
static double distance(const std::vector<double> &analytic, const std::vector<double> &numeric) {
  double difference = 0, norm = 0;
  for (size_t i = 0; i < numeric.size(); ++i) {
    difference += (analytic[i] - numeric[i]) * (analytic[i] - numeric[i]);
    norm += numeric[i] * numeric[i];
  }
  return std::sqrt(difference) / std::max(std::sqrt(norm), 1e-12);
}

static std::string functionText(const GradientCase &c) {
  std::string arguments, names, types;
  for (size_t i = 0; i < c.operands.size(); ++i) {
    const GradientOperand &operand = c.operands[i];
    std::string name = "%x" + std::to_string(operand.same < 0 ? (int)i : operand.same);
    if (operand.same < 0) arguments += (arguments.empty() ? "" : ", ") + name + ": " + operand.type;
    names += (i ? ", " : "") + name;
    types += (i ? ", " : "") + operand.type;
  }
  return "func.func private @f(" + arguments + ") -> " + c.result + " {\n  %r = " + c.op + " " + names + " " + c.attributes + " : (" + types +
         ") -> " + c.result + "\n  return %r : " + c.result + "\n}\n";
}

double opGradientError(const GradientCase &c, uint64_t seed) {
  std::mt19937_64 random(seed);
  Subject subject(functionText(c));
  auto f = subject.module->lookupSymbol<mlir::func::FuncOp>("f");
  std::vector<Value> arguments;
  nn::Pattern pattern;
  for (const GradientOperand &operand : c.operands) {
    if (operand.same >= 0) continue;
    mlir::Type type = f.getArgumentTypes()[arguments.size()];
    arguments.push_back(randomValue(type, operand, random));
    pattern.arguments.push_back(dtypeOf(type) == reference::Dtype::F32);
  }
  pattern.results = {true};

  nn::Reverse reverse(*subject.module);
  auto found = reverse.derivativeOf(f, pattern);
  subject.require(mlir::succeeded(found) && (*found)->backward);
  nn::Derivative derivative = **found;
  subject.require(mlir::succeeded(mlir::verify(*subject.module)));
  reference::Interpreter interpreter(*subject.module);
  int64_t samples = rowCounts.size();
  std::vector<Value> results = interpreter.call(derivative.forward.getName().str(), arguments, samples).returned;
  Value weight = results[0];  // in shape only
  std::normal_distribution<double> normal;
  weight.tracks.clear();
  for (Tensor &t : weight.items)
    for (double &v : t.data) v = normal(random);
  std::vector<Value> operands;
  for (nn::Source source : derivative.operands)
    operands.push_back(source.kind == nn::Source::Dresult ? weight : source.kind == nn::Source::Argument ? arguments[source.index] : results[source.index]);
  std::vector<Value> adjoints = interpreter.call(derivative.backward.getName().str(), operands, samples).returned;

  std::vector<double> analytic, numeric;
  for (size_t a = 0; a < adjoints.size(); ++a) {
    unsigned index = derivative.dArguments[a];
    for (size_t i = 0; i < arguments[index].items.size(); ++i) {
      for (int64_t j = 0; j < arguments[index].items[i].size(); ++j) {
        double &x = arguments[index].items[i].data[j], kept = x, h = 1e-5;
        x = kept + h;
        double above = dot(interpreter.call("f", arguments, samples).returned[0], weight);
        x = kept - h;
        double below = dot(interpreter.call("f", arguments, samples).returned[0], weight);
        x = kept;
        numeric.push_back((above - below) / (2 * h));
        analytic.push_back(adjoints[a].items[i].data[j]);
      }
    }
  }
  for (size_t i = 0; i < pattern.arguments.size(); ++i)
    if (pattern.arguments[i] && std::count(derivative.dArguments.begin(), derivative.dArguments.end(), i) == 0)
      subject.messages += "operand " + std::to_string(i) + " has no adjoint\n";
  subject.require(subject.messages.empty());
  return distance(analytic, numeric);
}

std::string sourceText(const std::string &path) {
  std::ifstream file(std::string(OFFRAMP_SOURCE_DIR) + "/" + path);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Random values for what a program reads, by the types of its arguments.
static reference::Inputs randomInputs(const reference::Function &function, int64_t bound, std::mt19937_64 &random) {
  reference::Inputs inputs;
  inputs.samples = rowCounts.size();
  std::normal_distribution<double> normal;
  for (size_t a = 0; a < function.arguments.size(); ++a) {
    const reference::Type &type = function.arguments[a];
    const reference::Source &source = function.sources[a];
    if (source.kind == reference::Source::Setting) {
      inputs.settings.resize(std::max<size_t>(inputs.settings.size(), source.slot + 1), 0.3);
      continue;
    }
    std::vector<Tensor> items;
    for (int64_t rows : rowCounts) {
      std::vector<int64_t> shape = type.shape;
      if (type.rows()) shape[0] = rows;
      Tensor t = reference::makeTensor(type.dtype, shape, type.rows());
      for (double &v : t.data) v = type.dtype == reference::Dtype::F32 ? normal(random) : double(random() % (type.dtype == reference::Dtype::U8 ? 256 : bound));
      items.push_back(std::move(t));
    }
    (source.kind == reference::Source::Table ? inputs.tables : inputs.inputs)[source.slot] = std::move(items);
  }
  return inputs;
}

/// 1 for the elements of the weight block that belong to an instance a program updates.
static std::vector<bool> updatedElements(mlir::ModuleOp module, const std::string &program, size_t size) {
  std::vector<bool> updated(size, false);
  for (mlir::Attribute attr : module.lookupSymbol<mlir::func::FuncOp>(program)->getAttrOfType<mlir::ArrayAttr>("nn.updates")) {
    auto instance = module.lookupSymbol<nn::InstanceOp>(mlir::cast<mlir::StringAttr>(attr).getValue());
    int64_t elements = module.lookupSymbol<nn::BundleOp>(instance.getBundle()).elements();
    std::fill_n(updated.begin() + instance.getOffset(), elements, true);
  }
  return updated;
}

double stepGradientError(const std::string &moduleText, const std::string &phase, uint64_t seed, int64_t stride, int64_t bound) {
  Subject subject(moduleText);
  subject.differentiate();
  reference::Interpreter interpreter(*subject.module);
  std::mt19937_64 random(seed);
  std::normal_distribution<double> normal(0, 0.5);
  for (double &w : interpreter.weights()) w = normal(random);
  std::vector<bool> updated = updatedElements(*subject.module, phase + ".loss", interpreter.weights().size());
  reference::Inputs inputs = randomInputs(interpreter.program().functions.at(phase + ".loss"), bound, random);
  reference::RunOptions options;
  options.seed = seed;
  options.distances = false;
  interpreter.run(phase + ".step", inputs, options);
  auto loss = [&] { return interpreter.run(phase + ".loss", inputs, options).returned[0].items[0].data[0]; };
  std::vector<double> analytic, numeric;
  for (size_t i = 0, place = random() % stride; i < updated.size(); ++i) {
    if (!updated[i] && interpreter.gradients()[i] != 0) throw std::runtime_error("a weight that is not trained has a gradient");
    if (!updated[i] || place++ % stride) continue;
    double &w = interpreter.weights()[i], kept = w, h = 1e-5;
    w = kept + h;
    double above = loss();
    w = kept - h;
    double below = loss();
    w = kept;
    numeric.push_back((above - below) / (2 * h));
    analytic.push_back(interpreter.gradients()[i]);
  }
  return distance(analytic, numeric);
}

reference::Interpreter differentiated(const std::string &moduleText) {
  Subject subject(moduleText);
  subject.differentiate();
  return reference::Interpreter(*subject.module);
}

}  // namespace offramp::test
