// The dump of Print.h: one line per node, in order.
#include "dsl/program/Print.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace offramp::dsl {

namespace {

std::string sizes(const std::vector<int64_t> &shape) {
  std::string out;
  for (size_t i = 0; i < shape.size(); ++i)
    out += (i ? ", " : "") + (shape[i] == kRows ? std::string("?") : fmt::format("{}", shape[i]));
  return "[" + out + "]";
}

std::string print(const Attribute &attribute) {
  return std::visit(
      [](const auto &x) -> std::string {
        using T = std::decay_t<decltype(x)>;
        if constexpr (std::is_same_v<T, std::vector<int64_t>> || std::is_same_v<T, std::vector<double>>)
          return fmt::format("[{}]", fmt::join(x, ", "));
        else if constexpr (std::is_same_v<T, std::string>)
          return "\"" + x + "\"";
        else
          return fmt::format("{}", x);
      },
      attribute);
}

std::string print(const Initializer &initializer) {
  switch (initializer.kind) {
    case Initializer::Constant: return fmt::format("constant({})", initializer.scale);
    case Initializer::Normal: return fmt::format("normal({})", initializer.scale);
    case Initializer::Uniform: return fmt::format("uniform({})", initializer.scale);
  }
  return {};
}

const char *nameOf(Read::Kind kind) {
  switch (kind) {
    case Read::Stacked: return "stacked";
    case Read::Here: return "here";
    case Read::InputField: return "input";
    case Read::TableValue: return "table";
    case Read::StateValue: return "state";
    case Read::SettingValue: return "setting";
    case Read::StageNumber: return "stage";
  }
  return "?";
}

std::string print(const std::vector<Read> &reads) {
  std::vector<std::string> parts;
  for (const Read &read : reads) parts.push_back(fmt::format("{} {}", nameOf(read.kind), read.name));
  return fmt::format("reads [{}]", fmt::join(parts, ", "));
}

std::string print(const Optimizer &o) {
  return fmt::format("adamw(lr = {}, betas = ({}, {}), eps = {}, weight_decay = {}, warmup = {}, decay = {}, clip = {}{}{})", o.lr,
                     o.beta1, o.beta2, o.eps, o.weightDecay, o.warmup, o.decay, o.clip, o.average > 0 ? fmt::format(", average = {}", o.average) : "",
                     o.lazyRows ? ", lazy_rows = true" : "");
}

std::string print(const Instance &instance) {
  std::string out = fmt::format("{} = f{}", instance.path, instance.function);
  if (instance.trainFunction >= 0) out += fmt::format(" (training: f{})", instance.trainFunction);
  return out;
}

std::string print(const Phase &phase) {
  if (auto *train = std::get_if<TrainPhase>(&phase))
    return fmt::format("train {} = f{}, epochs {}, batch {}, {}, updates [{}], {}, metrics [{}]\n", train->name, train->function,
                       train->epochs, train->batch, print(train->optimizer), fmt::join(train->updates, ", "),
                       print(train->reads), fmt::join(train->metrics, ", "));
  auto &measure = std::get<MeasurePhase>(phase);
  return fmt::format("measure {} = f{}, {}\n", measure.table, measure.function, print(measure.reads));
}

std::string print(const Input &input) {
  std::string out = fmt::format("input {}: {}", input.name, print(input.type));
  if (input.kind == Input::Tokens) out += fmt::format(", tokens, vocab {}, max {}", input.classes, input.maxRows);
  if (input.tokenizer) out += fmt::format(", wordpiece \"{}\"{}", input.tokenizer->vocabularyFile, input.tokenizer->lowercase ? "" : ", cased");
  if (!input.firstColumn.empty()) out += fmt::format(", from {}{}{}", input.firstColumn, input.secondColumn.empty() ? "" : " and ", input.secondColumn);
  if (!input.segmentsOf.empty()) out += fmt::format(", segments of {}", input.segmentsOf);
  if (input.kind == Input::Label) out += input.classes > 0 ? fmt::format(", label, classes {}", input.classes) : ", label, a number";
  if (!input.namesFile.empty()) out += fmt::format(", names \"{}\"", input.namesFile);
  return out + "\n";
}

}  // namespace

std::string print(const Type &type) {
  static const char *const names[] = {"f32", "i32", "u8", "i1"};
  std::string out = names[(int)type.dtype];
  if (!type.shape.empty()) out += sizes(type.shape);
  return type.perSample ? "sample<" + out + ">" : out;
}

std::string print(const Function &function) {
  std::string out = "fn " + function.name + "(";
  for (size_t i = 0; i < function.parameters.size(); ++i)
    out += fmt::format("{}%{} {}: {}", i ? ", " : "", i, function.parameters[i].name, print(function.parameters[i].type));
  out += ")\n";
  for (const Field &field : function.fields)
    out += fmt::format("  weight {}: f32{} = {}{}\n", field.name, field.shape.empty() ? "" : sizes(field.shape),
                       print(field.initializer), field.decays ? "" : ", no decay");
  ValueId id = (ValueId)function.parameters.size();
  for (const Node &node : function.nodes) {
    out += fmt::format("  %{} = {}", id++, node.op);
    for (size_t i = 0; i < node.operands.size(); ++i) out += fmt::format("{} %{}", i ? "," : "", node.operands[i]);
    if (!node.attributes.empty()) {
      std::vector<std::string> parts;
      for (auto &[name, value] : node.attributes) parts.push_back(name + " = " + print(value));
      out += fmt::format(" {{{}}}", fmt::join(parts, ", "));
    }
    out += " : " + print(node.type) + "\n";
  }
  out += "  return";
  for (size_t i = 0; i < function.results.size(); ++i) out += fmt::format("{} %{}", i ? "," : "", function.results[i]);
  return out + "\n";
}

std::string print(const Model &model) {
  std::string out = "model " + model.name + "\n";
  for (auto &[name, value] : model.staticParameters) out += fmt::format("static {} = {}\n", name, value);
  for (const Setting &setting : model.settings) out += fmt::format("setting {} = {}\n", setting.name, setting.value);
  for (const Input &input : model.inputs) out += print(input);
  out += fmt::format("rows {}\n", model.rowsPerSample);
  out += fmt::format("embed({}) {}\n", fmt::join(model.embedReads, ", "), print(model.embed));
  for (const Instance &stage : model.stages) out += "stage " + print(stage) + "\n";
  for (const Attachment &attachment : model.attachments) {
    out += fmt::format("{} {}({})\n", attachment.policy ? "policy" : "head", attachment.name,
                       fmt::join(attachment.arguments, ", "));
    for (const Instance &instance : attachment.instances) out += "  " + print(instance) + "\n";
  }
  for (const State &state : model.states) out += fmt::format("state {}: {} = {}\n", state.name, print(state.type), state.initial);
  for (const Table &table : model.tables) out += fmt::format("table {}: {} = {}\n", table.name, print(table.type), table.initial);
  for (const Phase &phase : model.phases) out += print(phase);
  out += fmt::format("infer = f{}, {}, value {}, decision {}\n", model.infer.function, print(model.infer.reads),
                     model.infer.value, model.infer.decisionKind);
  for (size_t i = 0; i < model.functions.size(); ++i) out += fmt::format("\nf{} ", i) + print(model.functions[i]);
  return out;
}

}  // namespace offramp::dsl
