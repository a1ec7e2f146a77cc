// A log that only grows, and that can be cut back to where a checkpoint knows it: metrics and event files.
// Opened at a byte offset, everything behind it is removed, so a resumed run continues as if it had never been killed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace offramp::runtime {

class AppendFile {
 public:
  /// `keep` bytes of an existing file stay; more than there are is an error. The file is created when absent and keep is 0.
  AppendFile(const std::filesystem::path &path, int64_t keep);
  ~AppendFile();
  AppendFile(const AppendFile &) = delete;
  AppendFile &operator=(const AppendFile &) = delete;

  void append(std::string_view bytes);  ///< one write call: a kill leaves whole records or one torn at the end
  void sync();                          ///< to be called before `offset` is stored in a checkpoint
  int64_t offset() const { return size; }

 private:
  std::filesystem::path path;
  int fd = -1;
  int64_t size = 0;
};

}  // namespace offramp::runtime
