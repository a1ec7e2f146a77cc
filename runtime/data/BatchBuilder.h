// From row numbers to what a compiled program takes: the batch descriptor (runtime/abi/Call.h) and one array per input field.
// No padding: sequences lie packed, row 0 of all samples in front. Memory is kept, so a size seen before allocates nothing.
#pragma once

#include "runtime/abi/Call.h"
#include "runtime/data/BatchCutter.h"
#include "runtime/data/Dataset.h"

#include <cstddef>
#include <cstdint>
#include <new>
#include <span>
#include <vector>

namespace offramp::runtime {

/// 64-byte aligned memory that grows and never shrinks; fresh memory is zero. Old content is lost when it grows.
class StagingBuffer {
 public:
  StagingBuffer() = default;
  ~StagingBuffer() { release(); }
  StagingBuffer(StagingBuffer &&other) noexcept : memory(other.memory), capacity(other.capacity) { other.memory = nullptr, other.capacity = 0; }
  StagingBuffer(const StagingBuffer &) = delete;
  std::byte *reserve(size_t bytes);

 private:
  void release() { ::operator delete(memory, std::align_val_t(64)); }
  std::byte *memory = nullptr;
  size_t capacity = 0;
};

class BatchBuilder {
 public:
  /// `rowsPerSample` as in the manifest: T > 0 fixed, 0 the length of the tokens field, -1 no rows. The data must outlive the builder.
  BatchBuilder(const Dataset &data, int64_t rowsPerSample);

  /// Describes and gathers a batch; sample i of the batch is row rows[i] of the data and has id i.
  const offramp_batch &build(std::span<const int64_t> rows);

  const offramp_batch &batch() const { return descriptor; }
  /// Per field, in field order: Values [n, shape…], Tokens i32 [rows] in the row space of the batch, Label i32 [n]; null for an absent label.
  const void *const *inputs() const { return pointers.data(); }
  /// [n] row numbers in the data, the keys of per-sample tables.
  const int64_t *index() const { return indices.data(); }

  /// For a BatchCutter over the same data.
  RowCount rowCount() const;

 private:
  void place(std::span<const int64_t> rows);
  void gather(const Column &column, std::byte *out) const;

  const Dataset &data;
  int64_t rowsPerSample;
  const Column *tokens = nullptr;
  offramp_batch descriptor{};
  std::vector<int32_t> id, first, at, len;
  std::vector<int64_t> indices;
  std::vector<StagingBuffer> staging;
  std::vector<const void *> pointers;
};

}  // namespace offramp::runtime
