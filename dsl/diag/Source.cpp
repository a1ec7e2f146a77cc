// SourceManager: text, line index, and ranges back to text. See Source.h.
#include "dsl/diag/Source.h"

#include <algorithm>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>

namespace offramp::dsl {

namespace {

/// `./a/../b.ramp` and `b.ramp` are one file; symbolic links are not followed, so messages show what the user wrote.
std::string normalized(std::string_view path) { return std::filesystem::path(path).lexically_normal().string(); }

bool isContinuationByte(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

}  // namespace

SourceRange join(SourceRange first, SourceRange last) {
  if (!first.valid()) return last;
  if (!last.valid() || last.file != first.file) return first;
  return {first.file, std::min(first.begin, last.begin), std::max(first.end, last.end)};
}

FileId SourceManager::add(std::string path, std::string text) {
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  std::vector<size_t> lineStarts{0};
  for (size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') lineStarts.push_back(i + 1);
  files.push_back({normalized(path), std::move(text), std::move(lineStarts)});
  return (FileId)files.size() - 1;
}

std::optional<FileId> SourceManager::load(const std::string &path, std::string &problem) {
  if (auto known = find(path)) return known;
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    problem = fmt::format("`{}` is a folder when it should be a `.ramp` file", path);
    return std::nullopt;
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    problem = fmt::format("cannot open `{}`", path);
    return std::nullopt;
  }
  // Read at most one byte more than allowed: a device or a pipe has no size to ask for.
  std::string text(kMaxBytes + 1, '\0');
  stream.read(text.data(), (std::streamsize)text.size());
  text.resize((size_t)stream.gcount());
  if (stream.bad()) {
    problem = fmt::format("cannot read `{}`", path);
    return std::nullopt;
  }
  if (text.size() > kMaxBytes) {
    problem = fmt::format("`{}` is larger than {} MiB, the most a `.ramp` file may have", path, kMaxBytes >> 20);
    return std::nullopt;
  }
  return add(path, std::move(text));
}

std::optional<FileId> SourceManager::find(std::string_view path) const {
  std::string wanted = normalized(path);
  for (size_t i = 0; i < files.size(); ++i)
    if (files[i].path == wanted) return (FileId)i;
  return std::nullopt;
}

std::string_view SourceManager::line(FileId id, int32_t number) const {
  if (id < 0 || (size_t)id >= files.size()) return {};
  const File &file = files[id];
  if (number < 1 || (size_t)number > file.lineStarts.size()) return {};
  size_t begin = file.lineStarts[number - 1];
  size_t end = (size_t)number < file.lineStarts.size() ? file.lineStarts[number] - 1 : file.text.size();
  std::string_view line(file.text.data() + begin, end - begin);
  while (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

size_t SourceManager::offset(FileId id, Position at) const {
  const File &file = files[id];
  if (at.line < 1) return 0;
  if ((size_t)at.line > file.lineStarts.size()) return file.text.size();
  size_t i = file.lineStarts[at.line - 1];
  for (int32_t column = 1; column < at.column && i < file.text.size() && file.text[i] != '\n'; ++column) {
    ++i;
    while (i < file.text.size() && isContinuationByte(file.text[i])) ++i;
  }
  return i;
}

std::string_view SourceManager::text(SourceRange range) const {
  if (!range.valid() || (size_t)range.file >= files.size()) return {};
  size_t begin = offset(range.file, range.begin), end = offset(range.file, range.end);
  if (end < begin) return {};
  return std::string_view(files[range.file].text).substr(begin, end - begin);
}

}  // namespace offramp::dsl
