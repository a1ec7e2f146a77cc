// `offramp build`: a trained run becomes a program, a library, an object or text. What is made appears under its name whole or not at all.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"
#include "compiler/tools/offramp/Product.h"

#include "backends/cpu/RunProfile.h"
#include "compiler/artifact/Compile.h"
#include "compiler/artifact/Target.h"
#include "runtime/core/Error.h"
#include "runtime/core/FileOps.h"
#include "runtime/core/Files.h"
#include "runtime/core/Json.h"
#include "runtime/core/Sha256.h"
#include "runtime/core/SteadyClock.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <iostream>
#include <unistd.h>

namespace offramp::tool {
namespace {

using namespace runtime;
namespace fs = std::filesystem;
constexpr int64_t servedBatch = 64;  ///< default of standalone programs; the worst case is stated for it
constexpr const char *bundleMark = "bundle.json";

struct Options {
  std::string run, out, emit = "exe", cpu, dtype = "f32";
  bool bundle = false;
};

/// A folder beside the final place, gone when this is.
class MakingFolder {
 public:
  explicit MakingFolder(const fs::path &out) {
    const fs::path parent = out.parent_path();
    std::error_code error;
    if (!parent.empty() && !fs::is_directory(parent, error)) userError("cannot write `{}`: the folder `{}` does not exist", out.string(), parent.string());
    path = fs::absolute(parent / fmt::format(".{}.making-{}", out.filename().string(), ::getpid())).lexically_normal();
    fs::remove_all(path, error);
    if (!fs::create_directory(path, error)) userError("cannot write `{}`: {}", out.string(), error.message());
  }
  ~MakingFolder() {
    std::error_code error;
    fs::remove_all(path, error);
  }
  MakingFolder(const MakingFolder &) = delete;
  fs::path path;
};

struct Compiled {
  fs::path object;
  std::string manifestText;
  Manifest manifest;
  const char *how;
};

CompileOptions compileOptions(const fs::path &run, const std::string &cpu) {
  CompileOptions options;
  options.cpu = cpu;
  options.importRoots = importRootsOf(run);
  return options;
}

/// The run's own object code where it was made for the CPU wanted, else a new one from its source.
Compiled compiledFor(const fs::path &run, const RunInfo &info, const std::string &cpu) {
  Compiled c;
  const CpuTarget target = cpuTarget(cpu);
  c.object = run / "artifact.o";
  c.manifestText = readFile(run / "artifact.json", int64_t(64) << 20);
  c.manifest = parseManifest(c.manifestText, (run / "artifact.json").string());
  c.how = "the run's own code";
  if (c.manifest.cpuName == target.name && c.manifest.cpuFeatures == target.requiredFlags && fs::exists(c.object)) {
    const std::string name = (run / "artifact.json").string();
    if (jsonString(parseJson(c.manifestText, name), "object_sha256", name) != sha256File(c.object)) userError("`{}` is damaged or foreign: its SHA-256 is not the one in artifact.json", c.object.string());
    return c;
  }
  CompileResult result = compileModel(run / "source" / info.source, info.sets, compileOptions(run, cpu));
  c.object = result.object;
  c.manifestText = readFile(result.manifest, int64_t(64) << 20);
  c.manifest = parseManifest(c.manifestText, result.manifest.string());
  c.how = result.fromCache ? "compiled earlier" : "compiled anew";
  return c;
}

/// The profile a product carries: the run's own if it is of this machine with all its threads, else the machine's.
cpu::MachineProfile carriedProfile(const fs::path &run, cpu::Precision precision) {
  const int threads = cpu::CpuBackend(cpu::CpuBackendOptions{}).threads();
  if (auto own = cpu::loadRunProfile(run, threads, precision)) return *own;
  return cpu::announcedProfile(threads, precision, announceMeasuring);
}

std::string runRecord(const fs::path &run, const std::string &name, const RunInfo &info, const std::string &dtype, bool forThisMachine) {
  OrderedJson json;
  json["name"] = name;
  json["settings"] = info.settings;
  json["classes"] = info.classes;
  json["dtype"] = dtype;
  if (forThisMachine) json["profile"] = parseJson(cpu::profileText(carriedProfile(run, *cpu::precisionNamed(dtype))), "machine profile");
  return json.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

std::string megabytes(double bytes) { return fmt::format("{:.1f} MB", bytes / 1e6); }

/// What a batch can cost at most, however few samples leave.
std::string worstCase(const Manifest &m) {
  int64_t rows = m.rowsPerSample > 0 ? m.rowsPerSample : 1;
  for (const FieldSpec &field : m.inputs)
    if (field.kind == FieldKind::Tokens && m.rowsPerSample == 0) rows = std::max(rows, field.maxRows);
  double macs = 0;
  for (const ManifestStageCost &stage : m.stageCosts) macs += stage.rowMacs * (double)rows + stage.sampleMacs;
  const ArenaNeed &arena = m.programs[(size_t)m.findProgram(ProgramKind::Infer)].arena;
  return fmt::format("worst case: {} of arena at batch {}{}; {:.2f} MFLOP in the {} stages of a sample that never leaves", megabytes((double)arena.bytes(rows * servedBatch, servedBatch)),
                     servedBatch, m.rowsPerSample == 0 ? fmt::format(" of {} tokens each", rows) : "", 2 * macs / 1e6, m.stages);
}

void place(const fs::path &made, const fs::path &out) {
  fileops::renamePath(made, out);
  fileops::syncFolder(out.parent_path());
}

/// Replaces a bundle in one step; anything else that is there is refused.
void placeFolder(const fs::path &made, const fs::path &out) {
  if (!fs::exists(out)) return place(made, out);
  if (::renameat2(AT_FDCWD, made.c_str(), AT_FDCWD, out.c_str(), RENAME_EXCHANGE) != 0)
    userError("cannot replace `{}`: {}; remove it and build again", out.string(), std::strerror(errno));
}

void refuseWrongPlace(const Options &options, const fs::path &out) {
  std::error_code error;
  const bool folder = fs::is_directory(out, error);
  if (!options.bundle && folder) userError("cannot write `{}`: it is a folder", out.string());
  if (options.bundle && fs::exists(out, error) && !(folder && fs::exists(out / bundleMark)))
    userError("`{}` exists and is no bundle made by `offramp build`; it is left alone: choose another `-o`", out.string());
}

void buildText(const Options &options, const RunInfo &info) {
  const std::string text = compileToText(fs::path(options.run) / "source" / info.source, info.sets, compileOptions(options.run, options.cpu), options.emit);
  writeFileAtomic(options.out, text);
  std::cout << fmt::format("{}: {} of model {}, {}\n", options.out, options.emit == "mlir" ? "batch-level MLIR" : "optimized LLVM IR", info.model, megabytes((double)text.size()));
}

void buildProduct(const Options &options, const RunInfo &info) {
  const fs::path run = options.run, weights = trainedWeights(run);
  const fs::path given = fs::path(options.out).lexically_normal(), out = given.has_filename() ? given : given.parent_path();
  refuseWrongPlace(options, out);
  MakingFolder making(out);
  Compiled compiled = compiledFor(run, info, options.cpu);

  Product product;
  product.name = options.emit == "exe" ? out.filename().string() : out.stem().string();
  product.object = compiled.object;
  product.manifest = compiled.manifestText;
  product.run = runRecord(run, product.name, info, options.dtype, options.cpu == "native");
  product.entry = entryName(product.name);
  product.bundled = options.bundle;
  product.weights.resize((size_t)compiled.manifest.weightElements);
  loadWeights(weights, compiled.manifest, product.weights);

  const fs::path folder = making.path / "out";  // what will be seen; intermediate files stay outside
  fs::create_directory(folder);
  std::vector<std::pair<fs::path, fs::path>> files;  // made, final
  fs::path made;
  std::string header;
  if (options.emit != "exe") header = productHeader(product, compiled.manifest, info.classes);
  if (options.emit == "exe") made = linkProgram(product, compiled.manifest, making.path);
  else if (options.emit == "so") made = linkLibrary(product, compiled.manifest, making.path, options.bundle ? product.name + ".so" : out.filename().string());
  else made = linkObject(product, compiled.manifest, making.path);
  const double bytes = (double)fs::file_size(made);
  const char *kind = options.emit == "exe" ? "program" : options.emit == "so" ? "library" : "object";

  std::string what;
  if (options.bundle) {
    const fs::path binary = folder / made.filename();
    fs::rename(made, binary);
    const auto libraries = bundleLibraries(binary, folder);
    if (!header.empty()) writeFileAtomic(folder / (product.name + ".h"), header);
    OrderedJson mark{{"offramp", compiled.manifest.offramp}, {"model", compiled.manifest.model}, {"program", binary.filename().string()}, {"libraries", libraries}};
    writeFileAtomic(folder / bundleMark, mark.dump(1) + "\n");
    placeFolder(folder, out);
    what = fmt::format("{}/: bundle, {} `{}` of {} and {} libraries", out.string(), kind, binary.filename().string(), megabytes(bytes), libraries.size());
  } else {
    if (!header.empty()) writeFileAtomic(fs::path(out).replace_extension(".h"), header);
    place(made, out);
    what = fmt::format("{}: {}, {}", out.string(), kind, megabytes(bytes));
    if (!header.empty()) what += fmt::format(", with {}", fs::path(out).replace_extension(".h").string());
  }
  std::cout << fmt::format("{} ({} of weights), for {} ({})\n{}\n", what, megabytes((double)product.weights.size() * 4), compiled.manifest.cpuName, compiled.how,
                           worstCase(compiled.manifest));
}

void build(Options options) {
  const double begun = steadySeconds();
  const bool text = options.emit == "mlir" || options.emit == "llvm";
  if (options.bundle && options.emit != "exe" && options.emit != "so") throw UsageError("`--bundle` is for programs and libraries: `--emit exe` or `--emit so`");
  if (options.cpu.empty()) options.cpu = options.bundle ? "x86-64-v3" : "native";
  const RunInfo info = readRun(options.run);
  text ? buildText(options, info) : buildProduct(options, info);
  std::cout << fmt::format("{:.2f} s\n", steadySeconds() - begun);
}

}  // namespace

void addBuild(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("build", "Make a standalone program or a library from a trained run");
  command->add_option("RUN", options->run, "run folder")->required();
  command->add_option("-o,--out", options->out, "file to make; with --bundle a folder")->required();
  command->add_option("--emit", options->emit, "exe: program; so: shared library with C header; obj: object with C header; mlir: batch level; llvm: optimized IR")
      ->check(CLI::IsMember({"exe", "so", "obj", "mlir", "llvm"}));
  command->add_flag("--bundle", options->bundle, "with the shared libraries it needs, to run on machines without our packages");
  command->add_option("--cpu", options->cpu, "native (this machine), x86-64-v3 (default with --bundle), x86-64-v4")->check(CLI::IsMember({"native", "x86-64-v3", "x86-64-v4"}));
  addDtypeOption(*command, options->dtype);
  command->footer("Example: offramp build runs/first -o classify && ./classify /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz --threshold 0.6");
  command->callback([options] { build(*options); });
}

}  // namespace offramp::tool
