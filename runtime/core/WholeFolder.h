// A folder that is there with all its files or not at all: filled beside its place under a hidden name, synced, renamed.
#pragma once

#include <filesystem>
#include <functional>

namespace offramp::runtime {

/// The folder itself where `given` ends with a slash.
std::filesystem::path withoutSlash(const std::filesystem::path &given);

/// Makes the parents of `folder`, fills `.NAME.making` beside it and renames that; removes it again when `fill` throws. `folder` must not exist.
void makeWholeFolder(const std::filesystem::path &folder, const std::function<void(const std::filesystem::path &making)> &fill);

}  // namespace offramp::runtime
