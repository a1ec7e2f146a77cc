// Reading of test cases: a `.ramp` file and the complete text expected of it.
#pragma once

#include "dsl/ast/Dump.h"
#include "dsl/parse/Parse.h"
#include "tests/SourceDir.h"  // made by CMake

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace cases {

inline const std::filesystem::path root = OFFRAMP_SOURCE_DIR;

inline std::string read(const std::filesystem::path &path) {
  std::ifstream stream(path, std::ios::binary);
  std::stringstream text;
  text << stream.rdbuf();
  return text.str();
}

inline std::vector<std::filesystem::path> rampFiles(const std::filesystem::path &folder) {
  std::vector<std::filesystem::path> files;
  if (!std::filesystem::exists(folder)) return files;
  for (const auto &entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".ramp") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Compares with the file `expected`; OFFRAMP_UPDATE=1 writes it instead, to be reviewed.
inline std::string golden(const std::filesystem::path &expected, const std::string &actual) {
  if (getenv("OFFRAMP_UPDATE") && *getenv("OFFRAMP_UPDATE")) std::ofstream(expected, std::ios::binary) << actual;
  return read(expected);
}

}  // namespace cases
