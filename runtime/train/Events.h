// A TensorBoard event file with scalar curves: TFRecord framing around hand-encoded protocol buffers. Only what scalars need.
// A checkpoint stores `offset()`; opened with it, the file goes on exactly there.
#pragma once

#include "runtime/core/AppendFile.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace offramp::runtime {

/// CRC-32C (Castagnoli) and the rotated form that TFRecord files hold.
uint32_t crc32c(std::string_view bytes);
uint32_t maskedCrc32c(std::string_view bytes);

class EventWriter {
 public:
  /// TensorBoard takes any file with `tfevents` in its name; ours is always called this, so that a resumed run finds it.
  static constexpr const char *fileName = "events.out.tfevents.offramp";

  EventWriter(const std::filesystem::path &path, int64_t keepBytes);

  void scalar(std::string_view tag, int64_t step, float value);
  void sync() { file.sync(); }
  int64_t offset() const { return file.offset(); }

 private:
  void record(std::string_view event);
  AppendFile file;
};

}  // namespace offramp::runtime
