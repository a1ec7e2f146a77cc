// See Models.h.
#include "Models.h"

namespace offramp::tests {

using namespace dsl;
using Id = FunctionBuilder::Id;

static SourceRange nextLine() {  // every node its own place, so that locations can be checked
  static int32_t line = 0;
  ++line;
  return {0, {line, 5}, {line, 9}};
}

Id FunctionBuilder::node(std::string op, std::vector<Id> operands, Type type, std::map<std::string, Attribute> attributes) {
  f.nodes.push_back({std::move(op), std::move(operands), std::move(attributes), std::move(type), nextLine()});
  return (Id)(f.parameters.size() + f.nodes.size()) - 1;
}
Id FunctionBuilder::field(std::string name, Shape shape, Initializer start, bool decays) {
  f.fields.push_back({name, shape, start, decays, {}});
  return node("field", {}, shared(shape), {{"name", name}});
}
Id FunctionBuilder::constant(std::vector<double> values, Shape shape, Dtype dtype) {
  return node("constant", {}, shared(shape, dtype), {{"value", values}, {"shape", shape}});
}
Id FunctionBuilder::same(std::string op, std::vector<Id> operands, std::map<std::string, Attribute> attributes) {
  Type type = typeOf(operands[0]);
  return node(std::move(op), std::move(operands), type, std::move(attributes));
}
Id FunctionBuilder::linear(Id x, const std::string &name, int64_t k, int64_t n) {
  Type type = typeOf(x);
  type.shape.back() = n;
  Id w = field(name + ".weight", {k, n});
  Id b = field(name + ".bias", {n}, {Initializer::Constant, 0}, false);
  return node("linear", {x, w, b}, type);
}
Id FunctionBuilder::layerNorm(Id x, const std::string &name, int64_t width) {
  Id normal = same("normalize", {x}, {{"eps", 1e-5}});
  Id gain = field(name + ".weight", {width}, {Initializer::Constant, 1}, false);
  Id scaled = same("mul", {normal, gain});
  return same("add", {scaled, field(name + ".bias", {width}, {Initializer::Constant, 0}, false)});
}
Id FunctionBuilder::scalarOf(Id x) { return node("reshape", {x}, sample({})); }

static Function vitEmbed(const VitSizes &z) {
  FunctionBuilder b("embed", sample({28, 28}, Dtype::U8), "image");
  Id pixels = b.node("cast", {0}, sample({28, 28}));
  Id unit = b.same("mul", {pixels, b.constant({1.0 / 255}, {})});
  Id grid = b.node("reshape", {unit}, sample({4, 7, 4, 7}));
  Id tiles = b.node("transpose", {grid}, sample({4, 4, 7, 7}), {{"permutation", std::vector<int64_t>{0, 2, 1, 3}}});
  Id patches = b.linear(b.node("reshape", {tiles}, sample({16, 49})), "patch", 49, z.width);
  Id token = b.field("class_token", {1, z.width});
  Id rows = b.node("concat", {token, patches}, sample({17, z.width}), {{"dim", int64_t{0}}});
  Id placed = b.same("add", {rows, b.field("position", {17, z.width})});
  return b.finish({b.node("to_rows", {placed}, sample({kRows, z.width}))});
}

static Function vitStage(const VitSizes &z) {
  FunctionBuilder b("stage", sample({kRows, z.width}));
  Id n = b.layerNorm(0, "norm_0", z.width);
  Id q = b.linear(n, "q", z.width, z.width), kv = b.linear(n, "kv", z.width, 2 * z.width);
  Id o = b.linear(b.same("attention", {q, kv}, {{"heads", z.heads}}), "o", z.width, z.width);
  Id x = b.same("add", {0, o});
  Id wide = b.same("gelu", {b.linear(b.layerNorm(x, "norm_1", z.width), "f1", z.width, 4 * z.width)});
  return b.finish({b.same("add", {x, b.linear(wide, "f2", 4 * z.width, z.width)})});
}

static Function classifier(const VitSizes &z, bool pooled) {
  FunctionBuilder b("head", sample({kRows, z.width}));
  Id y = pooled ? b.node("mean_rows", {0}, sample({z.width})) : b.node("row", {0}, sample({z.width}), {{"index", int64_t{0}}});
  Id t = b.same("tanh", {b.linear(b.layerNorm(y, "norm", z.width), "linear_0", z.width, z.width)});
  return b.finish({b.linear(t, "linear_1", z.width, z.classes)});
}

static Function gate(const VitSizes &z) {
  FunctionBuilder b("gate", sample({kRows, z.width}));
  Id y = b.node("row", {0}, sample({z.width}), {{"index", int64_t{0}}});
  Id wide = b.same("gelu", {b.linear(b.layerNorm(y, "norm", z.width), "linear_0", z.width, z.hidden)});
  return b.finish({b.scalarOf(b.linear(wide, "linear_1", z.hidden, 1))});
}

static std::vector<double> stageNumbers(int64_t stages) {
  std::vector<double> numbers;
  for (int64_t s = 1; s <= stages; ++s) numbers.push_back((double)s);
  return numbers;
}

/// Σ stage·ce / Σ stage.
static Function weightedCrossEntropy(const VitSizes &z) {
  FunctionBuilder b("warm_up", sample({z.stages, z.classes}), "head");
  b.parameter("label", sample({}, Dtype::I32));
  Id ce = b.node("cross_entropy", {0, 1}, sample({z.stages}));
  Id weighted = b.same("mul", {ce, b.constant(stageNumbers(z.stages), {z.stages})});
  Id sum = b.node("sum", {weighted}, sample({}), {{"dims", std::vector<int64_t>{0}}});
  return b.finish({b.same("mul", {sum, b.constant({2.0 / (double)(z.stages * (z.stages + 1))}, {})})});
}

/// First stage from which on all heads are right; `stages` if none.
static Function memorizedLayer(const VitSizes &z) {
  FunctionBuilder b("memorized", sample({z.stages, z.classes}), "head");
  b.parameter("label", sample({}, Dtype::I32));
  Id answer = b.node("argmax", {0}, sample({z.stages}, Dtype::I32));
  Id wrong = b.node("compare", {answer, 1}, sample({z.stages}, Dtype::I1), {{"predicate", "ne"}});
  Id numbers = b.constant(stageNumbers(z.stages), {z.stages}, Dtype::I32);
  Id at = b.node("select", {wrong, numbers, b.constant({0}, {}, Dtype::I32)}, sample({z.stages}, Dtype::I32));
  Id last = b.node("reduce_max", {at}, sample({}, Dtype::I32), {{"dims", std::vector<int64_t>{0}}});
  Id next = b.same("add", {last, b.constant({1}, {}, Dtype::I32)});
  return b.finish({b.same("min", {next, b.constant({(double)z.stages}, {}, Dtype::I32)})});
}

/// Policy gradient with a group-mean baseline; `together` adds the cross entropy of the exits taken. Second result: mean exit stage.
static Function policyObjective(const VitSizes &z, bool together) {
  int64_t s = z.stages, k = z.copies;
  std::vector<int64_t> first{0};
  FunctionBuilder b(together ? "together" : "learn_to_exit", sample({s, z.classes}), "head");
  Id label = b.parameter("label", sample({}, Dtype::I32)), gates = b.parameter("gate", sample({s - 1}));
  Id memorized = b.parameter("memorized", sample({}, Dtype::I32)), alpha = b.parameter("alpha", shared({}));
  Id ce = b.node("cross_entropy", {0, label}, sample({s}));
  Id draw = b.node("uniform", {}, sample({k, s - 1}), {{"site", int64_t{1}}});
  Id stop = b.node("compare", {draw, b.same("sigmoid", {gates})}, sample({k, s - 1}, Dtype::I1), {{"predicate", "lt"}});
  Id at = b.node("first_true", {stop}, sample({k}, Dtype::I32), {{"otherwise", s - 1}});
  Id goOn = b.same("softplus", {gates});
  Id before = b.same("cumsum", {goOn}, {{"exclusive", true}, {"reverse", false}});
  Id leave = b.same("add", {before, b.same("softplus", {b.same("neg", {gates})})});
  Id all = b.node("reshape", {b.node("sum", {goOn}, sample({}), {{"dims", first}})}, sample({1}));
  Id logStop = b.same("neg", {b.node("concat", {leave, all}, sample({s}), {{"dim", int64_t{0}}})});
  Id logp = b.node("take", {logStop, at}, sample({k})), ceAt = b.node("take", {ce, at}, sample({k}));
  Id stage = b.same("add", {b.node("cast", {at}, sample({k})), b.constant({1}, {})});
  Id ease = b.node("mul", {b.node("cast", {memorized}, sample({})), b.constant({1.0 / (double)s}, {})}, sample({}));
  Id price = b.node("mul", {alpha, stage}, sample({k}));
  Id speed = b.same("mul", {price, b.node("sub", {b.constant({1}, {}), ease}, sample({}))});
  Id reward = b.same("sub", {b.same("neg", {ceAt}), speed});
  Id advantage = b.same("stop_gradient", {b.same("sub", {reward, b.node("mean", {reward}, sample({}), {{"dims", first}})})});
  Id loss = b.same("neg", {b.node("mean", {b.same("mul", {advantage, logp})}, sample({}), {{"dims", first}})});
  if (together) loss = b.same("add", {loss, b.node("mean", {ceAt}, sample({}), {{"dims", first}})});
  return b.finish({loss, b.node("mean", {stage}, sample({}), {{"dims", first}})});
}

static Function thresholdRule() {
  FunctionBuilder b("rule", sample({}), "gate");
  b.parameter("threshold", shared({}));
  Id p = b.same("sigmoid", {0});
  return b.finish({b.node("compare", {p, 1}, sample({}, Dtype::I1), {{"predicate", "gt"}}), p});
}

/// leave when streak ≥ patience; states: streak, previous answer.
static Function patienceRule(const VitSizes &z) {
  FunctionBuilder b("rule", sample({z.classes}), "head");
  Id streak = b.parameter("streak", sample({}, Dtype::I32)), previous = b.parameter("previous", sample({}, Dtype::I32));
  Id patience = b.parameter("patience", shared({}));
  Id answer = b.node("argmax", {0}, sample({}, Dtype::I32));
  Id equal = b.node("compare", {answer, previous}, sample({}, Dtype::I1), {{"predicate", "eq"}});
  Id longer = b.same("add", {streak, b.constant({1}, {}, Dtype::I32)});
  Id next = b.node("select", {equal, longer, b.constant({0}, {}, Dtype::I32)}, sample({}, Dtype::I32));
  Id count = b.node("cast", {next}, sample({}));
  return b.finish({b.node("compare", {count, patience}, sample({}, Dtype::I1), {{"predicate", "ge"}}), count, next, answer});
}

static Attachment attach(std::string name, bool policy, int function, int64_t count) {
  Attachment a{name, policy, {}, {"h"}};
  for (int64_t s = 1; s <= count; ++s) a.instances.push_back({name + "." + std::to_string(s), function});
  return a;
}

static Model vitBackbone(const VitSizes &z, bool pooled) {
  Model m;
  m.functions = {vitEmbed(z), vitStage(z), classifier(z, pooled)};
  m.inputs = {{"image", Input::Values, sample({28, 28}, Dtype::U8), 0, 0, "", {}}, {"label", Input::Label, sample({}, Dtype::I32), z.classes, 0, "", {}}};
  m.embedReads = {"image"};
  m.embed = {"embed", 0};
  for (int64_t s = 1; s <= z.stages; ++s) m.stages.push_back({"stage." + std::to_string(s), 1});
  m.rowsPerSample = 17;
  m.attachments = {attach("head", false, 2, z.stages)};
  m.sources = {"model.ramp"};
  m.infer.value = "head";
  return m;
}

static int add(Model &m, Function f) { return m.functions.push_back(std::move(f)), (int)m.functions.size() - 1; }

static TrainPhase phase(std::string name, std::vector<std::string> updates, int function, std::vector<Read> reads, std::vector<std::string> metrics = {}) {
  TrainPhase p;
  p.name = std::move(name), p.updates = std::move(updates), p.function = function, p.reads = std::move(reads), p.metrics = std::move(metrics);
  return p;
}

static const Read kHeads{Read::Stacked, "head"}, kLabel{Read::InputField, "label"};

static Model gated(const VitSizes &z, bool pooled) {
  Model m = vitBackbone(z, pooled);
  m.name = pooled ? "PooledVit" : "GatedVit";
  m.staticParameters = {{"classes", (double)z.classes}};
  m.settings = {{"alpha", 0.05, {}}, {"threshold", 0.5, {}}};
  m.tables = {{"memorized", sample({}, Dtype::I32), (double)z.stages, {}}};
  m.attachments.push_back(attach("gate", true, add(m, gate(z)), z.stages - 1));
  std::vector<Read> policy{kHeads, kLabel, {Read::Stacked, "gate"}, {Read::TableValue, "memorized"}, {Read::SettingValue, "alpha"}};
  m.phases.push_back(phase("warm_up", {"backbone", "head"}, add(m, weightedCrossEntropy(z)), {kHeads, kLabel}));
  m.phases.push_back(MeasurePhase{"memorized", add(m, memorizedLayer(z)), {kHeads, kLabel}, {}});
  m.phases.push_back(phase("learn_to_exit", {"gate"}, add(m, policyObjective(z, false)), policy, {"mean_stage"}));
  m.phases.push_back(phase("together", {"backbone", "head", "gate"}, add(m, policyObjective(z, true)), policy, {"mean_stage"}));
  m.infer.function = add(m, thresholdRule());
  m.infer.reads = {{Read::Here, "gate"}, {Read::SettingValue, "threshold"}};
  m.infer.decisionKind = "probability";
  return m;
}

Model gatedVit(VitSizes sizes) { return gated(sizes, false); }
Model pooledVit(VitSizes sizes) { return gated(sizes, true); }

Model patienceVit(VitSizes z) {
  Model m = vitBackbone(z, false);
  m.name = "PatienceVit";
  m.settings = {{"patience", 2, {}}};
  m.states = {{"streak", sample({}, Dtype::I32), 0, {}}, {"previous", sample({}, Dtype::I32), -1, {}}};
  m.phases.push_back(phase("all_heads", {"backbone", "head"}, add(m, weightedCrossEntropy(z)), {kHeads, kLabel}));
  m.infer.function = add(m, patienceRule(z));
  m.infer.reads = {{Read::Here, "head"}, {Read::StateValue, "streak"}, {Read::StateValue, "previous"}, {Read::SettingValue, "patience"}};
  m.infer.decisionKind = "count";
  return m;
}

static Function convStage(std::string name, int64_t channels, int64_t out, int64_t side) {
  FunctionBuilder b(std::move(name), sample({channels, side, side}));
  Id w = b.field("conv.weight", {out, channels, 3, 3}), bias = b.field("conv.bias", {out}, {Initializer::Constant, 0}, false);
  Id c = b.node("conv2d", {0, w, bias}, sample({out, side, side}), {{"stride", int64_t{1}}, {"pad", int64_t{1}}});
  Id r = b.same("relu", {c});
  return b.finish({b.node("max_pool2d", {r}, sample({out, side / 2, side / 2}), {{"size", int64_t{2}}, {"stride", int64_t{2}}})});
}

Model convolutional() {
  Model m;
  m.name = "Convolutional";
  VitSizes z;
  z.stages = 3;
  FunctionBuilder embed("embed", sample({28, 28}, Dtype::U8), "image");
  Id pixels = embed.node("cast", {0}, sample({28, 28}));
  Id unit = embed.same("mul", {pixels, embed.constant({1.0 / 255}, {})});
  m.functions = {embed.finish({embed.node("reshape", {unit}, sample({1, 28, 28}))})};
  m.inputs = {{"image", Input::Values, sample({28, 28}, Dtype::U8), 0, 0, "", {}}, {"label", Input::Label, sample({}, Dtype::I32), z.classes, 0, "", {}}};
  m.embedReads = {"image"};
  m.embed = {"embed", 0};
  m.rowsPerSample = -1;
  m.sources = {"model.ramp"};
  m.attachments = {{"head", false, {}, {"h"}}};
  int64_t channels[] = {1, 8, 16, 32}, side = 28;
  for (int s = 1; s <= 3; ++s) {
    std::string suffix = s == 1 ? "" : "_" + std::to_string(s);
    m.stages.push_back({"stage." + std::to_string(s), add(m, convStage("stage" + suffix, channels[s - 1], channels[s], side))});
    side /= 2;
    FunctionBuilder b("head" + suffix, sample({channels[s], side, side}));
    Id flat = b.node("reshape", {0}, sample({channels[s] * side * side}));
    m.attachments[0].instances.push_back({"head." + std::to_string(s), add(m, b.finish({b.linear(flat, "linear_0", channels[s] * side * side, z.classes)}))});
  }
  m.settings = {{"threshold", 0.9, {}}};
  m.phases.push_back(phase("train", {"backbone", "head"}, add(m, weightedCrossEntropy(z)), {kHeads, kLabel}));
  FunctionBuilder rule("rule", sample({z.classes}), "head");
  rule.parameter("threshold", shared({}));
  Id top = rule.node("reduce_max", {rule.same("softmax", {0})}, sample({}), {{"dims", std::vector<int64_t>{0}}});
  m.infer.function = add(m, rule.finish({rule.node("compare", {top, 1}, sample({}, Dtype::I1), {{"predicate", "gt"}}), top}));
  m.infer.reads = {{Read::Here, "head"}, {Read::SettingValue, "threshold"}};
  m.infer.value = "head";
  m.infer.decisionKind = "probability";
  return m;
}

}  // namespace offramp::tests
