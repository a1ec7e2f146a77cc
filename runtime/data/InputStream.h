// A data file as a stream of bytes or lines, plain or gzip (told apart by the first two bytes, not by the name).
// A gzip file that is cut off or damaged is an error, never a shorter file. Reads forward only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace offramp::runtime {

class InputStream {
 public:
  explicit InputStream(const std::string &path);
  /// Bytes that the caller keeps alive; `name` stands for the path in messages.
  InputStream(std::string name, std::string_view bytes);
  ~InputStream();
  InputStream(InputStream &&) = delete;

  const std::string &name() const { return path; }

  /// Up to `size` bytes; fewer only at the end.
  size_t read(void *bytes, size_t size);
  /// The next byte, -1 at the end.
  int get() { return at < end || fill() ? (unsigned char)window[at++] : -1; }
  /// The next byte without taking it, -1 at the end.
  int peek() { return at < end || fill() ? (unsigned char)window[at] : -1; }
  /// The first bytes of the file, at most 16, without taking them. Only before the first read.
  std::string_view head();
  /// The next line without its end (`\n` or `\r\n`); false at the end. Counts lines.
  bool readLine(std::string &line);
  int64_t line() const { return lines; }  ///< number of the line read last, from 1
  void countLine() { ++lines; }           ///< for readers that go byte by byte

 private:
  struct Inflater;
  void start();
  bool fill();                                  ///< more bytes in the window; false at the end
  size_t readRaw(void *bytes, size_t size);     ///< from file or memory, before decompression
  size_t inflateSome(char *bytes, size_t size);

  std::string path;
  int fd = -1;
  std::string_view memory;
  std::vector<char> window, raw;
  size_t at = 0, end = 0;        ///< unread part of the window
  size_t rawAt = 0, rawEnd = 0;  ///< unread part of raw
  std::unique_ptr<Inflater> inflater;
  int64_t lines = 0;
};

}  // namespace offramp::runtime
