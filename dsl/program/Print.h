// A readable, complete dump of an elaborated program: what tests compare and `offramp check --print` shows.
// It is not a format: nothing reads it back.
#pragma once

#include "dsl/program/Program.h"

#include <string>

namespace offramp::dsl {

/// `sample<f32[?, 128]>` per sample, `f32[128, 10]` shared.
std::string print(const Type &type);
std::string print(const Function &function);
std::string print(const Model &model);

}  // namespace offramp::dsl
