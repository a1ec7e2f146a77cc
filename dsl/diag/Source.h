// Source text and places in it: files by number, lines, ranges.
// It deliberately knows nothing of tokens or of the language; columns count code points so that they mean the same in every editor.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace offramp::dsl {

/// Number of a file in a SourceManager; `kNoFile` for a default-constructed range.
using FileId = int32_t;
inline constexpr FileId kNoFile = -1;

/// Line and column, both from 1; the column counts code points (a tab is one). Line 0: no place.
struct Position {
  int32_t line = 0;
  int32_t column = 0;
  auto operator<=>(const Position &) const = default;
};

/// A piece of one file, `end` excluded. Trivially copyable; default-constructed it is "nowhere" and `valid()` is false.
struct SourceRange {
  FileId file = kNoFile;
  Position begin, end;
  bool valid() const { return file >= 0 && begin.line > 0; }
  bool operator==(const SourceRange &) const = default;
};

/// From the beginning of `first` to the end of `last` (both in one file); an invalid one yields the other.
SourceRange join(SourceRange first, SourceRange last);

/// Owns the text of every file read. Identity is the path as given after normalisation, so a file imported twice is one file.
class SourceManager {
public:
  /// Largest accepted source file.
  static constexpr size_t kMaxBytes = 4u << 20;

  /// Registers text under a name (tests, standard input, library text compiled in). A UTF-8 byte order mark is dropped.
  FileId add(std::string path, std::string text);
  /// Reads a file. On failure returns nullopt and sets `problem` (lower case, no full stop, names the file).
  std::optional<FileId> load(const std::string &path, std::string &problem);
  /// Id of a path registered before.
  std::optional<FileId> find(std::string_view path) const;

  size_t size() const { return files.size(); }
  const std::string &path(FileId id) const { return files[id].path; }
  const std::string &text(FileId id) const { return files[id].text; }
  int32_t lineCount(FileId id) const { return (int32_t)files[id].lineStarts.size(); }
  /// A line from 1, without its line end; empty if there is no such line.
  std::string_view line(FileId id, int32_t number) const;
  /// Text covered by a range; empty if the range is invalid.
  std::string_view text(SourceRange range) const;
  /// Byte offset of a position, clamped to the line's end.
  size_t offset(FileId id, Position at) const;

private:
  struct File {
    std::string path, text;
    std::vector<size_t> lineStarts;
  };
  std::deque<File> files;  // a deque: references to a file's text stay valid while others are added
};

}  // namespace offramp::dsl
