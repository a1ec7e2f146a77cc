// metrics.jsonl: one JSON object a line for every step, epoch and phase, in the order of writing. The trainer decides the members.
// A checkpoint stores `offset()`; opened with it, the file goes on exactly there.
#pragma once

#include "runtime/core/AppendFile.h"
#include "runtime/core/Json.h"

namespace offramp::runtime {

class MetricsLog {
 public:
  MetricsLog(const std::filesystem::path &path, int64_t keepBytes) : file(path, keepBytes) {}

  void write(const OrderedJson &object) { file.append(jsonLine(object) + "\n"); }
  void sync() { file.sync(); }
  int64_t offset() const { return file.offset(); }

 private:
  AppendFile file;
};

}  // namespace offramp::runtime
