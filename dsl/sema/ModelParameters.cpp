// Parameters of the model and of `infer`: defaults, `--set`, and at the end which are settings and which compile time (L12).
#include "dsl/sema/ModelElaborator.h"

#include <fmt/format.h>

#include <cerrno>
#include <cmath>
#include <cstdlib>

namespace offramp::dsl::sema {

void ModelElaborator::checkNewName(const ast::Identifier &name) {
  if (name.text == "depth" || name.text == "stage" || name.text == "stages" || name.text == "training" || name.text == "nn")
    fail(kind::reservedName, name.range, fmt::format("`{}` is reserved", name.text));  // L4
  auto [it, fresh] = declared.emplace(name.text, name.range);
  if (!fresh) {
    if (Diagnostic *d = reporter.error(kind::duplicateName, name.range, fmt::format("`{}` is declared twice in this model", name.text)))
      d->note(it->second, "first declared here");
    throw Failed{};
  }
}

Static ModelElaborator::parseOverride(const std::string &name, const std::string &text, const std::string &type, SourceRange where) {
  if (type == "bool") {
    if (text == "true" || text == "false") return Static::boolean(text == "true");
    fail(kind::invalidValue, where, fmt::format("`--set {}={}`: expected true or false", name, text));
  }
  char *end = nullptr;
  errno = 0;
  if (type == "int") {
    long long value = std::strtoll(text.c_str(), &end, 10);
    if (text.empty() || *end || errno || std::llabs(value) > (1LL << 53)) fail(kind::invalidValue, where, fmt::format("`--set {}={}`: expected a whole number", name, text));
    return Static::number(value);
  }
  double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end || !std::isfinite(value)) fail(kind::invalidValue, where, fmt::format("`--set {}={}`: expected a number", name, text));
  return Static::real(value);
}

void ModelElaborator::readParameter(const ast::Parameter &parameter, bool ofInfer) {
  const std::string &type = parameter.type.name.text;
  if ((type != "int" && type != "f32" && type != "bool") || (parameter.type.dimensions && !parameter.type.dimensions->empty()))
    fail(kind::invalidType, parameter.type.range, "a parameter of a model is int, f32 or bool");
  // A parameter `stages` is what the backbone is built with, so the reserved name keeps its meaning.
  bool stageCount = parameter.name.text == "stages" && !ofInfer && type == "int";
  if (stageCount) declared.emplace("stages", parameter.name.range);
  else checkNewName(parameter.name);
  Setup setup{&parameter, {}, ofInfer};
  auto frame = modelFrame();
  auto it = overrides.find(parameter.name.text);
  if (it != overrides.end()) {
    setup.value = parseOverride(parameter.name.text, it->second, type, parameter.range);
  } else if (parameter.defaultValue) {
    std::string what = fmt::format("the default of `{}`", parameter.name.text);
    setup.value = evaluator.evaluateStatic(*parameter.defaultValue, *frame, what.c_str());
    if (type == "int") setup.value = Static::number(evaluator.asInt(setup.value, parameter.defaultValue->range, *frame, what.c_str()));
  } else {
    fail(kind::unknownParameter, parameter.range, fmt::format("`{}` has no default value", parameter.name.text), fmt::format("give it one, or run with `--set {}=…`", parameter.name.text));
  }
  bool isBool = setup.value.kind == Static::Bool;
  if (!setup.value.isScalar() || isBool != (type == "bool"))
    fail(kind::typeMismatch, parameter.range, fmt::format("`{}` starts with {} when it should be `{}`", parameter.name.text, describe(Value(setup.value)), type));
  if (type == "f32") setup.value.kind = Static::Real;
  parameters[parameter.name.text] = setup;
  parameterOrder.push_back(parameter.name.text);
}

void ModelElaborator::readParameters() {
  auto guarded = [&](const ast::Parameter &parameter, bool ofInfer) {
    try {
      readParameter(parameter, ofInfer);
    } catch (const Failed &) {
      failed = true;
    }
  };
  for (const ast::Parameter &parameter : model.parameters.parameters) guarded(parameter, false);
  for (const ast::ModelMember &member : model.members)
    if (auto *infer = member.as<ast::Infer>())
      for (const ast::Parameter &parameter : infer->parameters.parameters) guarded(parameter, true);
  checkOverrides();
}

void ModelElaborator::checkOverrides() {
  for (auto &[name, value] : overrides) {
    if (declared.count(name)) continue;  // wrong parameters have been reported
    size_t dot = name.find('.');
    bool phase = false;
    std::vector<std::string> known = parameterOrder;
    for (const ast::ModelMember &member : model.members)
      if (auto *train = member.as<ast::Train>()) {
        phase |= dot != std::string::npos && name.substr(0, dot) == train->name.text;
        for (const char *option : {"epochs", "batch", "lr"}) known.push_back(train->name.text + "." + option);
      }
    if (phase) continue;  // its option is checked by the phase
    std::string hint = nearest(name, known);
    if (hint.empty() && !known.empty()) {
      for (size_t i = 0; i < parameterOrder.size(); ++i) hint += (i ? ", `" : "it has `") + parameterOrder[i] + "`";
    } else if (!hint.empty()) {
      hint = fmt::format("did you mean `{}`?", hint);
    }
    if (Diagnostic *d = reporter.error(kind::unknownParameter, model.name.range, fmt::format("`--set {}={}`: the model `{}` has no parameter `{}`", name, value, model.name.text, name)))
      if (!hint.empty()) d->hint(hint);
    failed = true;
  }
}

void ModelElaborator::finishParameters() {
  for (const std::string &name : parameterOrder) {
    const Setup &setup = parameters.at(name);
    if (!failed && !setup.read)
      if (Diagnostic *d = reporter.warning(kind::unusedParameter, setup.parameter->name.range, fmt::format("the parameter `{}` is read by nothing; setting it changes nothing", name)))
        d->hint("pass it on where it is meant, or remove it");
    if (setup.value.kind == Static::Bool || compileTime.count(name)) result.staticParameters[name] = setup.value.data[0];
    else result.settings.push_back({name, setup.value.data[0], setup.parameter->range});
  }
}

}  // namespace offramp::dsl::sema
