// See Events.h. Field numbers are those of tensorflow/core/util/event.proto and framework/summary.proto.
#include "runtime/train/Events.h"

#include <array>
#include <bit>
#include <chrono>

namespace offramp::runtime {
namespace {

constexpr std::array<uint32_t, 256> makeTable() {
  std::array<uint32_t, 256> table{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? 0x82F63B78u : 0);
    table[i] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> crcTable = makeTable();

std::string littleEndian(uint64_t value, int bytes) {
  std::string text;
  for (int i = 0; i < bytes; ++i) text += (char)(value >> (8 * i));
  return text;
}

std::string varint(uint64_t value) {
  std::string text;
  for (; value >= 0x80; value >>= 7) text += (char)(value | 0x80);
  return text + (char)value;
}

enum Wire { Varint = 0, Fixed64 = 1, Bytes = 2, Fixed32 = 5 };
std::string key(int field, Wire wire) { return varint((uint64_t)field << 3 | wire); }
std::string bytesField(int field, std::string_view content) { return key(field, Bytes) + varint(content.size()) + std::string(content); }

std::string wallTime() {
  double seconds = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  return key(1, Fixed64) + littleEndian(std::bit_cast<uint64_t>(seconds), 8);
}

}  // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = ~0u;
  for (char byte : bytes) crc = crcTable[(crc ^ (uint8_t)byte) & 0xff] ^ (crc >> 8);
  return ~crc;
}

uint32_t maskedCrc32c(std::string_view bytes) { return std::rotr(crc32c(bytes), 15) + 0xa282ead8u; }

EventWriter::EventWriter(const std::filesystem::path &path, int64_t keepBytes) : file(path, keepBytes) {
  if (keepBytes == 0) record(wallTime() + bytesField(3, "brain.Event:2"));
}

void EventWriter::record(std::string_view event) {
  std::string length = littleEndian(event.size(), 8);
  std::string framed = length + littleEndian(maskedCrc32c(length), 4);
  framed += event;
  file.append(framed + littleEndian(maskedCrc32c(event), 4));
}

void EventWriter::scalar(std::string_view tag, int64_t step, float value) {
  std::string point = bytesField(1, tag) + key(2, Fixed32) + littleEndian(std::bit_cast<uint32_t>(value), 4);
  record(wallTime() + key(2, Varint) + varint((uint64_t)step) + bytesField(5, bytesField(1, point)));
}

}  // namespace offramp::runtime
