// Parses module text with the dialects that sample-level programs use.
#include "tests/unit/reference/ModuleText.h"

#include "compiler/dialect/Nn.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/Verifier.h"
#include "mlir/Parser/Parser.h"

#include <stdexcept>

namespace offramp::test {

reference::Interpreter interpreterOf(const std::string &text) {
  mlir::MLIRContext context;
  context.loadDialect<nn::NnDialect, mlir::func::FuncDialect>();
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &d) {
    messages += d.str() + "\n";
    return mlir::success();
  });
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  if (!module) throw std::runtime_error(messages);
  return reference::Interpreter(*module);
}

std::vector<reference::Tensor> perSample(std::vector<int64_t> shape, std::vector<std::vector<double>> values, reference::Dtype dtype, bool rows) {
  std::vector<reference::Tensor> out;
  for (std::vector<double> &v : values) {
    reference::Tensor t;
    t.dtype = dtype;
    t.rows = rows;
    t.shape = shape;
    if (rows) t.shape[0] = (int64_t)v.size() / reference::elements({shape.begin() + 1, shape.end()});
    t.data = std::move(v);
    out.push_back(std::move(t));
  }
  return out;
}

}  // namespace offramp::test
