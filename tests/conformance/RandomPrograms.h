// Small random early-exit models: from a seed, one module with the walk @infer, the collected @evaluate and the loss program @train.loss of the same
// stages, heads, gates and rule. Two ways to the same exits: interpreter(walk) against interpreter(collect and rule), every backend against the
// interpreter, and every pass against the module it was given.
//
// Settings: slot 0, the threshold of the rule; slot 1, the reward's weight of depth. Input slot 0: tokens (ragged rows) or an image (fixed rows);
// slot 1: labels.
#pragma once

#include "tests/conformance/Backends.h"

namespace offramp::test {

struct RandomProgram {
  std::string text;
  std::string summary;  ///< what was drawn, for messages
  ProgramInputs inputs;
  int64_t stages = 0, classes = 0;
};

RandomProgram randomProgram(uint64_t seed, int64_t samples = 40);

}  // namespace offramp::test
