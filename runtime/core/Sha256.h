// SHA-256 (FIPS 180-4): identity of data sets, checkpoints and artifacts. Not for passwords or signatures.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace offramp::runtime {

class Sha256 {
 public:
  void update(const void *bytes, size_t size);
  void update(std::string_view text) { update(text.data(), text.size()); }
  /// Ends the message; the object is then used up.
  std::array<uint8_t, 32> finish();
  /// As 64 lower-case hexadecimal digits.
  std::string finishHex();

 private:
  std::array<uint32_t, 8> state{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> block{};
  size_t used = 0;       ///< bytes in block
  uint64_t length = 0;   ///< bytes of the message
};

std::string sha256Hex(std::string_view bytes);
std::string sha256File(const std::filesystem::path &path);

}  // namespace offramp::runtime
