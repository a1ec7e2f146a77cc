// A plain text file: every line is a sample, also an empty one. For models whose only input is one text, and data without labels.
#pragma once

#include "runtime/data/DatasetBuilder.h"
#include "runtime/data/InputStream.h"

namespace offramp::runtime {

/// Reads all lines; returns the number of samples.
int64_t readPlainText(InputStream &stream, DatasetBuilder &builder);

}  // namespace offramp::runtime
