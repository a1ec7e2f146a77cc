// Small grey or colour images as PNG files inside a page. Writes only; filters nothing, since images of data sets are tiny.
#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace offramp::runtime::report {

/// `pixels` [height, width, channels], channels 1 (grey) or 3 (RGB). The bytes of a PNG file.
std::string encodePng(std::span<const uint8_t> pixels, int64_t width, int64_t height, int64_t channels = 1);

std::string base64(std::string_view bytes);
/// `data:image/png;base64,…`
std::string pngDataUri(std::string_view png);

}  // namespace offramp::runtime::report
