// The libraries of a bundle, as the dynamic loader sees them.
#include "compiler/tools/offramp/Product.h"

#include "compiler/artifact/Link.h"
#include "runtime/core/Error.h"

#include <map>
#include <set>
#include <sstream>

namespace offramp::tool {

namespace fs = std::filesystem;

namespace {

/// Part of the C library, which belongs to the system it runs on.
bool isOfTheSystem(const std::string &name) {
  static const std::set<std::string> names{"libc.so.6", "libm.so.6", "libpthread.so.0", "libdl.so.2", "librt.so.1", "libresolv.so.2", "libutil.so.1", "libmvec.so.1"};
  return names.contains(name) || name.starts_with("ld-linux") || name.starts_with("linux-vdso");
}

/// Name → file of every library that would be loaded with `binary`.
std::map<std::string, fs::path> loaded(const fs::path &binary) {
  const std::string ldd = findTool({"ldd"});
  if (ldd.empty()) userError("`ldd` is not on PATH; it is needed to find the libraries of a bundle (package libc-bin)");
  std::istringstream lines(runTool(ldd, {binary.string()}));
  std::map<std::string, fs::path> found;
  for (std::string line; std::getline(lines, line);) {
    const size_t arrow = line.find(" => ");
    if (arrow == std::string::npos) continue;
    const std::string name = line.substr(line.find_first_not_of(" \t"), arrow - line.find_first_not_of(" \t"));
    const std::string path = line.substr(arrow + 4, line.rfind(" (") - arrow - 4);
    if (isOfTheSystem(name)) continue;
    if (path.find('/') == std::string::npos) userError("the library `{}` is not found on this machine, so it cannot be bundled", name);
    found[name] = path;
  }
  return found;
}

}  // namespace

std::vector<std::string> bundleLibraries(const fs::path &binary, const fs::path &folder) {
  const fs::path lib = folder / "lib";
  fs::create_directory(lib);
  std::vector<std::string> names;
  for (const auto &[name, path] : loaded(binary)) {
    fs::copy_file(fs::canonical(path), lib / name);
    fs::permissions(lib / name, fs::perms(0755));
    names.push_back(name);
  }
  const fs::path inside = fs::canonical(lib);
  for (const auto &[name, path] : loaded(binary))
    if (fs::canonical(path).parent_path() != inside) throw std::logic_error("the bundle would load " + path.string() + " from outside");
  return names;
}

}  // namespace offramp::tool
