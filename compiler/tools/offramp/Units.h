// Large numbers as people read them in tables of the terminal.
#pragma once

#include <string>

namespace offramp::tool {

/// `512`, `45.2 k`, `6.83 M`, `1.20 G`, `3.40 T`.
std::string count(double n);
/// `512 B`, `64 KiB`, `1.5 MiB`, `2.3 GiB`.
std::string bytes(double n);

}  // namespace offramp::tool
