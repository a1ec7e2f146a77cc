// What the tests of this folder share: a folder that vanishes, gzip, exact error texts, a fixed generator.
#pragma once

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "tests/SourceDir.h"  // made by CMake

#include <boost/test/unit_test.hpp>
#include <zlib.h>

#include <cstdlib>
#include <filesystem>
#include <string>
#include <unistd.h>

namespace offramp::runtime::test {

class TemporaryFolder {
 public:
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "offramp-test-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path, error);
  }
  std::string file(const std::string &name) const { return (path / name).string(); }
  /// Writes a file and returns its path.
  std::string with(const std::string &name, std::string_view content) const {
    writeFileAtomic(path / name, content);
    return file(name);
  }
  std::filesystem::path path;
};

inline std::string gzipped(std::string_view text) {
  z_stream z{};
  deflateInit2(&z, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()) + 64, '\0');
  z.next_in = (Bytef *)text.data();
  z.avail_in = (uInt)text.size();
  z.next_out = (Bytef *)out.data();
  z.avail_out = (uInt)out.size();
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

/// The message of the UserError that `action` throws; "no error" if it throws none.
template <typename Action>
std::string errorOf(Action action) {
  try {
    action();
  } catch (const UserError &error) {
    return error.what();
  }
  return "no error";
}

/// `text` with a path replaced by a short name, so that whole messages can be compared.
inline std::string replaced(std::string text, const std::string &from, const std::string &to) {
  for (size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
  return text;
}

/// Folder of the shared data sets: $OFFRAMP_DATA or ../shared/data beside the repository.
inline std::filesystem::path dataRoot() {
  if (const char *root = std::getenv("OFFRAMP_DATA")) return root;
  return std::filesystem::path(OFFRAMP_SOURCE_DIR) / ".." / "shared" / "data";
}

}  // namespace offramp::runtime::test
