// Link: runs the machine's linker on object code.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace offramp {

/// Runs `program arguments…` without a shell and returns what it wrote; throws CompileError with that if it fails.
std::string runTool(const std::string &program, const std::vector<std::string> &arguments);
/// First of the names found on PATH; empty if none.
std::string findTool(const std::vector<std::string> &names);
/// Shared object of one relocatable object; kernels stay undefined, the loading process provides them.
void linkShared(const std::filesystem::path &object, const std::filesystem::path &out);

}  // namespace offramp
