// An AST as text, one line per node, without places, comments and parentheses: two texts with equal dumps mean the same.
#pragma once

#include "dsl/ast/File.h"

#include <string>

namespace offramp::dsl::ast {

std::string dump(const File &file);
std::string dump(const Expr &expr);
std::string dump(const TypeExpr &type);

}  // namespace offramp::dsl::ast
