// A small compiled model with a cache of its own. Compiles for real; nothing is faked.
#pragma once

#include "compiler/artifact/Compile.h"
#include "runtime/core/ArtifactManifest.h"
#include "runtime/core/Files.h"

#include "tests/SourceDir.h"  // made by CMake

#include <boost/test/unit_test.hpp>

#include <cstdlib>
#include <filesystem>
#include <unistd.h>

namespace offramp::test {

struct Folder {
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "offramp-test-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::filesystem::path path;
};

inline std::filesystem::path root() { return OFFRAMP_SOURCE_DIR; }

inline const std::filesystem::path tiny = root() / "tests/unit/compiler_artifact/tiny.ramp";

struct Compiler {
  CompileResult compile(const std::filesystem::path &file = tiny, const std::map<std::string, std::string> &sets = {}) { return compileModel(file, sets, options); }
  Folder folder;
  CompileOptions options = {"native", {root() / "stdlib"}, folder.path, true};
};

inline runtime::Manifest manifestOf(const CompileResult &result) {
  return runtime::parseManifest(runtime::readFile(result.manifest), result.manifest.string());
}

}  // namespace offramp::test
