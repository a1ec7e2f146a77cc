// Reading and atomic writing of whole files.
#include "runtime/core/Files.h"

#include "runtime/core/Error.h"
#include "runtime/core/FileOps.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace offramp::runtime {

std::string readFile(const std::filesystem::path &path, int64_t maxBytes) {
  int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) userError("cannot read `{}`: {}", path.string(), std::strerror(errno));
  struct Closer {
    int fd;
    ~Closer() { ::close(fd); }
  } closer{fd};
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) userError("cannot read `{}`: it is a folder", path.string());
  std::string content;
  if (S_ISREG(info.st_mode)) content.reserve((size_t)std::min<int64_t>(info.st_size, maxBytes) + 1);
  char block[1 << 16];
  for (;;) {
    ssize_t got = ::read(fd, block, sizeof block);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) userError("cannot read `{}`: {}", path.string(), std::strerror(errno));
    if (got == 0) return content;
    if ((int64_t)content.size() + got > maxBytes)
      userError("`{}` is larger than the {} bytes allowed for such a file", path.string(), maxBytes);
    content.append(block, (size_t)got);
  }
}

AtomicFile::AtomicFile(const std::filesystem::path &path, unsigned mode) : target(path) {
  std::error_code error;
  if (std::filesystem::is_symlink(target, error) && std::filesystem::exists(target, error))
    target = std::filesystem::canonical(target);  // replace what a link points at, not the link
  auto status = std::filesystem::status(target, error);
  if (std::filesystem::is_directory(status)) userError("cannot write `{}`: it is a folder", target.string());
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    fd = fileops::createFile(target, mode);
    return;
  }
  // One fixed name per target: what a killed writer leaves behind is overwritten by the next one.
  temporary = target.parent_path() / ("." + target.filename().string() + ".tmp");
  try {
    fd = fileops::createFile(temporary, mode);
  } catch (const UserError &) {
    int why = errno;
    temporary.clear();
    if (!target.parent_path().empty() && !std::filesystem::is_directory(target.parent_path(), error))
      userError("cannot write `{}`: the folder `{}` does not exist", target.string(), target.parent_path().string());
    userError("cannot write `{}`: {}", target.string(), std::strerror(why));
  }
}

AtomicFile::~AtomicFile() {
  if (fd >= 0) ::close(fd);
  if (!temporary.empty()) ::unlink(temporary.c_str());
}

void AtomicFile::flush() {
  if (pending.empty()) return;
  fileops::writeAll(fd, pending.data(), pending.size(), target);
  pending.clear();
}

void AtomicFile::write(const void *bytes, size_t size) {
  if (pending.size() + size > (1 << 20)) flush();
  if (size > (1 << 20))
    fileops::writeAll(fd, bytes, size, target);
  else
    pending.append((const char *)bytes, size);
}

void AtomicFile::commit() {
  flush();
  fileops::syncFile(fd, target);
  int done = fd;
  fd = -1;
  fileops::closeFile(done, target);
  if (temporary.empty()) return;
  fileops::renamePath(temporary, target);
  temporary.clear();
  fileops::syncFolder(target.parent_path());
}

void writeFileAtomic(const std::filesystem::path &path, std::string_view content, unsigned mode) {
  AtomicFile file(path, mode);
  file.write(content);
  file.commit();
}

}  // namespace offramp::runtime
