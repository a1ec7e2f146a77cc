// The canonical layout of `.ramp` text, for `offramp fmt`.
// Keeps comments, single blank lines, parentheses, spelling of numbers, and blocks written on one line; decides everything else.
// Formatting twice changes nothing, and the formatted text has the same AST.
#pragma once

#include "dsl/ast/File.h"

#include <string>

namespace offramp::dsl {

/// `file` must come from `parse` without errors: parentheses and comments are taken from there.
std::string format(const ast::File &file);

}  // namespace offramp::dsl
