#include "compiler/artifact/Link.h"

#include "compiler/artifact/Compile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"

namespace offramp {

std::string findTool(const std::vector<std::string> &names) {
  for (const std::string &name : names)
    if (auto found = llvm::sys::findProgramByName(name)) return *found;
  return {};
}

std::string runTool(const std::string &program, const std::vector<std::string> &arguments) {
  llvm::SmallString<128> log;
  if (llvm::sys::fs::createTemporaryFile("offramp-link", "txt", log)) throw CompileError("cannot write to the temporary folder");
  std::vector<llvm::StringRef> argv{program};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  std::optional<llvm::StringRef> redirects[] = {llvm::StringRef(), llvm::StringRef(log), llvm::StringRef(log)};
  std::string error;
  int status = llvm::sys::ExecuteAndWait(program, argv, std::nullopt, redirects, 0, 0, &error);
  std::string output;
  if (auto text = llvm::MemoryBuffer::getFile(log)) output = (*text)->getBuffer().str();
  llvm::sys::fs::remove(log);
  if (status != 0) throw CompileError("`" + program + "` failed: " + error + output);
  return output;
}

void linkShared(const std::filesystem::path &object, const std::filesystem::path &out) {
  std::string linker = findTool({"ld.lld-19", "ld.lld", "ld"});
  if (linker.empty()) throw CompileError("no linker found on PATH: install lld-19 or binutils");
  runTool(linker, {"-shared", "--hash-style=gnu", "-o", out.string(), object.string()});
}

}  // namespace offramp
