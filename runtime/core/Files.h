// Whole files: read with a size limit, write so that a reader sees the old file or the new one and nothing between.
// Not for data sets (data/InputStream.h streams those, gzip included) and not for logs (AppendFile.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace offramp::runtime {

/// The bytes of a regular file. More than `maxBytes`: an error, not a cut.
std::string readFile(const std::filesystem::path &path, int64_t maxBytes = int64_t(1) << 30);

/// A file being written beside its final place. `commit` syncs it and renames it there; without commit it vanishes.
/// A target that exists and is no regular file (a pipe, /dev/stdout) is written in place.
class AtomicFile {
 public:
  explicit AtomicFile(const std::filesystem::path &target, unsigned mode = 0666);
  ~AtomicFile();
  AtomicFile(const AtomicFile &) = delete;
  AtomicFile &operator=(const AtomicFile &) = delete;

  void write(const void *bytes, size_t size);  ///< small writes are gathered
  void write(std::string_view text) { write(text.data(), text.size()); }
  void commit();

 private:
  void flush();
  std::filesystem::path target, temporary;  ///< temporary is empty when writing in place
  std::string pending;
  int fd = -1;
};

/// The whole content at once through AtomicFile.
void writeFileAtomic(const std::filesystem::path &path, std::string_view content, unsigned mode = 0666);

}  // namespace offramp::runtime
