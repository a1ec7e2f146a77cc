// Compiling and calling; the call's arrays are CpuCall.cpp.
#include "tests/conformance/CpuPrograms.h"

#include "tests/conformance/CpuCall.h"

#include "backends/reference/Load.h"
#include "compiler/artifact/Link.h"
#include "compiler/artifact/ModuleObject.h"
#include "compiler/transforms/Passes.h"

#include <dlfcn.h>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <unistd.h>

namespace offramp::test {

namespace {

namespace fs = std::filesystem;

/// Code in this process, and what the reference reads of the programs: types and slots.
struct CompiledSet {
  std::string text;
  bool differentiated;
  reference::Program described;
  std::map<std::string, ModuleProgram> programs;
  void *handle = nullptr;

  explicit CompiledSet(const ProgramSet &set) : text(set.text()), differentiated(set.differentiate) {
    auto context = makeCompilerContext();
    mlir::OwningOpRef<mlir::ModuleOp> module = parsePrograms(*context, set);
    runPasses(*module, [&](mlir::OpPassManager &pm) {
      pm.addPass(createDemandRows());
      pm.addPass(createSplitExits());
      if (set.differentiate) pm.addPass(createAutodiff());
    });
    described = reference::load(*module);
    ModuleObject object = compileModuleObject(*module, cpuTarget("native"));
    for (const ModuleProgram &program : object.programs) programs[program.name] = program;

    // A path of its own: the loader takes one it has seen for the library that is still open.
    static int made = 0;
    fs::path folder = fs::temp_directory_path() / ("offramp-conformance-" + std::to_string(getpid()) + "-" + std::to_string(++made));
    fs::create_directories(folder);
    std::ofstream(folder / "set.o", std::ios::binary) << object.object;
    linkShared(folder / "set.o", folder / "set.so");
    handle = ::dlopen((folder / "set.so").c_str(), RTLD_NOW | RTLD_LOCAL);
    std::string error = handle ? "" : ::dlerror();
    fs::remove_all(folder);
    if (!handle) throw std::runtime_error("the compiled programs cannot be opened: " + error);
  }
  ~CompiledSet() {
    if (handle) ::dlclose(handle);
  }
};

std::shared_ptr<const CompiledSet> compiled(const ProgramSet &set) {
  static std::weak_ptr<const CompiledSet> last;
  if (auto held = last.lock(); held && held->text == set.text() && held->differentiated == set.differentiate) return held;
  auto made = std::make_shared<const CompiledSet>(set);
  last = made;
  return made;
}

class CpuPrograms : public Loaded {
 public:
  CpuPrograms(const ProgramSet &set, const CpuVariant &variant) : set_(set), code_(compiled(set)), weights_(set.weights().size()) {
    std::copy(set.weights().begin(), set.weights().end(), weights_.data());
    cpu::EngineOptions options;
    options.mode = variant.mode;
    options.gemm = variant.gemm;
    options.threads = variant.threads;
    options.precision = variant.precision;
    options.bind = false;
    engine_ = cpu::createEngine(options);
    if (!engine_) throw std::runtime_error("no CPU engine on this processor");
  }
  ~CpuPrograms() override { cpu::destroyEngine(engine_); }

  ProgramOutputs run(const std::string &name, const ProgramInputs &in) override {
    auto program = code_->programs.find(name);
    if (program == code_->programs.end()) throw std::runtime_error("no program " + name);
    CpuCall call(code_->described, name, in);
    call.reserve(program->second);
    call.block.weights = weights_.data();
    gradients_.resize(weights_.size());
    gradients_.fill(0);
    call.block.gradients = gradients_.data();
    call.block.engine = engine_;
    auto code = (void (*)(offramp_call *, offramp_batch *))::dlsym(code_->handle, program->second.symbol.c_str());
    if (!code) throw std::runtime_error("no symbol " + program->second.symbol);
    code(&call.block, &call.batch);
    if (const char *error = cpu::engineTakeError(engine_)) throw std::runtime_error(error);
    ProgramOutputs out = call.outputs();
    auto [begin, length] = set_.range(name);
    out.gradients.assign(gradients_.data() + begin, gradients_.data() + begin + length);
    return out;
  }

 private:
  ProgramSet set_;
  std::shared_ptr<const CompiledSet> code_;
  Floats weights_, gradients_;
  cpu::Engine *engine_ = nullptr;
};

}  // namespace

std::unique_ptr<Loaded> loadOnCpu(const ProgramSet &set, const CpuVariant &variant) { return std::make_unique<CpuPrograms>(set, variant); }

}  // namespace offramp::test
