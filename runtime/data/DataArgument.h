// The command line's `--data SPLIT=PATH[,PATH…]`, taken apart. Opens no file. `glue:TASK=DIR` stands for `train=` and `test=` at once, and
// remains the path of both.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace offramp::runtime {

/// Paths by split: `train`, `valid`, `test`.
using DataArguments = std::map<std::string, std::vector<std::string>>;

/// Throws UsageError naming the argument.
DataArguments parseDataArguments(const std::vector<std::string> &arguments);

/// The same from any folder: what a run remembers.
std::string absoluteDataPath(const std::string &path);

/// Paths apart by commas, none empty; `argument` is what messages show.
std::vector<std::string> splitPaths(const std::string &text, const std::string &argument);

}  // namespace offramp::runtime
