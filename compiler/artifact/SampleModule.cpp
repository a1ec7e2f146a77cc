#include "compiler/artifact/SampleModule.h"

#include "compiler/artifact/Compile.h"
#include "compiler/artifact/ModuleObject.h"
#include "compiler/pipelines/Pipelines.h"
#include "dsl/sema/Elaborate.h"

namespace offramp {

mlir::OwningOpRef<mlir::ModuleOp> sampleModule(mlir::MLIRContext &context, const std::filesystem::path &file, const std::map<std::string, std::string> &sets,
                                               const std::vector<std::filesystem::path> &importRoots, const std::vector<std::string> &kinds) {
  dsl::SourceManager sources;
  dsl::DiagnosticEngine diagnostics(sources);
  auto model = dsl::elaborate(file, sets, importRoots, sources, diagnostics);
  if (!model) throw CompileError(diagnostics.render());
  mlir::OwningOpRef<mlir::ModuleOp> module = importOrThrow(context, *model);
  runPasses(*module, [&](mlir::OpPassManager &pm) { buildFrontPipeline(pm, kinds); });
  return module;
}

}  // namespace offramp
