// IDX files, the format of MNIST and its relatives: two zero bytes, element type, number of dimensions, sizes, elements; big-endian.
// One file is one field; the first dimension counts samples.
#pragma once

#include "runtime/data/DatasetBuilder.h"
#include "runtime/data/InputStream.h"

namespace offramp::runtime {

/// True if the first bytes of a file can only be those of an IDX file.
bool looksLikeIdx(std::string_view head);

/// Reads a whole file into one column; returns the number of samples.
int64_t readIdx(InputStream &stream, DatasetBuilder &builder, size_t field);

}  // namespace offramp::runtime
