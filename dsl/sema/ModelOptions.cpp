// Options of a `train` phase: epochs, batch, the optimizer and its values, and `--set phase.option=value`.
#include "dsl/sema/ModelElaborator.h"

#include <fmt/format.h>

#include <cmath>

namespace offramp::dsl::sema {

namespace {
struct Field {
  const char *name;
  double Optimizer::*member;
  bool zeroAllowed;
  double below;  ///< largest accepted value, exclusive
};
const Field optimizerFields[] = {
    {"lr", &Optimizer::lr, true, 1e6},          {"beta1", &Optimizer::beta1, true, 1}, {"beta2", &Optimizer::beta2, true, 1},
    {"eps", &Optimizer::eps, false, 1},         {"weight_decay", &Optimizer::weightDecay, true, 1e6},
    {"warmup", &Optimizer::warmup, true, 1.0000001}, {"clip", &Optimizer::clip, true, 1e12},
    {"average", &Optimizer::average, true, 1.0000001},  // L34
};

const char *const lazyRows = "lazy_rows";

std::vector<std::string> optionNames() {
  std::vector<std::string> out = {"epochs", "batch", lazyRows};
  for (const Field &field : optimizerFields) out.push_back(field.name);
  return out;
}
}  // namespace

void ModelElaborator::setOption(TrainPhase &phase, const std::string &name, const Static &value, SourceRange where) {
  auto wrong = [&](const std::string &expected) {
    fail(kind::invalidOption, where, fmt::format("`{}` is {} when it should be {}", name, value.isScalar() ? describe(value.data[0]) : describe(Value(value)), expected));
  };
  if (name == lazyRows) {  // L33
    if (!value.isScalar() || value.kind != Static::Bool) wrong("true or false");
    phase.optimizer.lazyRows = value.data[0] != 0;
    return;
  }
  if (!value.isScalar() || value.kind == Static::Bool) wrong("one number");
  double number = value.data[0];
  if (name == "epochs" || name == "batch") {
    bool epochs = name == "epochs";
    if (std::nearbyint(number) != number || number < (epochs ? 0 : 1) || number > (epochs ? 1e6 : 1 << 20)) wrong(epochs ? "a whole number from 0" : "a whole number from 1");
    (epochs ? phase.epochs : phase.batch) = (int64_t)number;
    return;
  }
  for (const Field &field : optimizerFields)
    if (name == field.name) {
      if (!(number >= 0) || (number == 0 && !field.zeroAllowed) || !(number < field.below))
        wrong(field.below > 2 ? fmt::format("not negative and below {}", describe(field.below))
                              : fmt::format("{} and {} 1", field.zeroAllowed ? "from 0" : "above 0", field.below > 1 ? "at most" : "below"));
      phase.optimizer.*(field.member) = number;
      return;
    }
  std::string hint = nearest(name, optionNames());
  fail(kind::invalidOption, where, fmt::format("a phase has no option `{}`", name), hint.empty() ? "" : fmt::format("did you mean `{}`?", hint));
}

void ModelElaborator::readOptimizer(const ast::Expr &expr, TrainPhase &phase) {
  auto *call = expr.as<ast::Call>();
  auto *name = call ? call->callee->as<ast::Name>() : expr.as<ast::Name>();
  if (!name || name->text != "adamw" || (call && (call->brackets || call->lists.size() != 1)))
    fail(kind::invalidOption, expr.range, "the optimizer of this version is `adamw(lr = …)`");
  if (!call) return;
  auto frame = modelFrame();
  for (const ast::Argument &argument : call->lists[0].arguments) {
    if (!argument.name) fail(kind::invalidOption, argument.range, "values of an optimizer are named, as in `adamw(lr = 1e-3)`");
    const std::string &option = argument.name->text;
    if (option == "decay") {
      auto *word = argument.value->as<ast::Name>();
      if (!word || (word->text != "linear" && word->text != "constant" && word->text != "cosine"))
        fail(kind::invalidOption, argument.value->range, "`decay` is linear, constant or cosine");
      phase.optimizer.decay = word->text;
    } else if (option == "betas") {
      Static betas = evaluator.evaluateStatic(*argument.value, *frame, "`betas`");
      if (betas.data.size() != 2) fail(kind::invalidOption, argument.value->range, "`betas` are two numbers, as in `[0.9, 0.999]`");
      setOption(phase, "beta1", Static::real(betas.data[0]), argument.value->range);
      setOption(phase, "beta2", Static::real(betas.data[1]), argument.value->range);
    } else {
      if (option == "epochs" || option == "batch") fail(kind::invalidOption, argument.name->range, fmt::format("`{}` belongs to the phase, not to its optimizer", option));
      bool isField = option == lazyRows;
      for (const Field &field : optimizerFields) isField |= option == field.name;
      setOption(phase, option, isField ? evaluator.evaluateStatic(*argument.value, *frame, option.c_str()) : Static::real(0),
                isField ? argument.value->range : argument.name->range);
    }
  }
}

void ModelElaborator::readOptions(const ast::Train &train, TrainPhase &phase) {
  auto frame = modelFrame();
  for (const ast::Argument &argument : train.options.arguments) {
    if (!argument.name) fail(kind::invalidOption, argument.range, "options of a phase are named, as in `epochs = 4`");
    const std::string &name = argument.name->text;
    if (name == "optimizer") {
      readOptimizer(*argument.value, phase);
    } else if (name == "epochs" || name == "batch") {
      setOption(phase, name, evaluator.evaluateStatic(*argument.value, *frame, name.c_str()), argument.value->range);
    } else {
      std::string hint = nearest(name, {"epochs", "batch", "optimizer"});
      fail(kind::invalidOption, argument.name->range, fmt::format("a phase has no option `{}`", name), hint.empty() ? "it has epochs, batch and optimizer" : fmt::format("did you mean `{}`?", hint));
    }
  }
  std::string prefix = phase.name + ".";
  for (auto &[name, text] : overrides)
    if (name.rfind(prefix, 0) == 0) {
      std::string option = name.substr(prefix.size());
      const char *type = option == lazyRows ? "bool" : option == "epochs" || option == "batch" ? "int" : "f32";
      setOption(phase, option, parseOverride(name, text, type, train.name.range), train.name.range);
    }
}

}  // namespace offramp::dsl::sema
