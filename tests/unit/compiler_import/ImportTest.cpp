// Import: what a model becomes, and that anything it cannot import is a diagnostic with a place, never a crash.
#include "Models.h"

#include "compiler/dialect/Nn.h"
#include "compiler/dialect/Ramp.h"
#include "compiler/import/Import.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

#include <boost/test/unit_test.hpp>

using namespace mlir;
using namespace offramp;
using namespace offramp::tests;

namespace {

/// The diagnostics of a refused import; "" if the import succeeded.
std::string refusal(const dsl::Model &model) {
  MLIRContext context;
  std::string text;
  ScopedDiagnosticHandler handler(&context, [&](Diagnostic &diagnostic) {
    llvm::raw_string_ostream(text) << diagnostic.getLocation() << ": " << diagnostic << "\n";
    return success();
  });
  return importModel(context, model) ? "" : text;
}

void expectRefusal(const dsl::Model &model, const std::string &part) {
  std::string text = refusal(model);
  BOOST_TEST(text.find(part) != std::string::npos, "expected `" << part << "`, found `" << text << "`");
}

}  // namespace

BOOST_AUTO_TEST_CASE(functions_bundles_and_instances_follow_the_model) {
  MLIRContext context;
  auto module = importModel(context, gatedVit());
  BOOST_REQUIRE(module);
  SymbolTable symbols(*module);
  // The instance `embed` keeps its name, as weights are named by it; the function gives way.
  BOOST_TEST(bool(symbols.lookup<nn::InstanceOp>("embed")));
  BOOST_TEST(bool(symbols.lookup<func::FuncOp>("embed.body")));
  auto stage = symbols.lookup<func::FuncOp>("stage");
  BOOST_REQUIRE(stage);
  BOOST_TEST(stage.isPrivate());
  auto bundle = symbols.lookup<nn::BundleOp>("stage.weights");
  BOOST_REQUIRE(bundle);
  // Instances lie one behind the other, each as long as its bundle.
  int64_t end = 0, count = 0;
  for (auto instance : module->getOps<nn::InstanceOp>()) {
    BOOST_TEST((int64_t)instance.getOffset() == end);
    BOOST_TEST(instance.getOffset() % 16 == 0u);
    end += symbols.lookup<nn::BundleOp>(instance.getBundle()).elements();
    ++count;
  }
  BOOST_TEST(count == 1 + 6 + 6 + 5);
}

BOOST_AUTO_TEST_CASE(nodes_keep_their_places) {
  MLIRContext context;
  dsl::Model model = gatedVit();
  auto module = importModel(context, model);
  BOOST_REQUIRE(module);
  auto rule = SymbolTable(*module).lookup<func::FuncOp>("rule");
  Operation &sigmoid = rule.getBody().front().front();
  auto place = dyn_cast<FileLineColLoc>(sigmoid.getLoc());
  BOOST_REQUIRE(place);
  BOOST_TEST(place.getFilename().str() == "model.ramp");
  BOOST_TEST(place.getLine() == (unsigned)model.functions.back().nodes.front().where.begin.line);
}

BOOST_AUTO_TEST_CASE(one_path_is_one_instance) {
  MLIRContext context;
  dsl::Model model = gatedVit();
  for (dsl::Instance &instance : model.attachments[0].instances) instance.path = "pooler";
  auto module = importModel(context, model);
  BOOST_REQUIRE(module);
  int64_t poolers = 0;
  for (auto instance : module->getOps<nn::InstanceOp>()) poolers += instance.getSymName() == "pooler";
  BOOST_TEST(poolers == 1);
}

BOOST_AUTO_TEST_CASE(training_form_shares_the_weights) {
  MLIRContext context;
  dsl::Model model = gatedVit();
  dsl::Function train = model.functions[1];
  train.name = "stage_train";
  model.functions.push_back(train);
  for (dsl::Instance &stage : model.stages) stage.trainFunction = (int)model.functions.size() - 1;
  auto module = importModel(context, model);
  BOOST_REQUIRE(module);
  SymbolTable symbols(*module);
  BOOST_TEST(!symbols.lookup("stage_train.weights"));
  BOOST_TEST((symbols.lookup<func::FuncOp>("stage_train").getFunctionType() == symbols.lookup<func::FuncOp>("stage").getFunctionType()));

  model.functions.back().fields.pop_back();
  model.functions.back().nodes = {};
  model.functions.back().results = {0};
  expectRefusal(model, "`stage_train`, the training form of `stage`, has other weights");
}

BOOST_AUTO_TEST_CASE(what_cannot_be_imported_is_refused_with_its_place) {
  auto changed = [](auto change) {
    dsl::Model model = gatedVit();
    change(model.functions[1], model);
    return model;
  };
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.nodes[0].op = "whiten"; }), "`whiten` is not an operation");
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.nodes[0].op = "whiten"; }), "\"model.ramp\":");
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.nodes[0].operands = {99}; }), "reads value 99, which is not defined before");
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.nodes[0].operands = {-1}; }), "reads value -1, which is not defined before");
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.nodes[0].attributes["sharpness"] = 1.0; }), "has no attribute `sharpness`");
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.nodes[0].attributes.clear(); }), "requires attribute 'eps'");
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.nodes[0].type.shape = {4, dsl::kRows}; }), "has a shape that no value has");
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.nodes[1].attributes["name"] = std::string("absent"); }),
                "`field` reads weight `absent`, which `stage` does not declare");
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.results = {1000}; }), "returns value 1000, which does not exist");
  expectRefusal(changed([](dsl::Function &f, dsl::Model &) { f.parameters[0].type.shape = {dsl::kRows, 0}; }), "parameter `h` of `stage`");
  expectRefusal(changed([](dsl::Function &, dsl::Model &m) { m.stages[2].function = 77; }), "instance `stage.3` has no function");
  expectRefusal(changed([](dsl::Function &, dsl::Model &m) { m.infer.function = -1; }), "infer has no function");
  expectRefusal(changed([](dsl::Function &, dsl::Model &m) { m.inputs[0].type.shape = {-5}; }), "`image` has a shape that no value has");
  expectRefusal(changed([](dsl::Function &, dsl::Model &m) { m.infer.value = "gate"; }), "V3: policy @gate cannot be the answer");
}
