// See DataArgument.h.
#include "runtime/data/DataArgument.h"

#include "runtime/core/Error.h"
#include "runtime/data/Glue.h"

#include <filesystem>

namespace offramp::runtime {

std::vector<std::string> splitPaths(const std::string &text, const std::string &argument) {
  std::vector<std::string> paths;
  for (size_t at = 0; at != std::string::npos;) {
    size_t comma = text.find(',', at);
    std::string path = text.substr(at, comma == std::string::npos ? comma : comma - at);
    if (path.empty()) throw UsageError(fmt::format("`{}`: a path is empty; expected PATH[,PATH…] without spaces", argument));
    paths.push_back(path);
    at = comma == std::string::npos ? comma : comma + 1;
  }
  return paths;
}

DataArguments parseDataArguments(const std::vector<std::string> &arguments) {
  DataArguments splits;
  for (const std::string &argument : arguments) {
    if (isGlue(argument)) {
      parseGlue(argument);
      for (const char *split : {"train", "test"})
        if (!splits.emplace(split, std::vector{argument}).second)
          throw UsageError(fmt::format("`--data {}`: the split `{}` is given already; a task by name gives `train` and `test`", argument, split));
      continue;
    }
    size_t equals = argument.find('=');
    std::string split = argument.substr(0, equals);
    if (equals == std::string::npos)
      throw UsageError(fmt::format("`--data {}`: expected SPLIT=PATH[,PATH…], for instance `--data train={}`", argument, argument));
    if (split != "train" && split != "valid" && split != "test")
      throw UsageError(fmt::format("`--data {}`: there is no split `{}`; the splits are `train`, `valid` and `test`", argument, split));
    if (splits.contains(split)) throw UsageError(fmt::format("`--data {}`: the split `{}` is given twice", argument, split));
    splits[split] = splitPaths(argument.substr(equals + 1), "--data " + argument);
    for (const std::string &path : splits[split]) {
      if (!isGlue(path)) continue;
      parseGlue(path);
      if (splits[split].size() > 1) throw UsageError(fmt::format("`--data {}`: `{}` is a whole split; it is given alone", argument, path));
    }
  }
  return splits;
}

std::string absoluteDataPath(const std::string &path) {
  const size_t folder = isGlue(path) ? path.find('=') + 1 : 0;
  return path.substr(0, folder) + std::filesystem::absolute(path.substr(folder)).lexically_normal().string();
}

}  // namespace offramp::runtime
