// POSIX calls behind FileOps.h. No buffering, no policy.
#include "runtime/core/FileOps.h"

#include "runtime/core/Error.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace offramp::runtime::fileops {
namespace {

int64_t crashNumberFromEnvironment() {
  const char *text = std::getenv("OFFRAMP_CRASH_AT_FILE_OPERATION");
  return text ? std::atoll(text) : 0;
}

std::atomic<int64_t> operations{0};
std::atomic<int64_t> fatalOperation{crashNumberFromEnvironment()};

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  ::_exit(137);
}

/// True if the process has to die in this operation.
bool isFatal() { return operations.fetch_add(1) + 1 == fatalOperation.load(); }

void step() {
  if (isFatal()) die();
}

[[noreturn]] void fail(const char *what, const Path &path) {
  int error = errno;
  userError("cannot {} `{}`: {}", what, path.string(), std::strerror(error));
}

int openFor(const Path &path, int flags, unsigned mode) {
  step();
  int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) fail("write", path);
  return fd;
}

void writeFully(int fd, const char *bytes, size_t size, const Path &path) {
  while (size > 0) {
    ssize_t done = ::write(fd, bytes, size);
    if (done < 0) {
      if (errno == EINTR) continue;
      fail("write", path);
    }
    bytes += done;
    size -= (size_t)done;
  }
}

}  // namespace

int64_t count() { return operations.load(); }
void crashAt(int64_t n) { fatalOperation = n > 0 ? operations.load() + n : 0; }

int createFile(const Path &path, unsigned mode) { return openFor(path, O_WRONLY | O_CREAT | O_TRUNC, mode); }
int appendFile(const Path &path) { return openFor(path, O_WRONLY | O_CREAT | O_APPEND, 0666); }

void writeAll(int fd, const void *bytes, size_t size, const Path &path) {
  if (isFatal()) {
    writeFully(fd, (const char *)bytes, size / 2, path);  // the worst case: torn in the middle
    die();
  }
  writeFully(fd, (const char *)bytes, size, path);
}

void truncateFile(int fd, int64_t size, const Path &path) {
  step();
  if (::ftruncate(fd, size) != 0) fail("shorten", path);
}

void syncFile(int fd, const Path &path) {
  step();
  // EINVAL: a pipe or terminal, which has nothing to sync.
  if (::fsync(fd) != 0 && errno != EINVAL && errno != EROFS) fail("write", path);
}

void closeFile(int fd, const Path &path) {
  step();
  if (::close(fd) != 0 && errno != EINTR) fail("write", path);
}

void renamePath(const Path &from, const Path &to) {
  step();
  if (::rename(from.c_str(), to.c_str()) != 0) fail("write", to);
}

void syncFolder(const Path &folder) {
  step();
  Path path = folder.empty() ? Path(".") : folder;
  int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) fail("open the folder", path);
  // Some file systems refuse fsync on folders; there the rename is as durable as it gets.
  bool bad = ::fsync(fd) != 0 && errno != EINVAL && errno != ENOTSUP;
  int error = errno;
  ::close(fd);
  errno = error;
  if (bad) fail("write the folder", path);
}

void makeFolder(const Path &folder) {
  step();
  if (::mkdir(folder.c_str(), 0777) != 0) {
    int error = errno;
    if (error == EEXIST && std::filesystem::is_directory(folder)) return;
    errno = error;
    fail("create the folder", folder);
  }
}

void removePath(const Path &path) {
  step();
  if (::remove(path.c_str()) != 0 && errno != ENOENT) fail("remove", path);
}

void removeTree(const Path &path) {
  std::error_code error;
  if (std::filesystem::is_directory(std::filesystem::symlink_status(path, error)))
    for (const auto &entry : std::filesystem::directory_iterator(path, error)) removeTree(entry.path());
  removePath(path);
}

}  // namespace offramp::runtime::fileops
