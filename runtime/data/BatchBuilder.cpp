// See BatchBuilder.h.
#include "runtime/data/BatchBuilder.h"

#include "runtime/core/Error.h"

#include <algorithm>
#include <cstring>

namespace offramp::runtime {
namespace {
// A row-wise kernel may run over up to 31 spare rows at the end of the row space; the token ids there must be valid ones.
constexpr int64_t spareRows = 32;
}  // namespace

std::byte *StagingBuffer::reserve(size_t bytes) {
  if (bytes > capacity) {
    release();
    memory = nullptr;
    capacity = 0;
    size_t wanted = (bytes + 63) / 64 * 64;
    memory = (std::byte *)::operator new(wanted, std::align_val_t(64));
    std::memset(memory, 0, wanted);
    capacity = wanted;
  }
  return memory;
}

BatchBuilder::BatchBuilder(const Dataset &data, int64_t rowsPerSample)
    : data(data), rowsPerSample(rowsPerSample), staging(data.columns.size()), pointers(data.columns.size(), nullptr) {
  for (const Column &column : data.columns) {
    if (column.spec.kind != FieldKind::Tokens) continue;
    if (!tokens) tokens = &column;
    for (int64_t row = 0; row < data.rows; ++row)
      if (column.lengthOf(row) != tokens->lengthOf(row))
        userError("{}: sample {}: `{}` has {} tokens and `{}` has {}; the token fields of a sample must be of one length", data.paths[0], row,
                  tokens->spec.name, tokens->lengthOf(row), column.spec.name, column.lengthOf(row));
  }
  if (rowsPerSample == 0 && !tokens) throw std::logic_error("rows follow a tokens field, but there is none");
  if (rowsPerSample != 0) tokens = nullptr;
}

RowCount BatchBuilder::rowCount() const { return {rowsPerSample > 0 ? rowsPerSample : 1, tokens}; }

void BatchBuilder::place(std::span<const int64_t> rows) {
  const size_t n = rows.size();
  indices.assign(rows.begin(), rows.end());
  id.resize(n), first.resize(n), at.resize(n), len.resize(n);
  const RowCount counts = rowCount();
  int64_t next = (int64_t)n;  // rest rows follow the first rows of all samples
  for (size_t i = 0; i < n; ++i) {
    id[i] = first[i] = (int32_t)i;
    len[i] = (int32_t)(counts.of(rows[i]) - 1);
    at[i] = (int32_t)next;
    next += len[i];
  }
  if (next > INT32_MAX) userError("a batch of {} samples has {} rows, more than can be numbered; use a smaller batch", n, next);
  const bool hasRows = rowsPerSample >= 0;
  descriptor = {(int64_t)n, next, 1, id.data(), first.data(), hasRows ? at.data() : nullptr, hasRows ? len.data() : nullptr, id.data()};
}

void BatchBuilder::gather(const Column &column, std::byte *out) const {
  const int64_t n = descriptor.n;
  if (column.spec.kind == FieldKind::Tokens) {
    int32_t *ids = (int32_t *)out;
    for (int64_t i = 0; i < n; ++i) {
      auto sequence = column.sequence(indices[(size_t)i]);
      ids[first[(size_t)i]] = sequence[0];
      std::copy(sequence.begin() + 1, sequence.end(), ids + at[(size_t)i]);
    }
  } else if (column.spec.kind == FieldKind::Label && !isNumberLabel(column.spec)) {
    for (int64_t i = 0; i < n; ++i) ((int32_t *)out)[i] = column.labels[(size_t)indices[(size_t)i]];
  } else {
    const size_t bytes = (size_t)(elementsOf(column.spec) * valueTypeSize(column.spec.dtype));
    for (int64_t i = 0; i < n; ++i)
      if (bytes > 0) std::memcpy(out + (size_t)i * bytes, column.values.data() + (size_t)indices[(size_t)i] * bytes, bytes);
  }
}

const offramp_batch &BatchBuilder::build(std::span<const int64_t> rows) {
  place(rows);
  for (size_t f = 0; f < data.columns.size(); ++f) {
    const Column &column = data.columns[f];
    if (!column.present) continue;
    int64_t bytes = column.spec.kind == FieldKind::Tokens  ? (descriptor.rows + spareRows) * (int64_t)sizeof(int32_t)
                    : column.spec.kind == FieldKind::Label ? descriptor.n * (int64_t)sizeof(int32_t)
                                                           : descriptor.n * elementsOf(column.spec) * valueTypeSize(column.spec.dtype);
    std::byte *out = staging[f].reserve((size_t)std::max<int64_t>(bytes, 64));
    gather(column, out);
    pointers[f] = out;
  }
  return descriptor;
}

}  // namespace offramp::runtime
