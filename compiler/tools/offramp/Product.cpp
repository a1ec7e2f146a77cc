// See Product.h: the record and the three ways to link it.
#include "compiler/tools/offramp/Product.h"

#include "compiler/artifact/Link.h"
#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/embed/LinkedModel.h"

namespace offramp::tool {

using namespace runtime;
namespace fs = std::filesystem;

namespace {

std::string quoted(const fs::path &path) {
  std::string text = "\"";
  for (char c : path.string()) {
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + "\"";
}

/// Only what answers is part of a product: training programs are left to the linker to drop.
std::vector<std::string> programsOf(const Manifest &manifest) {
  std::vector<std::string> symbols;
  for (const ManifestProgram &program : manifest.programs)
    if (program.kind == ProgramKind::Infer) symbols.push_back(program.symbol);
  return symbols;
}

/// Writes the record and what it points to; `program`: visible to Main.cpp, else reached through the entry.
fs::path writeRecord(const Product &product, const Manifest &manifest, const fs::path &folder, bool program) {
  const size_t bytes = product.weights.size() * sizeof(float);
  if (bytes > (size_t)3 << 29) userError("`{}` would hold {} MB of weights; at most 1600 MB can be part of a program", product.name, bytes >> 20);
  writeFileAtomic(folder / "manifest.json", product.manifest);
  writeFileAtomic(folder / "run.json", product.run);
  AtomicFile weights(folder / "weights.bin");
  weights.write(product.weights.data(), bytes);
  weights.commit();

  std::string data, table;
  auto part = [&](const char *label, const char *file, int align) {
    data += fmt::format("  .balign {}\n.L{}:\n  .incbin {}\n.L{}_end:\n  .byte 0\n", align, label, quoted(folder / file), label);
    return fmt::format("  .quad .L{0}, .L{0}_end - .L{0}\n", label);
  };
  std::string record = fmt::format("  .quad {}\n", linkedModelFormat);
  record += part("manifest", "manifest.json", 8);
  record += part("run", "run.json", 8);
  record += part("weights", "weights.bin", 64);
  const std::vector<std::string> symbols = programsOf(manifest);
  for (size_t i = 0; i < symbols.size(); ++i) {
    data += fmt::format(".Lsymbol{}:\n  .asciz \"{}\"\n", i, symbols[i]);
    table += fmt::format("  .quad .Lsymbol{}, {}\n", i, symbols[i]);
  }
  record += fmt::format("  .quad .Lprograms, {}\n", symbols.size());
  std::string text = "  .section .rodata.offramp_model,\"a\",@progbits\n" + data;
  text += "  .section .data.rel.ro.offramp_model,\"aw\",@progbits\n  .balign 64\n.Lprograms:\n" + table;
  if (program) text += "  .globl offramp_linked_model\n  .hidden offramp_linked_model\n";
  text += "  .type offramp_linked_model, @object\n  .size offramp_linked_model, 72\nofframp_linked_model:\n" + record;
  if (!program)
    text += fmt::format("  .text\n  .globl {0}\n  .type {0}, @function\n{0}:\n  endbr64\n  leaq offramp_linked_model(%rip), %rax\n  ret\n  .size {0}, . - {0}\n", product.entry);
  text += "  .section .note.GNU-stack,\"\",@progbits\n";
  const fs::path path = folder / "model.s";
  writeFileAtomic(path, text);
  return path;
}

/// The system's C++ compiler as linker driver, with lld where there is one.
std::pair<std::string, std::vector<std::string>> driver() {
  std::string found = findTool({"clang++-19", "clang++", "g++", "c++"});
  if (found.empty()) userError("no C++ compiler found on PATH to link with: install clang-19 or g++");
  std::vector<std::string> arguments;
  const bool clang = fs::path(found).filename().string().starts_with("clang");
  if (std::string lld = clang ? findTool({"ld.lld-19", "ld.lld"}) : findTool({"ld.lld"}); !lld.empty())
    arguments.push_back(clang && lld.ends_with("-19") ? "-fuse-ld=lld-19" : "-fuse-ld=lld");
  for (const char *flag : {OFFRAMP_PRODUCT_FLAGS})
    if (*flag) arguments.push_back(flag);
  return {found, arguments};
}

std::string archive(const char *name) {
  const fs::path path = productFiles() / (std::string("libofframp_") + name + ".a");
  if (!fs::exists(path)) userError("`{}` is missing: this installation of offramp is not complete", path.string());
  return path.string();
}

/// A system library where it was when offramp was built, or else by name.
std::string systemLibrary(const std::string &path, const std::string &name) { return fs::exists(path) ? path : "-l" + name; }

void addRuntime(std::vector<std::string> &arguments) {
  arguments.insert(arguments.end(), {"-Wl,--start-group", archive("cpu_backend"), archive("cpu_kernels"), archive("runtime"), "-Wl,--end-group", "-lfmt", "-lz",
                                     systemLibrary(OFFRAMP_DNNL_PATH, "dnnl"), systemLibrary(OFFRAMP_GOMP_PATH, "gomp"), "-Wl,--gc-sections", "-Wl,-z,noexecstack",
                                     "-Wl,-s"});
}

/// RPATH, not RUNPATH: it also serves the libraries that the bundled ones need, and no LD_LIBRARY_PATH comes before it.
void addSearchPath(const Product &product, std::vector<std::string> &arguments) {
  if (product.bundled) arguments.insert(arguments.end(), {"-Wl,-rpath,$ORIGIN/lib", "-Wl,--disable-new-dtags"});
}

}  // namespace

fs::path productFiles() { return fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "lib" / "offramp"; }

std::string entryName(const std::string &name) {
  std::string entry = "offramp_model_";
  for (char c : name.starts_with("lib") && name.size() > 3 ? name.substr(3) : name) entry += std::isalnum((unsigned char)c) ? c : '_';
  return entry;
}

fs::path linkProgram(const Product &product, const Manifest &manifest, const fs::path &folder) {
  auto [program, arguments] = driver();
  const fs::path out = folder / product.name;
  arguments.insert(arguments.end(), {"-o", out.string(), writeRecord(product, manifest, folder, true).string(), product.object.string(), archive("standalone"), archive("embed")});
  addRuntime(arguments);
  addSearchPath(product, arguments);
  runTool(program, arguments);
  return out;
}

fs::path linkLibrary(const Product &product, const Manifest &manifest, const fs::path &folder, const std::string &fileName) {
  auto [program, arguments] = driver();
  const fs::path out = folder / fileName, script = folder / "symbols.map";
  writeFileAtomic(script, "{ global: offramp_abi_version; offramp_model_*; offramp_context_*; offramp_error; offramp_set; offramp_get; offramp_set_exits; "
                          "offramp_run; offramp_run_text; offramp_texts_cut; local: *; };\n");
  arguments.insert(arguments.end(), {"-shared", "-o", out.string(), "-Xlinker", "-soname=" + fileName, "-Xlinker", "--version-script=" + script.string(),  // -Wl would split names at commas
                                     "-Wl,-Bsymbolic", "-Wl,-z,defs",
                                     writeRecord(product, manifest, folder, false).string(), product.object.string(), "-Wl,--whole-archive", archive("embed"),
                                     "-Wl,--no-whole-archive"});
  addRuntime(arguments);
  addSearchPath(product, arguments);
  runTool(program, arguments);
  return out;
}

fs::path linkObject(const Product &product, const Manifest &manifest, const fs::path &folder) {
  const std::string linker = findTool({"ld.lld-19", "ld.lld", "ld"}), objcopy = findTool({"llvm-objcopy-19", "objcopy"});
  if (linker.empty() || objcopy.empty()) userError("no `{}` found on PATH: install binutils", linker.empty() ? "ld" : "objcopy");
  const fs::path record = folder / "record.o", whole = folder / "whole.o", out = folder / (product.name + ".made.o");
  runTool(driver().first, {"-c", writeRecord(product, manifest, folder, false).string(), "-o", record.string()});
  runTool(linker, {"-r", "-o", whole.string(), record.string(), product.object.string()});
  runTool(objcopy, {"--keep-global-symbol=" + product.entry, whole.string(), out.string()});  // two models fit into one program
  return out;
}

}  // namespace offramp::tool
