// Derivatives against central differences in double precision, by the reference interpreter. Two subjects: one op with random operands
// (through the functions that autodiff makes of it), and whole training steps.
#pragma once

#include "backends/reference/Interpreter.h"

#include <cstdint>
#include <string>
#include <vector>

namespace offramp::test {

/// Random values of one operand.
enum class Draw { Normal, Positive, Truth, Index };

struct GradientOperand {
  std::string type;           ///< MLIR type
  Draw draw = Draw::Normal;
  int64_t bound = 0;          ///< Index: 0 … bound-1
  int same = -1;              ///< the very value of an earlier operand
};

struct GradientCase {
  std::string name;
  std::string op;             ///< `nn.mul`
  std::string attributes;     ///< `{…}` or empty
  std::vector<GradientOperand> operands;
  std::string result;
};

/// ‖analytic − numeric‖ / ‖numeric‖ over the adjoints of all floating-point operands, for Σ random · result. Throws std::runtime_error.
double opGradientError(const GradientCase &c, uint64_t seed);

/// Runs `autodiff` on a module's text and checks `<phase>.step` against differences of `<phase>.loss` over every `stride`-th weight that
/// the phase updates; the others must have no gradient. Inputs are random, integers among them in 0 … bound-1. Throws std::runtime_error.
double stepGradientError(const std::string &moduleText, const std::string &phase, uint64_t seed, int64_t stride, int64_t bound);

/// An interpreter of the module after `autodiff`.
reference::Interpreter differentiated(const std::string &moduleText);

/// The text of a file of the source tree.
std::string sourceText(const std::string &path);

}  // namespace offramp::test
