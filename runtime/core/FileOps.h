// Every file operation that changes the disk, one function each, with errors that name the file.
// They are counted, and a test can ask for sudden death (SIGKILL) at the n-th one: that is how "a run killed at any instant
// resumes" is shown. The environment variable OFFRAMP_CRASH_AT_FILE_OPERATION=n does the same for a whole command.
// Reading needs none of this and is elsewhere (Files.h, data/InputStream.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>

namespace offramp::runtime::fileops {

using Path = std::filesystem::path;

int createFile(const Path &path, unsigned mode = 0666);  ///< opens for writing, emptied
int appendFile(const Path &path);                        ///< opens for writing at the end, created if absent
void writeAll(int fd, const void *bytes, size_t size, const Path &path);
void truncateFile(int fd, int64_t size, const Path &path);
void syncFile(int fd, const Path &path);
void closeFile(int fd, const Path &path);
void renamePath(const Path &from, const Path &to);
void syncFolder(const Path &folder);
void makeFolder(const Path &folder);  ///< parents must exist; an existing folder is fine
void removePath(const Path &path);    ///< a file or an empty folder; absent is fine
void removeTree(const Path &path);    ///< file by file, deepest first

int64_t count();         ///< operations of this process so far
void crashAt(int64_t n); ///< die at the n-th operation from now (a write is left half done); 0: never

}  // namespace offramp::runtime::fileops
