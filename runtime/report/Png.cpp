// See Png.h; PNG 1.2, RFC 2083.
#include "runtime/report/Png.h"

#include <zlib.h>

#include <stdexcept>

namespace offramp::runtime::report {
namespace {

void append32(std::string &out, uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) out += (char)(value >> shift);
}

void chunk(std::string &out, std::string_view kind, std::string_view body) {
  append32(out, (uint32_t)body.size());
  const std::string counted = std::string(kind) + std::string(body);
  out += counted;
  append32(out, (uint32_t)crc32(0, (const Bytef *)counted.data(), (uInt)counted.size()));
}

}  // namespace

std::string encodePng(std::span<const uint8_t> pixels, int64_t width, int64_t height, int64_t channels) {
  if (width < 1 || height < 1 || width > 1 << 16 || height > 1 << 16 || (channels != 1 && channels != 3) || (int64_t)pixels.size() != width * height * channels)
    throw std::logic_error("encodePng: sizes do not fit");
  std::string raw;
  raw.reserve((size_t)(height * (width * channels + 1)));
  for (int64_t row = 0; row < height; ++row) {
    raw += '\0';  // filter: none
    raw.append((const char *)pixels.data() + row * width * channels, (size_t)(width * channels));
  }
  std::string packed(compressBound((uLong)raw.size()), '\0');
  uLongf size = (uLongf)packed.size();
  if (compress2((Bytef *)packed.data(), &size, (const Bytef *)raw.data(), (uLong)raw.size(), 9) != Z_OK) throw std::runtime_error("zlib refused an image");
  packed.resize(size);

  std::string out = "\x89PNG\r\n\x1a\n", header;
  append32(header, (uint32_t)width);
  append32(header, (uint32_t)height);
  header += '\x08';                           // bits per channel
  header += channels == 1 ? '\0' : '\x02';    // grey, RGB
  header.append(3, '\0');                     // deflate, filter method 0, not interlaced
  chunk(out, "IHDR", header);
  chunk(out, "IDAT", packed);
  chunk(out, "IEND", "");
  return out;
}

std::string base64(std::string_view bytes) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t three = 0;
    for (size_t k = 0; k < 3; ++k) three = three << 8 | (i + k < bytes.size() ? (unsigned char)bytes[i + k] : 0);
    for (size_t k = 0; k < 4; ++k) out += k <= std::min<size_t>(3, bytes.size() - i) ? digits[three >> (18 - 6 * k) & 63] : '=';
  }
  return out;
}

std::string pngDataUri(std::string_view png) { return "data:image/png;base64," + base64(png); }

}  // namespace offramp::runtime::report
