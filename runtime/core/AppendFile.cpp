// See AppendFile.h.
#include "runtime/core/AppendFile.h"

#include "runtime/core/Error.h"
#include "runtime/core/FileOps.h"

#include <sys/stat.h>
#include <unistd.h>

namespace offramp::runtime {

AppendFile::AppendFile(const std::filesystem::path &path, int64_t keep) : path(path), size(keep) {
  struct stat info {};
  int64_t present = ::stat(path.c_str(), &info) == 0 ? (int64_t)info.st_size : 0;
  if (present < keep)
    userError("`{}` holds {} bytes, but the checkpoint was made when it held {}: the run folder was changed from outside",
              path.string(), present, keep);
  fd = fileops::appendFile(path);
  if (present > keep) {
    try {
      fileops::truncateFile(fd, keep, path);
    } catch (...) {
      ::close(fd);
      throw;
    }
  }
}

AppendFile::~AppendFile() {
  if (fd >= 0) ::close(fd);
}

void AppendFile::append(std::string_view bytes) {
  fileops::writeAll(fd, bytes.data(), bytes.size(), path);
  size += (int64_t)bytes.size();
}

void AppendFile::sync() { fileops::syncFile(fd, path); }

}  // namespace offramp::runtime
