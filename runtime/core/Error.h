// What the user did wrong, as an exception: the message names the file, line or field and what to do about it.
// Only for mistakes a user can repair. Our own mistakes are asserts; states of a running program are status values.
// Never crosses the C ABI.
#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>
#include <utility>

namespace offramp {

class UserError : public std::runtime_error {
 public:
  explicit UserError(const std::string &message) : std::runtime_error(message) {}
  /// Exit status of a command that ends with this error.
  virtual int exitStatus() const { return 1; }
};

/// A command line that says nothing a program could act upon (exit status 2).
class UsageError : public UserError {
 public:
  using UserError::UserError;
  int exitStatus() const override { return 2; }
};

/// Throws UserError with a formatted message.
template <typename... Args>
[[noreturn]] void userError(fmt::format_string<Args...> format, Args &&...args) {
  throw UserError(fmt::format(format, std::forward<Args>(args)...));
}

namespace runtime {
using offramp::UsageError;
using offramp::UserError;
using offramp::userError;
}  // namespace runtime
}  // namespace offramp
