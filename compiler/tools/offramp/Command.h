// How a subcommand joins the command line: a file of its own with one `add…` function, and one line in main.cpp. The action runs after parsing
// and reports mistakes by exceptions (runtime/core/Error.h, CompileError); main turns them into exit statuses.
#pragma once

#include <CLI/CLI.hpp>

#include <charconv>
#include <cstdint>
#include <string>

namespace offramp::tool {

/// What a command ended with: 0, or 130 after Ctrl-C.
inline int exitStatus = 0;

/// The check of an option that counts or measures. CLI11's own names the largest double as the limit.
template <typename Number> CLI::Validator fromZero(const std::string &kind) {
  auto check = [kind](std::string &text) {
    Number value = 0;
    const char *end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc() && stop == end && value >= 0 ? std::string() : "`" + text + "` is not a " + kind + " from 0";
  };
  return CLI::Validator(check, "from 0");
}
inline CLI::Validator wholeFromZero() { return fromZero<int64_t>("whole number"); }
inline CLI::Validator numberFromZero() { return fromZero<double>("number"); }

/// `--dtype` of a command that infers.
inline void addDtypeOption(CLI::App &command, std::string &dtype) {
  command.add_option("--dtype", dtype, "of the weights of matrix products, rows rounded alike: f32, bf16, int8; sums and all else are f32")
      ->check(CLI::IsMember({"f32", "bf16", "int8"}));
}

void addCheck(CLI::App &app);
void addFmt(CLI::App &app);
void addTrain(CLI::App &app);
void addEval(CLI::App &app);
void addRun(CLI::App &app);
void addBench(CLI::App &app);
void addBuild(CLI::App &app);
void addExplain(CLI::App &app);
void addProfile(CLI::App &app);
void addReport(CLI::App &app);
void addImportExport(CLI::App &app);

}  // namespace offramp::tool
