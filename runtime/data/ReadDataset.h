// A split from its paths: chooses the reader by content and name, and makes sure the fields agree in length.
#pragma once

#include "runtime/data/Dataset.h"

#include <string>
#include <vector>

namespace offramp::runtime {

/// Reads `paths` for `fields`. Several paths are IDX files in the order of the fields (without the label's file if labels are optional);
/// one path is a table (`.csv`, `.tsv`, `.jsonl`, plain or `.gz`), lines of text (`.txt`), an IDX file, or a task by name (Glue.h).
/// Class names that were learned are written into `fields`, so that the next split is read with the same names.
/// `split` opens messages about missing files.
Dataset readDataset(const std::string &split, const std::vector<std::string> &paths, std::vector<FieldSpec> &fields,
                    Labels labels = Labels::Required);

}  // namespace offramp::runtime
