#include "compiler/artifact/Codegen.h"

#include "compiler/artifact/Compile.h"
#include "compiler/dialect/Nn.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Affine/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "mlir/Transforms/Passes.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"

using namespace mlir;

namespace offramp {

void lowerToLlvm(ModuleOp module) {
  for (auto op : llvm::make_early_inc_range(module.getOps<nn::BundleOp>())) op.erase();
  for (auto op : llvm::make_early_inc_range(module.getOps<nn::InstanceOp>())) op.erase();
  PassManager pm(module.getContext());
  pm.addPass(createConvertLinalgToLoopsPass());
  pm.addPass(memref::createExpandStridedMetadataPass());
  pm.addPass(createLowerAffinePass());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createConvertSCFToCFPass());
  pm.addPass(createConvertMathToLLVMPass());
  pm.addPass(createArithToLLVMConversionPass());
  pm.addPass(createFinalizeMemRefToLLVMConversionPass());
  pm.addPass(createConvertFuncToLLVMPass());
  pm.addPass(createConvertIndexToLLVMPass());
  pm.addPass(createConvertControlFlowToLLVMPass());
  pm.addPass(createReconcileUnrealizedCastsPass());
  if (failed(pm.run(module))) throw CompileError("internal: the calls do not lower to LLVM");
}

ObjectCode emitObject(ModuleOp module, const CpuTarget &cpu, bool withText) {
  llvm::InitializeNativeTarget();
  llvm::InitializeNativeTargetAsmPrinter();
  registerBuiltinDialectTranslation(*module.getContext());
  registerLLVMDialectTranslation(*module.getContext());
  llvm::LLVMContext context;
  std::unique_ptr<llvm::Module> code = translateModuleToLLVMIR(module, context, "offramp");
  if (!code) throw CompileError("internal: the module does not translate to LLVM IR");

  std::string triple = llvm::sys::getDefaultTargetTriple(), error;
  const llvm::Target *target = llvm::TargetRegistry::lookupTarget(triple, error);
  if (!target) throw CompileError("internal: " + error);
  llvm::TargetOptions targetOptions;
  targetOptions.FunctionSections = targetOptions.DataSections = true;  // a product links only the programs it runs
  std::unique_ptr<llvm::TargetMachine> machine(target->createTargetMachine(triple, cpu.name, cpu.llvmFeatures, targetOptions, llvm::Reloc::PIC_,
                                                                           std::nullopt, llvm::CodeGenOptLevel::Aggressive));
  code->setTargetTriple(triple);
  code->setDataLayout(machine->createDataLayout());
  for (llvm::Function &f : *code) {
    if (f.isDeclaration()) continue;
    f.addFnAttr("target-cpu", cpu.name);
    if (!cpu.llvmFeatures.empty()) f.addFnAttr("target-features", cpu.llvmFeatures);
    if (cpu.wideVectors) f.addFnAttr("prefer-vector-width", "512");
    // Only programs are seen from outside.
    if (!f.getName().starts_with("offramp_")) f.setLinkage(llvm::GlobalValue::InternalLinkage);
  }

  llvm::LoopAnalysisManager lam;
  llvm::FunctionAnalysisManager fam;
  llvm::CGSCCAnalysisManager cgam;
  llvm::ModuleAnalysisManager mam;
  llvm::PipelineTuningOptions tuning;
  tuning.LoopVectorization = tuning.SLPVectorization = tuning.LoopInterleaving = tuning.LoopUnrolling = true;
  llvm::PassBuilder builder(machine.get(), tuning);
  builder.registerModuleAnalyses(mam);
  builder.registerCGSCCAnalyses(cgam);
  builder.registerFunctionAnalyses(fam);
  builder.registerLoopAnalyses(lam);
  builder.crossRegisterProxies(lam, fam, cgam, mam);
  builder.buildPerModuleDefaultPipeline(llvm::OptimizationLevel::O3).run(*code, mam);

  ObjectCode out;
  if (withText) {
    llvm::raw_string_ostream text(out.llvmText);
    code->print(text, nullptr);
  }
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager emit;
  if (machine->addPassesToEmitFile(emit, stream, nullptr, llvm::CodeGenFileType::ObjectFile)) throw CompileError("internal: LLVM cannot emit objects here");
  emit.run(*code);
  out.object.assign(bytes.begin(), bytes.end());
  return out;
}

}  // namespace offramp
