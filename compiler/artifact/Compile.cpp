#include "compiler/artifact/Compile.h"

#include "compiler/artifact/Codegen.h"
#include "compiler/artifact/Link.h"
#include "compiler/artifact/Manifest.h"
#include "compiler/artifact/ModuleObject.h"
#include "compiler/artifact/RowGradients.h"
#include "compiler/pipelines/Pipelines.h"
#include "compiler/roofline/CountOps.h"
#include "dsl/program/Print.h"
#include "dsl/sema/Elaborate.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SHA256.h"

#include <fstream>
#include <unistd.h>

using namespace mlir;
namespace fs = std::filesystem;

namespace offramp {
namespace {

std::string sha256Of(StringRef bytes) {
  llvm::SHA256 hash;
  hash.update(bytes);
  return llvm::toHex(hash.final(), /*LowerCase=*/true);
}

dsl::Model elaborateOrThrow(const fs::path &file, const std::map<std::string, std::string> &sets, const CompileOptions &options,
                            std::string *warnings = nullptr) {
  dsl::SourceManager sources;
  dsl::DiagnosticEngine diagnostics(sources);
  auto model = dsl::elaborate(file, sets, options.importRoots, sources, diagnostics);
  if (!model) throw CompileError(diagnostics.render());
  if (warnings) *warnings = diagnostics.render();
  return std::move(*model);
}

/// Everything compiled code depends on: the elaborated program but for numbers that only the manifest holds, the CPU, this very compiler.
std::string cacheKey(dsl::Model model, const CpuTarget &cpu) {
  for (dsl::Setting &setting : model.settings) setting.value = 0;
  for (dsl::Phase &phase : model.phases)
    if (auto *train = std::get_if<dsl::TrainPhase>(&phase)) train->epochs = train->batch = 1, train->optimizer = {};
  static const std::string compiler = [] {
    auto bytes = llvm::MemoryBuffer::getFile("/proc/self/exe");
    return bytes ? sha256Of((*bytes)->getBuffer()) : std::string("unknown");
  }();
  std::string vocabularies;
  for (const dsl::Input &input : model.inputs)
    if (input.tokenizer) vocabularies += sha256Of(input.tokenizer->vocabulary) + "\n";
  return sha256Of(dsl::print(model) + "\n" + vocabularies + cpu.name + cpu.llvmFeatures + "\n" + compiler);
}

fs::path cacheFolder(const CompileOptions &options) {
  if (!options.cache.empty()) return options.cache;
  if (const char *xdg = getenv("XDG_CACHE_HOME"); xdg && *xdg) return fs::path(xdg) / "offramp/artifacts";
  if (const char *home = getenv("HOME"); home && *home) return fs::path(home) / ".cache/offramp/artifacts";
  return fs::temp_directory_path() / "offramp-artifacts";
}

const char *const entryFiles[] = {"artifact.so", "artifact.json", "artifact.o"};

/// One line `checksum  name` per file of a cache entry, as sha256sum prints it; empty if a file cannot be read.
std::string checksumsOf(const fs::path &folder) {
  std::string text;
  for (const char *name : entryFiles) {
    auto bytes = llvm::MemoryBuffer::getFile((folder / name).string());
    if (!bytes) return {};
    text += sha256Of((*bytes)->getBuffer()) + "  " + name + "\n";
  }
  return text;
}

/// Whether an entry is as it was written: what was cut short, changed or half removed is made again.
bool isWhole(const fs::path &folder) {
  auto written = llvm::MemoryBuffer::getFile((folder / "checksums").string());
  return written && !(*written)->getBuffer().empty() && (*written)->getBuffer() == checksumsOf(folder);
}

void writeFile(const fs::path &path, const std::string &bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(bytes.data(), (std::streamsize)bytes.size());
  if (!out.flush()) throw CompileError("cannot write " + path.string());
}

/// The manifest of an entry with the settings and training options of this call: the entry's own if they are the same, else one beside it.
fs::path manifestFor(const fs::path &folder, const dsl::Model &model) {
  fs::path own = folder / "artifact.json";
  auto base = llvm::MemoryBuffer::getFile(own.string());
  if (!base) throw CompileError("cannot read back " + own.string());
  std::string text = withSettings((*base)->getBuffer().str(), model);
  if (text == (*base)->getBuffer()) return own;
  fs::path path = folder / ("artifact." + sha256Of(text).substr(0, 16) + ".json");
  fs::path made = path.string() + "." + std::to_string(getpid()) + ".tmp";
  writeFile(made, text);
  fs::rename(made, path);
  return path;
}

struct Lowered {
  OwningOpRef<ModuleOp> module;
  std::vector<StageCost> costs;
  std::string batchText;
};

/// All levels from the imported module to calls; what a pass says becomes the error's text.
Lowered lowerModel(MLIRContext &context, const dsl::Model &model, bool withText) {
  Lowered out;
  out.module = importOrThrow(context, model);
  runPasses(*out.module, buildSamplePipeline);
  out.costs = stageCosts(*out.module, std::max<int64_t>(1, model.rowsPerSample));
  runPasses(*out.module, buildBatchPipeline);
  if (withText) llvm::raw_string_ostream(out.batchText) << *out.module;
  markRowGradients(*out.module);
  runPasses(*out.module, buildCallPipeline);
  return out;
}

}  // namespace

CompileResult compileModel(const fs::path &file, const std::map<std::string, std::string> &sets, const CompileOptions &options) {
  std::string warnings;
  dsl::Model model = elaborateOrThrow(file, sets, options, &warnings);
  CpuTarget cpu = cpuTarget(options.cpu);
  std::string key = cacheKey(model, cpu);
  fs::path folder = cacheFolder(options) / key;
  CompileResult result{folder / "artifact.so", folder / "artifact.json", folder / "artifact.o", {}, false, std::move(warnings)};
  for (const std::string &source : model.sources) result.sources.push_back(source);
  std::error_code error;
  if (options.useCache && isWhole(folder)) {
    result.fromCache = true;
    result.manifest = manifestFor(folder, model);
    return result;
  }

  auto context = makeCompilerContext();
  Lowered lowered = lowerModel(*context, model, false);
  // The manifest reads functions and bundles, which the last lowering removes; the checksum is known only after it.
  OwningOpRef<ModuleOp> described = lowered.module->clone();
  lowerToLlvm(*lowered.module);
  ObjectCode code = emitObject(*lowered.module, cpu, false);

  // Made beside the cache entry and renamed: an entry is whole or absent, whoever else compiles at the same time.
  fs::create_directories(folder.parent_path(), error);
  fs::path made = folder.parent_path() / (key + "." + std::to_string(getpid()) + ".tmp");
  fs::remove_all(made, error);
  if (!fs::create_directories(made, error)) throw CompileError("cannot create the cache folder " + made.string());
  writeFile(made / "artifact.o", code.object);
  linkShared(made / "artifact.o", made / "artifact.so");
  auto bytes = llvm::MemoryBuffer::getFile((made / "artifact.so").string());
  if (!bytes) throw CompileError("cannot read back " + (made / "artifact.so").string());
  writeFile(made / "artifact.json", manifestJson(model, *described, lowered.costs, cpu, key, sha256Of((*bytes)->getBuffer()), sha256Of(code.object)));
  writeFile(made / "checksums", checksumsOf(made));
  fs::remove_all(folder, error);
  fs::rename(made, folder, error);
  if (error && !isWhole(folder)) throw CompileError("cannot write the cache entry " + folder.string() + ": " + error.message());
  return result;
}

std::string compileToText(const fs::path &file, const std::map<std::string, std::string> &sets, const CompileOptions &options, const std::string &level) {
  dsl::Model model = elaborateOrThrow(file, sets, options);
  auto context = makeCompilerContext();
  Lowered lowered = lowerModel(*context, model, true);
  if (level == "mlir") return lowered.batchText;
  lowerToLlvm(*lowered.module);
  return emitObject(*lowered.module, cpuTarget(options.cpu), true).llvmText;
}

ModelCosts modelCosts(const fs::path &file, const std::map<std::string, std::string> &sets, const CompileOptions &options, int64_t rows) {
  dsl::Model model = elaborateOrThrow(file, sets, options);
  ModelCosts out;
  out.model = model.name, out.rowsPerSample = model.rowsPerSample, out.rows = rows;
  if (out.rows < 1 && model.rowsPerSample > 0) out.rows = model.rowsPerSample;
  for (const dsl::Input &input : model.inputs)
    if (model.rowsPerSample == 0 && input.kind == dsl::Input::Tokens) out.maxRows = input.maxRows;
  for (const dsl::Input &input : model.inputs)
    if (out.rows < 1 && input.kind == dsl::Input::Tokens) out.rows = std::max<int64_t>(1, input.maxRows / 2);
  if (out.rows < 1 || model.rowsPerSample < 0) out.rows = 1;

  auto elements = [&](const dsl::Instance &instance) {
    int64_t sum = 0;
    for (const dsl::Field &field : model.functions[(size_t)instance.function].fields) {
      int64_t count = 1;
      for (int64_t size : field.shape) count *= size;
      sum += count;
    }
    return sum;
  };
  std::map<std::string, int64_t> byPath;  // instances with one path share their weights
  byPath[model.embed.path] = elements(model.embed);
  for (size_t s = 0; s < model.stages.size(); ++s) {
    byPath[model.stages[s].path] = elements(model.stages[s]);
    out.weights.push_back(elements(model.stages[s]));
    for (const dsl::Attachment &attachment : model.attachments)
      if (s < attachment.instances.size()) out.weights[s] += byPath[attachment.instances[s].path] = elements(attachment.instances[s]);
  }
  for (const auto &[path, count] : byPath) out.allWeights += count;

  auto context = makeCompilerContext();
  auto module = importOrThrow(*context, model);
  runPasses(*module, buildInferencePipeline);
  out.stages = stageCosts(*module, out.rows);
  runPasses(*module, buildBatchPipeline);
  out.ops = countOps(*module);
  runPasses(*module, buildCallPipeline);
  for (auto f : module->getOps<func::FuncOp>())  // lowering gives programs other names
    if (auto kind = f->getAttrOfType<StringAttr>("nn.program"); kind && kind.getValue() == "infer")
      if (auto arena = f->getAttrOfType<DenseI64ArrayAttr>("nn.arena")) out.arenaRow = arena[0], out.arenaSample = arena[1], out.arenaFixed = arena[2];
  return out;
}

}  // namespace offramp
