// Seconds of a clock that never goes back; only differences mean something.
#pragma once

#include <chrono>

namespace offramp::runtime {

inline double steadySeconds() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }

}  // namespace offramp::runtime
