// Text that goes into a page: escaped, and numbers as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace offramp::runtime::report {

/// Safe between tags and inside quoted attributes of XML and HTML; control characters and broken UTF-8 become U+FFFD.
std::string escape(std::string_view text);

/// `87.31 %` of a share.
std::string percent(double share, int digits = 2);
/// `1,234`; fractions keep `digits`.
std::string number(double value, int digits = 0);
/// The shortest decimal with at most `digits` significant digits: `0.5`, `12.3`, `1e-04`.
std::string compact(double value, int digits = 4);
/// `830 ns`, `12.4 µs`, `3.1 ms` of nanoseconds.
std::string duration(double nanoseconds);

}  // namespace offramp::runtime::report
