// File or memory → zlib → lines.
#include "runtime/data/InputStream.h"

#include "runtime/core/Error.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

namespace offramp::runtime {
namespace {
constexpr size_t windowBytes = 1 << 16;
constexpr size_t maxLine = size_t(64) << 20;
}  // namespace

struct InputStream::Inflater {
  z_stream stream{};
  bool between = false;  ///< a member has ended and the next one has not begun
  Inflater() {
    if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) throw std::bad_alloc();
  }
  ~Inflater() { inflateEnd(&stream); }
};

InputStream::InputStream(const std::string &path) : path(path) {
  fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) userError("cannot read `{}`: {}", path, std::strerror(errno));
  struct stat info {};
  if (::fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
    ::close(fd);
    userError("cannot read `{}`: it is a folder, expected a data file", path);
  }
  start();
}

InputStream::InputStream(std::string name, std::string_view bytes) : path(std::move(name)), memory(bytes) { start(); }

InputStream::~InputStream() {
  if (fd >= 0) ::close(fd);
}

void InputStream::start() {
  window.resize(windowBytes);
  end = readRaw(window.data(), window.size());
  if (end < 2 || (unsigned char)window[0] != 0x1f || (unsigned char)window[1] != 0x8b) return;
  inflater = std::make_unique<Inflater>();
  raw = std::move(window);
  rawEnd = end, end = 0;
  window.assign(windowBytes, 0);
}

size_t InputStream::readRaw(void *bytes, size_t size) {
  if (fd < 0) {
    size_t take = std::min(size, memory.size());
    if (take > 0) std::memcpy(bytes, memory.data(), take);
    memory.remove_prefix(take);
    return take;
  }
  size_t done = 0;
  while (done < size) {  // a pipe gives less than asked
    ssize_t got = ::read(fd, (char *)bytes + done, size - done);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) userError("cannot read `{}`: {}", path, std::strerror(errno));
    if (got == 0) break;
    done += (size_t)got;
  }
  return done;
}

size_t InputStream::inflateSome(char *bytes, size_t size) {
  z_stream &z = inflater->stream;
  z.next_out = (Bytef *)bytes;
  z.avail_out = (uInt)size;
  while (z.avail_out == size) {
    if (rawAt == rawEnd) {
      rawAt = 0;
      rawEnd = readRaw(raw.data(), raw.size());
    }
    if (rawAt == rawEnd) {
      if (inflater->between) return 0;
      userError("`{}`: the gzip data ends in the middle: the file is cut off; copy or download it again", path);
    }
    if (inflater->between) {  // another member, or the zeros some tools pad with
      if (raw[rawAt] == 0) {
        ++rawAt;
        continue;
      }
      if (inflateReset(&z) != Z_OK) throw std::bad_alloc();
      inflater->between = false;
    }
    z.next_in = (Bytef *)raw.data() + rawAt;
    z.avail_in = (uInt)(rawEnd - rawAt);
    int status = inflate(&z, Z_NO_FLUSH);
    rawAt = rawEnd - z.avail_in;
    if (status == Z_STREAM_END)
      inflater->between = true;
    else if (status == Z_MEM_ERROR)
      throw std::bad_alloc();
    else if (status != Z_OK && status != Z_BUF_ERROR)
      userError("`{}`: damaged gzip data ({}); copy or download the file again", path, z.msg ? z.msg : "bad format");
  }
  return size - z.avail_out;
}

bool InputStream::fill() {
  at = 0;
  end = inflater ? inflateSome(window.data(), window.size()) : readRaw(window.data(), window.size());
  return end > 0;
}

size_t InputStream::read(void *bytes, size_t size) {
  size_t done = 0;
  while (done < size && (at < end || fill())) {
    size_t take = std::min(size - done, end - at);
    std::memcpy((char *)bytes + done, window.data() + at, take);
    done += take, at += take;
  }
  return done;
}

std::string_view InputStream::head() {
  if (at == end) fill();
  return {window.data() + at, std::min<size_t>(end - at, 16)};
}

bool InputStream::readLine(std::string &line) {
  line.clear();
  bool any = false;
  while (at < end || fill()) {
    any = true;
    const char *from = window.data() + at;
    const char *stop = (const char *)std::memchr(from, '\n', end - at);
    size_t take = stop ? (size_t)(stop - from) : end - at;
    if (line.size() + take > maxLine) userError("{}:{}: the line is longer than {} MiB", path, lines + 1, maxLine >> 20);
    line.append(from, take);
    at += take + (stop ? 1 : 0);
    if (stop) break;
  }
  if (!any) return false;
  if (!line.empty() && line.back() == '\r') line.pop_back();
  ++lines;
  return true;
}

}  // namespace offramp::runtime
