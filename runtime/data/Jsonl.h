// JSON Lines: one object a line, members matched with fields by name. Values are numbers or arrays (flat or nested like the shape),
// tokens arrays of ids, texts and labels strings (a label also an integer). Other members are passed over.
#pragma once

#include "runtime/data/DatasetBuilder.h"
#include "runtime/data/InputStream.h"

namespace offramp::runtime {

/// Reads all lines; returns the number of samples.
int64_t readJsonl(InputStream &stream, DatasetBuilder &builder);

}  // namespace offramp::runtime
