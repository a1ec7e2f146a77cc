// What Reverse makes of one function: which values are kept, which are made again, one variant per activity pattern.
#include "compiler/autodiff/Reverse.h"

#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <boost/test/unit_test.hpp>

using namespace offramp::nn;

namespace {
struct Module {
  mlir::MLIRContext context;
  std::string messages;
  mlir::ScopedDiagnosticHandler handler{&context, [this](mlir::Diagnostic &d) {
    messages += d.str() + "\n";
    return mlir::success();
  }};
  mlir::OwningOpRef<mlir::ModuleOp> module;
  std::unique_ptr<Reverse> reverse;

  explicit Module(const std::string &text) {
    context.loadDialect<NnDialect, mlir::func::FuncDialect>();
    module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    BOOST_REQUIRE_MESSAGE(module, messages);
    reverse = std::make_unique<Reverse>(*module);
  }
  mlir::func::FuncOp function(const std::string &name) { return module->lookupSymbol<mlir::func::FuncOp>(name); }
  Derivative derivative(const Pattern &pattern, const std::string &name = "f") {
    auto found = reverse->derivativeOf(function(name), pattern);
    BOOST_REQUIRE_MESSAGE(mlir::succeeded(found), messages);
    BOOST_REQUIRE_MESSAGE(mlir::succeeded(mlir::verify(*module)), messages);
    return **found;
  }
};
}  // namespace

static int64_t count(mlir::func::FuncOp function, llvm::StringRef op) {
  int64_t n = 0;
  for (mlir::Operation &o : function.front()) n += o.getName().getStringRef() == op;
  return n;
}

BOOST_AUTO_TEST_CASE(IdentityHandsTheAdjointOn) {
  Module m("func.func private @f(%x: !nn.sample<f32>) -> !nn.sample<f32> { return %x : !nn.sample<f32> }");
  Derivative d = m.derivative({{true}, {true}});
  BOOST_REQUIRE(d.backward);
  BOOST_TEST(d.backward.getNumArguments() == 1u);
  BOOST_TEST(d.backward.getNumResults() == 1u);
  BOOST_TEST((d.forward == m.function("f")));
}

BOOST_AUTO_TEST_CASE(AValueReturnedTwiceGetsBothAdjoints) {
  Module m("func.func private @f(%x: !nn.sample<f32>) -> (!nn.sample<f32>, !nn.sample<f32>) {\n"
           "  %y = nn.neg %x : (!nn.sample<f32>) -> !nn.sample<f32>\n  return %y, %y : !nn.sample<f32>, !nn.sample<f32>\n}");
  BOOST_TEST(count(m.derivative({{true}, {true, true}}).backward, "nn.add") == 1);
  BOOST_TEST(count(m.derivative({{true}, {true, false}}).backward, "nn.add") == 0);
}

BOOST_AUTO_TEST_CASE(NothingTrainedReachedHasNoBackward) {
  Module m("func.func private @f(%x: !nn.sample<f32>) -> !nn.sample<f32> {\n"
           "  %y = nn.stop_gradient %x : (!nn.sample<f32>) -> !nn.sample<f32>\n  return %y : !nn.sample<f32>\n}");
  Derivative d = m.derivative({{true}, {true}});
  BOOST_TEST(!d.backward);
}

static const char *const product = R"(
func.func private @f(%x: !nn.sample<4xf32>, %y: !nn.sample<4xf32>) -> !nn.sample<4xf32> {
  %e = nn.exp %x : (!nn.sample<4xf32>) -> !nn.sample<4xf32>
  %p = nn.mul %e, %y : (!nn.sample<4xf32>, !nn.sample<4xf32>) -> !nn.sample<4xf32>
  return %p : !nn.sample<4xf32>
})";

BOOST_AUTO_TEST_CASE(OneVariantPerActivityPattern) {
  Module m(product);
  Derivative both = m.derivative({{true, true}, {true}}), second = m.derivative({{false, true}, {true}});
  BOOST_TEST((both.dArguments == std::vector<unsigned>{0, 1}));
  BOOST_TEST((second.dArguments == std::vector<unsigned>{1}));
  BOOST_TEST(both.backward.getName().str() == "f.bwd");
  BOOST_TEST(second.backward.getName().str() == "f.bwd.1");
  BOOST_TEST((m.derivative({{true, true}, {true}}).backward == both.backward));
}

/// The derivative of exp is its result: that is kept, x is not handed over.
BOOST_AUTO_TEST_CASE(OnlyWhatTheAdjointReadsIsHandedOver) {
  Module m(product);
  Derivative d = m.derivative({{true, false}, {true}});
  for (Source source : d.operands) BOOST_TEST((source.kind != Source::Argument || source.index == 1));
  BOOST_TEST(count(d.backward, "nn.mul") == 2);
}

/// A mask drawn for rows needs nothing but their number: it is drawn again.
BOOST_AUTO_TEST_CASE(MasksAreDrawnAgainDecisionsAreKept) {
  Module m(R"(
func.func private @f(%x: !nn.sample<?x4xf32>, %w: tensor<4x4xf32>) -> !nn.sample<?x4xf32> {
  %h = nn.linear %x, %w : (!nn.sample<?x4xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  %u = nn.uniform %h {site = 3 : i64} : (!nn.sample<?x4xf32>) -> !nn.sample<?x4xf32>
  %half = nn.constant dense<0.5> : tensor<f32> : tensor<f32>
  %zero = nn.constant dense<0.0> : tensor<f32> : tensor<f32>
  %c = nn.compare %u, %half {predicate = "lt"} : (!nn.sample<?x4xf32>, tensor<f32>) -> !nn.sample<?x4xi1>
  %d = nn.select %c, %h, %zero : (!nn.sample<?x4xi1>, !nn.sample<?x4xf32>, tensor<f32>) -> !nn.sample<?x4xf32>
  return %d : !nn.sample<?x4xf32>
}
func.func private @g(%x: !nn.sample<?x4xf32>, %w: tensor<4x4xf32>) -> !nn.sample<?x4xf32> {
  %h = nn.linear %x, %w : (!nn.sample<?x4xf32>, tensor<4x4xf32>) -> !nn.sample<?x4xf32>
  %zero = nn.constant dense<0.0> : tensor<f32> : tensor<f32>
  %c = nn.compare %h, %zero {predicate = "gt"} : (!nn.sample<?x4xf32>, tensor<f32>) -> !nn.sample<?x4xi1>
  %d = nn.select %c, %h, %zero : (!nn.sample<?x4xi1>, !nn.sample<?x4xf32>, tensor<f32>) -> !nn.sample<?x4xf32>
  return %d : !nn.sample<?x4xf32>
})");
  Derivative drawn = m.derivative({{true, true}, {true}});
  BOOST_TEST((drawn.forward == m.function("f")));
  BOOST_TEST(count(drawn.backward, "nn.uniform") == 1);
  Derivative decided = m.derivative({{true, true}, {true}}, "g");
  BOOST_TEST(decided.forward.getNumResults() == 2u);
  BOOST_TEST(count(decided.backward, "nn.compare") == 0);
}

/// What an inner function keeps passes through the outer one.
BOOST_AUTO_TEST_CASE(KeptValuesOfInnerCallsAreHandedOn) {
  Module m(R"(
func.func private @inner(%x: !nn.sample<4xf32>, %w: tensor<4x4xf32>) -> !nn.sample<4xf32> {
  %h = nn.linear %x, %w : (!nn.sample<4xf32>, tensor<4x4xf32>) -> !nn.sample<4xf32>
  %g = nn.gelu %h : (!nn.sample<4xf32>) -> !nn.sample<4xf32>
  return %g : !nn.sample<4xf32>
}
func.func private @f(%x: !nn.sample<4xf32>, %w: tensor<4x4xf32>) -> !nn.sample<4xf32> {
  %1 = call @inner(%x, %w) {nn.stage = 2 : i64} : (!nn.sample<4xf32>, tensor<4x4xf32>) -> !nn.sample<4xf32>
  %2 = call @inner(%1, %w) {nn.stage = 3 : i64} : (!nn.sample<4xf32>, tensor<4x4xf32>) -> !nn.sample<4xf32>
  return %2 : !nn.sample<4xf32>
})");
  Derivative d = m.derivative({{true, true}, {true}});
  BOOST_TEST(d.forward.getNumResults() == 4u);  // its own, the first call's, and one pre-activation of each call
  std::vector<int64_t> stages;
  for (auto call : d.backward.front().getOps<mlir::func::CallOp>()) {
    BOOST_TEST(call.getCallee().str() == "inner.bwd");
    stages.push_back(call->getAttrOfType<mlir::IntegerAttr>("nn.stage").getInt());
  }
  BOOST_TEST((stages == std::vector<int64_t>{3, 2}));
}

BOOST_AUTO_TEST_CASE(RecursionIsRefused) {
  Module m("func.func private @f(%x: !nn.sample<f32>) -> !nn.sample<f32> {\n"
           "  %y = func.call @f(%x) : (!nn.sample<f32>) -> !nn.sample<f32>\n  return %y : !nn.sample<f32>\n}");
  BOOST_TEST(mlir::failed(m.reverse->derivativeOf(m.function("f"), {{true}, {true}})));
  BOOST_TEST(m.messages.find("calls itself") != std::string::npos);
}
