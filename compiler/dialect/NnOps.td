// Operations of the sample level: docs/spec/ops.md O1 … O36. Families are separate records files; this one joins them.
#ifndef OFFRAMP_NN_OPS_TD
#define OFFRAMP_NN_OPS_TD

include "compiler/dialect/NnOpBase.td"
include "compiler/dialect/NnElementwise.td"
include "compiler/dialect/NnContractions.td"
include "compiler/dialect/NnRows.td"
include "compiler/dialect/NnReductions.td"
include "compiler/dialect/NnShapes.td"
include "compiler/dialect/NnAdjoints.td"
include "compiler/dialect/NnProgram.td"
include "compiler/dialect/NnBatch.td"

#endif
