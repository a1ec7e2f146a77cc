// A block of zeroed memory that begins at a page: weights, gradients, arenas. Pages that nobody touches cost nothing, so an arena may be
// placed for the worst case. Not for small things.
#pragma once

#include <cstddef>
#include <new>
#include <span>
#include <sys/mman.h>
#include <utility>

namespace offramp::runtime {

class AlignedBlock {
 public:
  AlignedBlock() = default;
  explicit AlignedBlock(size_t bytes) : size(bytes) {
    if (bytes == 0) return;
    memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) memory = nullptr, throw std::bad_alloc();
    ::madvise(memory, bytes, MADV_HUGEPAGE);
  }
  ~AlignedBlock() {
    if (memory) ::munmap(memory, size);
  }
  AlignedBlock(AlignedBlock &&other) noexcept : memory(std::exchange(other.memory, nullptr)), size(std::exchange(other.size, 0)) {}
  AlignedBlock &operator=(AlignedBlock &&other) noexcept {
    std::swap(memory, other.memory);
    std::swap(size, other.size);
    return *this;
  }

  char *data() const { return static_cast<char *>(memory); }
  size_t bytes() const { return size; }
  template <typename T> std::span<T> as() const { return {static_cast<T *>(memory), size / sizeof(T)}; }

 private:
  void *memory = nullptr;
  size_t size = 0;
};

}  // namespace offramp::runtime
