// What is attached after each stage: exits, policies and shared layers, one instance per stage with weights of its own.
// A policy has no instance after the last stage, where everybody leaves (L14).
#include "dsl/sema/ModelElaborator.h"

#include <fmt/format.h>

namespace offramp::dsl::sema {

void ModelElaborator::attach(const ast::Binding &binding) {
  checkNewName(binding.name);
  const std::string &name = binding.name.text;
  if (name == stateName) fail(kind::duplicateName, binding.name.range, fmt::format("`{}` is the state of the stage", name));
  if (result.stages.empty()) fail(kind::missingPart, binding.name.range, "the backbone is declared before `after each stage`");
  auto *call = binding.value->as<ast::Call>();
  auto *calleeName = call ? call->callee->as<ast::Name>() : nullptr;
  Value callee = calleeName ? [&] { auto f = modelFrame(); return evaluator.evaluate(*call->callee, *f); }() : Value();
  auto *function = callee.as<FunctionRef>();
  const ast::Routine *routine = function && function->routine ? function->routine->routine : nullptr;
  if (!routine || (routine->kind != ast::RoutineKind::Exit && routine->kind != ast::RoutineKind::Policy && routine->kind != ast::RoutineKind::Layer))
    fail(kind::attachment, binding.value->range, "what is attached is a call of an `exit`, `policy` or `layer` routine", "for example `head = Classifier(classes)`");

  // The last argument list defaults to the state of the stage.
  bool twoLists = routine->statics && !routine->staticsInBrackets;
  const ast::ArgumentList *staticList = twoLists ? &call->lists[0] : call->brackets ? &*call->brackets : nullptr;
  const ast::ArgumentList *valueList = twoLists ? (call->lists.size() > 1 ? &call->lists[1] : nullptr)
                                                : (call->lists[0].arguments.empty() ? nullptr : &call->lists[0]);
  if (call->lists.size() > (twoLists ? 2u : 1u))
    fail(kind::argumentCount, call->lists.back().range, fmt::format("`{}` takes fewer argument lists", routine->name.text));

  Attached attached;
  attached.name = name;
  attached.where = binding.name.range;
  attached.policy = routine->kind == ast::RoutineKind::Policy;
  Attachment out;
  out.name = name;
  out.policy = attached.policy;
  size_t instances = result.stages.size() - (attached.policy ? 1 : 0);
  for (size_t s = 1; s <= instances; ++s) {
    Instance instance{fmt::format("{}.{}", name, s), -1, -1};
    currentStage = (int64_t)s;
    for (bool training : {false, true}) {
      Building building(*this, Place::Attach, training);
      auto text = modelFrame();
      text->mayOwnWeights = true;
      Arguments statics, arguments;
      if (staticList) statics = evaluator.evaluateArguments(*staticList, *text);
      if (valueList) arguments = evaluator.evaluateArguments(*valueList, *text);
      else arguments.push_back({{}, *lookup(stateName, binding.value->range), binding.value->range});
      Value value = evaluator.callRoutine(*function->routine, statics, arguments, binding.value->range, *text, "");
      if (auto *record = value.record(); record && record->kind == "bernoulli") {
        if (!attached.policy) fail(kind::policyValue, binding.value->range, fmt::format("`{}` returns a bernoulli but is no policy", routine->name.text), "declare it as `policy`");
        value = record->fields.at("logit");
      } else if (attached.policy) {
        fail(kind::policyValue, binding.value->range, fmt::format("the policy `{}` returns {} when it should return a bernoulli", routine->name.text, describe(value)), "write `return bernoulli(logit = …)`");
      }
      auto *t = value.as<Tensor>();
      if (!t || t->type.dtype != Dtype::F32 || !t->type.perSample)
        fail(kind::attachment, binding.value->range, fmt::format("`{}` is {} when it should be f32 of the sample", name, describe(value)));
      if (attached.policy && !t->type.shape.empty())
        fail(kind::policyValue, binding.value->range, fmt::format("the logit of a policy is one number, found {}", describe(t->type)), "`scalar(x)` turns f32[1] into f32");
      std::vector<Read> reads;
      Function f = building.builder.finish("", {t->id}, true, &reads);
      std::vector<std::string> read;
      for (const Read &r : reads) read.push_back(r.name);
      if (s == 1 && !training) out.arguments = read;
      if (read != out.arguments) fail(kind::attachment, binding.value->range, fmt::format("`{}` must read the same values after every stage", name));
      int index = addFunction(std::move(f), training ? name + ".train" : name);
      if (!training) {
        instance.function = index;
        attached.types.push_back(t->type);
        attached.axes.push_back(t->axes);
      } else if (index != instance.function) {
        instance.trainFunction = index;
      }
    }
    out.instances.push_back(instance);
  }
  attachments.push_back(std::move(attached));
  result.attachments.push_back(std::move(out));
}

}  // namespace offramp::dsl::sema
