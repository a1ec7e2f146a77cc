// Every kind of diagnostic that elaboration reports, in one registry: several files report the same kind.
// Constraint numbers (L1 …) are those of docs/spec/language.md.
#pragma once

#include "dsl/diag/Diagnostic.h"

namespace offramp::dsl::sema::kind {

// Names, files, calls.
extern const DiagnosticKind unknownName, unknownMember, unknownArgument, unknownAxis, ambiguousName, duplicateName, reservedName,
    importNotFound, argumentCount, notCallable;
// Types and shapes.
extern const DiagnosticKind shapeMismatch, typeMismatch, invalidType, u8InArithmetic, boolInArithmetic, classInArithmetic, outOfRange,
    rowAxis, rowCount, overSamples, notFinite;
// Compile time, weights, limits.
extern const DiagnosticKind notStatic, notWhole, noResult, weightPlace, invalidInitializer, stagePlace, tooLarge, tooDeep;
// Models.
extern const DiagnosticKind noModel, missingPart, invalidInput, labelInInfer, invalidOption, unknownParameter, unusedParameter, invalidValue,
    stageResult, attachment, policyValue, objectiveValue, rolloutUse, tableValue, exitRule, stateRule, nothingTrained;

}  // namespace offramp::dsl::sema::kind
