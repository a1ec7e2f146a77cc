// The registry of Kinds.h: stable names and one line of meaning each.
#include "dsl/sema/Kinds.h"

namespace offramp::dsl::sema::kind {

#define KIND(variable, name, meaning) const DiagnosticKind variable(name, meaning)

KIND(unknownName, "unknown-name", "a name is used that is declared nowhere visible");
KIND(unknownMember, "unknown-member", "a value has no member of that name");
KIND(unknownArgument, "unknown-argument", "a call names a parameter that does not exist");
KIND(unknownAxis, "unknown-axis", "a reduction names an axis that the value does not have");
KIND(ambiguousName, "ambiguous-name", "a name is declared in two imported files");
KIND(duplicateName, "duplicate-name", "a name is declared twice");
KIND(reservedName, "reserved-name", "a reserved name is declared");
KIND(importNotFound, "import-not-found", "an imported file does not exist or cannot be read");
KIND(argumentCount, "argument-count", "a call has too few, too many or wrongly placed arguments");
KIND(notCallable, "not-callable", "something is called that is not a function");

KIND(shapeMismatch, "shape-mismatch", "two shapes that must fit together do not");
KIND(typeMismatch, "type-mismatch", "a value has another type than is needed");
KIND(invalidType, "invalid-type", "a type is written that does not exist or cannot stand here");
KIND(u8InArithmetic, "u8-in-arithmetic", "u8 is used as f32 without a written conversion");
KIND(boolInArithmetic, "bool-in-arithmetic", "a bool is used as a number");
KIND(classInArithmetic, "class-in-arithmetic", "a class is used as a number");
KIND(outOfRange, "out-of-range", "an index, size or count is outside its range");
KIND(rowAxis, "row-axis", "an operation is not defined over the varying rows of a sample");
KIND(rowCount, "row-count", "the varying row count is used as a number");
KIND(overSamples, "over-samples", "a reduction over samples, which this version does not have");
KIND(notFinite, "not-finite", "compile-time arithmetic gives no finite number");

KIND(notStatic, "not-static", "something must be known before anything runs and is not");
KIND(notWhole, "not-whole", "a whole number is needed");
KIND(noResult, "no-result", "a routine ends without a result");
KIND(weightPlace, "weight-place", "a weight is declared outside backbones, exits and policies");
KIND(invalidInitializer, "invalid-initializer", "a weight has no valid start");
KIND(stagePlace, "stage-place", "a `stage` stands outside a backbone");
KIND(tooLarge, "too-large", "a value, weight or program is beyond the limits");
KIND(tooDeep, "too-deep", "calls or expressions are nested too deep, or elaboration takes too long");

KIND(noModel, "no-model", "a file declares no model, or several");
KIND(missingPart, "missing-part", "a model lacks a part that it needs");
KIND(invalidInput, "invalid-input", "an input declaration cannot be used");
KIND(labelInInfer, "label-in-infer", "a label is read where no label exists");
KIND(invalidOption, "invalid-option", "an option of a phase or optimizer does not exist or has no valid value");
KIND(unusedParameter, "unused-parameter", "a parameter of a model that nothing reads (a warning)");
KIND(unknownParameter, "unknown-parameter", "`--set` names something that the model does not have");
KIND(invalidValue, "invalid-value", "`--set` gives a value of the wrong type");
KIND(stageResult, "stage-result", "a backbone or one of its stages has no usable result");
KIND(attachment, "attachment", "what stands in `after each stage` cannot be attached");
KIND(policyValue, "policy-value", "a policy is used otherwise than as a policy");
KIND(objectiveValue, "objective-value", "an objective is not one number per sample");
KIND(rolloutUse, "rollout-use", "a rollout is not declared as it must be");
KIND(tableValue, "table-value", "a table or measure does not fit");
KIND(exitRule, "exit-rule", "the exit rule is missing, doubled or of the wrong type");
KIND(stateRule, "state-rule", "a state is used outside the exit rule or has no valid start");
KIND(nothingTrained, "nothing-trained", "a phase updates something that does not exist or that its objective does not reach");

#undef KIND

}  // namespace offramp::dsl::sema::kind
