// Writes the module text of a random model, function by function.
#include "tests/conformance/RandomPrograms.h"

#include "tests/conformance/RandomModel.h"

#include <random>

namespace offramp::test {

using reference::Dtype;
using reference::Tensor;
using namespace random_model;

namespace {

Body embed(const Shape &s) {
  Body b("embed.body");  // an instance has the name `embed`
  std::string rows = Body::type("?x", s.width);
  if (s.tokens) {
    std::string table = b.field("table", {s.vocabulary, s.width}, 1.0), places = b.field("places", {32, s.width}, 0.5);
    std::string words = b.op("gather", table + ", %x", "tensor<" + n(s.vocabulary) + "x" + n(s.width) + "xf32>, !nn.sample<?xi32>", rows);
    std::string at = b.op("positions", "%x", "!nn.sample<?xi32>", "!nn.sample<?xi32>");
    std::string place = b.op("gather", places + ", " + at, "tensor<32x" + n(s.width) + "xf32>, !nn.sample<?xi32>", rows);
    b.op("add", words + ", " + place, rows + ", " + rows, rows);
    return b;
  }
  std::string image = "!nn.sample<" + n(s.patches) + "x" + n(s.patchSize) + "xui8>", floats = Body::type(n(s.patches) + "x", s.patchSize);
  std::string x = b.op("cast", "%x", image, floats);
  std::string scale = b.fresh();
  b.text += "  " + scale + " = nn.constant dense<0.01> : tensor<f32> : tensor<f32>\n";
  x = b.op("mul", x + ", " + scale, floats + ", tensor<f32>", floats);
  x = b.linear("patch", x, n(s.patches) + "x", s.patchSize, s.width);
  b.op("to_rows", x, Body::type(n(s.patches) + "x", s.width), rows);
  return b;
}

Body attachment(const Shape &s, const std::string &name, int64_t outputs) {
  Body b(name);
  std::string rows = Body::type("?x", s.width), one = Body::type("", s.width);
  std::string x = b.op(s.headReadsAllRows ? "mean_rows" : "row", "%x", rows, one);
  x = b.op("normalize", x, one, one, "{eps = 1.0e-5 : f64}");
  x = b.linear("hidden", x, "", s.width, s.width);
  x = b.op("tanh", x, one, one);
  x = b.linear("out", x, "", s.width, outputs);
  if (name == "gate") b.op("reshape", x, Body::type("", 1), "!nn.sample<f32>");
  return b;
}

/// (logits or gate, threshold, states…) → (leave, decision, states…). Patience: previous class and streak.
std::string ruleText(const Shape &s) {
  std::string c = n(s.classes), logits = "!nn.sample<" + c + "xf32>";
  const std::string f = "!nn.sample<f32>", i = "!nn.sample<i32>", b = "!nn.sample<i1>", t = "tensor<f32>";
  switch (s.rule) {
    case Rule::Gate:
      return "func.func private @rule(%z: " + f + ", %t: " + t + ") -> (" + b + ", " + f + ") {\n  %p = nn.sigmoid %z : (" + f + ") -> " + f +
             "\n  %c = nn.compare %p, %t {predicate = \"gt\"} : (" + f + ", " + t + ") -> " + b + "\n  return %c, %p : " + b + ", " + f + "\n}\n";
    case Rule::Confidence:
      return "func.func private @rule(%z: " + logits + ", %t: " + t + ") -> (" + b + ", " + f + ") {\n  %s = nn.softmax %z : (" + logits + ") -> " + logits +
             "\n  %p = nn.reduce_max %s {dims = array<i64: 0>} : (" + logits + ") -> " + f +
             "\n  %c = nn.compare %p, %t {predicate = \"gt\"} : (" + f + ", " + t + ") -> " + b + "\n  return %c, %p : " + b + ", " + f + "\n}\n";
    case Rule::Entropy:
      return "func.func private @rule(%z: " + logits + ", %t: " + t + ") -> (" + b + ", " + f + ") {\n  %s = nn.softmax %z : (" + logits + ") -> " + logits +
             "\n  %l = nn.log_softmax %z : (" + logits + ") -> " + logits + "\n  %m = nn.mul %s, %l : (" + logits + ", " + logits + ") -> " + logits +
             "\n  %h = nn.sum %m {dims = array<i64: 0>} : (" + logits + ") -> " + f + "\n  %e = nn.neg %h : (" + f + ") -> " + f +
             "\n  %c = nn.compare %e, %t {predicate = \"lt\"} : (" + f + ", " + t + ") -> " + b + "\n  return %c, %e : " + b + ", " + f + "\n}\n";
    case Rule::Patience:
      return "func.func private @rule(%z: " + logits + ", %t: " + t + ", %previous: " + i + ", %streak: " + i + ") -> (" + b + ", " + f + ", " + i + ", " + i +
             ") {\n  %k = nn.argmax %z : (" + logits + ") -> " + i + "\n  %same = nn.compare %k, %previous {predicate = \"eq\"} : (" + i + ", " + i + ") -> " + b +
             "\n  %one = nn.constant dense<1> : tensor<i32> : tensor<i32>\n  %zero = nn.constant dense<0> : tensor<i32> : tensor<i32>\n  %more = nn.add %streak, %one : (" + i +
             ", tensor<i32>) -> " + i + "\n  %next = nn.select %same, %more, %zero : (" + b + ", " + i + ", tensor<i32>) -> " + i + "\n  %n = nn.cast %next : (" + i + ") -> " + f +
             "\n  %c = nn.compare %n, %t {predicate = \"ge\"} : (" + f + ", " + t + ") -> " + b + "\n  return %c, %n, %k, %next : " + b + ", " + f + ", " + i + ", " + i + "\n}\n";
  }
  return "";
}

double thresholdOf(const Shape &s, std::mt19937_64 &random) {
  double u = std::uniform_real_distribution<double>(0, 1)(random);
  switch (s.rule) {
    case Rule::Gate: return 0.3 + 0.5 * u;
    case Rule::Confidence: return 1.0 / s.classes + (0.4 + 0.4 * u) * (1 - 1.0 / s.classes);
    case Rule::Entropy: return (0.3 + 0.6 * u) * std::log((double)s.classes);
    case Rule::Patience: return 1 + random() % 2;
  }
  return 0;
}

/// The two programs. They share every line but what happens to a decision.
std::string programs(const Shape &s) {
  const std::string f = "!nn.sample<f32>", i = "!nn.sample<i32>", b = "!nn.sample<i1>", t = "tensor<f32>", rows = Body::type("?x", s.width);
  const std::string logits = "!nn.sample<" + n(s.classes) + "xf32>", in = s.tokens ? "!nn.sample<?xi32>" : "!nn.sample<" + n(s.patches) + "x" + n(s.patchSize) + "xui8>";
  const bool gate = s.rule == Rule::Gate, states = s.rule == Rule::Patience;
  std::string out;
  for (bool walk : {true, false}) {
    std::string heads, leaves, decisions, ls, ds, hs;
    auto weights = [&](const std::string &function, const std::string &instance, const std::string &name) {
      out += "  %" + name + " = nn.weights @\"" + instance + "\" : !nn.weights<@" + function + ".weights>\n";
    };
    auto head = [&](int64_t l) {
      std::string instance = s.sharedHead ? "pooled_head" : "head." + n(l);
      weights("head", instance, "wh" + n(l));
      out += "  %f" + n(l) + " = func.call @head(%h" + n(l) + ", %wh" + n(l) + ") : (" + rows + ", !nn.weights<@head.weights>) -> " + logits + "\n";
    };
    out += std::string("func.func @") + (walk ? "infer" : "evaluate") + "(%x: " + in + " {nn.input = 0 : i64}, %t: " + t +
           " {nn.setting = 0 : i64}) attributes {nn.program = \"" + (walk ? "infer" : "evaluate") + "\"} {\n";
    weights("embed.body", "embed", "we");
    out += "  %h0 = func.call @embed.body(%x, %we) : (" + in + ", !nn.weights<@embed.body.weights>) -> " + rows + "\n";
    if (states)
      out += "  %none = nn.constant dense<-1> : tensor<i32> : tensor<i32>\n  %zero = nn.constant dense<0> : tensor<i32> : tensor<i32>\n  %k0 = nn.broadcast %none : (tensor<i32>) -> " +
             i + "\n  %s0 = nn.broadcast %zero : (tensor<i32>) -> " + i + "\n";
    for (int64_t l = 1; l <= s.stages; ++l) {
      bool last = l == s.stages;
      weights("stage", "stage." + n(l), "ws" + n(l));
      out += "  %h" + n(l) + " = func.call @stage(%h" + n(l - 1) + ", %ws" + n(l) + ") {nn.stage = " + n(l) + " : i64} : (" + rows + ", !nn.weights<@stage.weights>) -> " + rows + "\n";
      if (!gate || last || !walk) head(l);
      std::string comma = l > 1 ? ", " : "";
      heads += comma + "%f" + n(l);
      hs += comma + logits;
      if (last) break;
      std::string read = "%f" + n(l), type = logits;
      if (gate) {
        weights("gate", "gate." + n(l), "wg" + n(l));
        out += "  %z" + n(l) + " = func.call @gate(%h" + n(l) + ", %wg" + n(l) + ") : (" + rows + ", !nn.weights<@gate.weights>) -> " + f + "\n";
        read = "%z" + n(l);
        type = f;
      }
      std::string c = "%c" + n(l), p = "%p" + n(l), extra = states ? ", %k" + n(l) + ", %s" + n(l) : "", extraTypes = states ? ", " + i + ", " + i : "";
      std::string before = states ? ", %k" + n(l - 1) + ", %s" + n(l - 1) : "";
      out += "  " + c + ", " + p + extra + " = func.call @rule(" + read + ", %t" + before + ") : (" + type + ", " + t + extraTypes + ") -> (" + b + ", " + f + extraTypes + ")\n";
      if (walk) {
        out += "  nn.exit_if " + c + " {\n";
        if (gate) head(l);
        out += "  nn.leave_with %f" + n(l) + ", " + p + " {stage = " + n(l) + " : i64} : " + logits + ", " + f + "\n  } : " + b + "\n";
      } else {
        out += "  %d" + n(l) + " = nn.cast " + c + " : (" + b + ") -> " + f + "\n";
      }
      leaves += comma + "%d" + n(l);
      decisions += comma + p;
      ls += comma + f;
    }
    if (walk) {
      out += "  nn.leave_with %f" + n(s.stages) + " {stage = " + n(s.stages) + " : i64} : " + logits + "\n  return\n}\n";
      continue;
    }
    std::string stacked = "!nn.sample<" + n(s.stages) + "xf32>", comma = s.stages > 1 ? ", " : "", all = "(" + ls + comma + f + ") -> " + stacked;
    out += "  %one1 = nn.constant dense<1.0> : tensor<f32> : tensor<f32>\n  %yes = nn.broadcast %one1 : (tensor<f32>) -> " + f +
           "\n  %zero1 = nn.constant dense<0.0> : tensor<f32> : tensor<f32>\n  %no = nn.broadcast %zero1 : (tensor<f32>) -> " + f + "\n";
    out += "  %F = nn.stack " + heads + " : (" + hs + ") -> !nn.sample<" + n(s.stages) + "x" + n(s.classes) + "xf32>\n";
    out += "  %C = nn.stack " + leaves + comma + "%yes : " + all + "\n  %D = nn.stack " + decisions + comma + "%no : " + all + "\n";
    out += "  nn.collect %F {name = \"logits\", slot = 0 : i64} : !nn.sample<" + n(s.stages) + "x" + n(s.classes) + "xf32>\n";
    out += "  nn.collect %C {name = \"leave\", slot = 1 : i64} : " + stacked + "\n  nn.collect %D {name = \"decision\", slot = 2 : i64} : " + stacked + "\n  return\n}\n";
  }
  return out;
}

}  // namespace

Body random_model::stageBody(const Shape &s, const std::string &name, bool dropout) {
  Body b(name);
  std::string rows = Body::type("?x", s.width), kv = Body::type("?x", 2 * s.width), one = Body::type("", s.width), wide = Body::type("?x", s.hidden);
  std::string x = "%x", eps = "{eps = 1.0e-5 : f64}";
  if (s.mixer != Mixer::None) {
    std::string normal = b.op("normalize", x, rows, rows, eps), mixed;
    if (s.mixer == Mixer::Attention) {
      std::string q = b.linear("q", normal, "?x", s.width, s.width), k = b.linear("kv", normal, "?x", s.width, 2 * s.width);
      mixed = b.op("attention", q + ", " + k, rows + ", " + kv, rows, "{heads = " + n(s.heads) + " : i64}");
    } else {
      std::string mean = b.op("mean_rows", normal, rows, one);
      mixed = b.op("spread", mean + ", " + normal, one + ", " + rows, rows);
      mixed = b.op("mul", mixed + ", " + normal, rows + ", " + rows, rows);
    }
    mixed = b.linear("o", mixed, "?x", s.width, s.width);
    if (dropout) {  // one site for all stages: the draw differs by the stage of the call
      std::string draw = b.op("uniform", mixed, rows, rows, "{site = 7 : i64}"), rate = b.fresh();
      b.text += "  " + rate + " = nn.constant dense<0.2> : tensor<f32> : tensor<f32>\n";
      std::string mask = Body::type("?x", s.width), truth = "!nn.sample<?x" + n(s.width) + "xi1>";
      draw = b.op("compare", draw + ", " + rate, rows + ", tensor<f32>", truth, "{predicate = \"ge\"}");
      draw = b.op("cast", draw, truth, mask);
      mixed = b.op("mul", mixed + ", " + draw, rows + ", " + rows, rows);
    }
    x = b.op("add", x + ", " + mixed, rows + ", " + rows, rows);
  }
  std::string m = b.op("normalize", x, rows, rows, eps);
  std::string gain = b.field("gain", {s.width}, 1.0);
  m = b.op("mul", m + ", " + gain, rows + ", tensor<" + n(s.width) + "xf32>", rows);
  m = b.linear("f1", m, "?x", s.width, s.hidden);
  m = b.op("gelu", m, wide, wide);
  m = b.linear("f2", m, "?x", s.hidden, s.width);
  b.op("add", x + ", " + m, rows + ", " + rows, rows);
  return b;
}

RandomProgram randomProgram(uint64_t seed, int64_t samples) {
  std::mt19937_64 random(seed);
  auto pick = [&](std::initializer_list<int64_t> from) { return *(from.begin() + random() % from.size()); };
  Shape s;
  s.heads = pick({1, 2, 4});
  s.width = 4 * pick({2, 3, 5, 8});
  s.hidden = pick({8, 20, 33});
  s.classes = pick({2, 3, 7});
  s.stages = pick({1, 2, 3, 4, 6});
  s.vocabulary = 23;
  s.patches = pick({1, 4, 9});
  s.patchSize = 6;
  s.tokens = random() % 2;
  s.headReadsAllRows = random() % 4 == 0;
  s.sharedHead = random() % 4 == 0;
  s.rule = (Rule)(random() % 4);
  s.mixer = std::vector<Mixer>{Mixer::Attention, Mixer::Attention, Mixer::MeanRows, Mixer::None}[random() % 4];
  s.dropout = seed % 2;

  // Modules list bundles and instances first; instances follow each other in the block.
  std::vector<std::pair<std::string, const Body *>> instances;
  Body e = embed(s), st = stageBody(s, "stage", false), head = attachment(s, "head", s.classes), gate = attachment(s, "gate", 1);
  instances.push_back({"embed", &e});
  for (int64_t l = 1; l <= s.stages; ++l) instances.push_back({"stage." + n(l), &st});
  if (s.sharedHead) instances.push_back({"pooled_head", &head});
  else
    for (int64_t l = 1; l <= s.stages; ++l) instances.push_back({"head." + n(l), &head});
  if (s.rule == Rule::Gate)
    for (int64_t l = 1; l < s.stages; ++l) instances.push_back({"gate." + n(l), &gate});

  RandomProgram out;
  const std::string rows = Body::type("?x", s.width);
  auto last = [](const Body &b) { return "%" + n(b.temporary - 1); };
  std::string in = s.tokens ? "!nn.sample<?xi32>" : "!nn.sample<" + n(s.patches) + "x" + n(s.patchSize) + "xui8>";
  out.text = e.write("%x: " + in, rows, last(e)) + st.write("%x: " + rows, rows, last(st)) +
             head.write("%x: " + rows, "!nn.sample<" + n(s.classes) + "xf32>", last(head));
  if (s.rule == Rule::Gate) out.text += gate.write("%x: " + rows, "!nn.sample<f32>", last(gate));
  int64_t offset = 0;
  std::vector<std::string> paths;
  for (auto &[path, body] : instances) {
    paths.push_back(path);
    out.text += "nn.instance @\"" + path + "\" : @" + body->name + ".weights at " + n(offset) + "\n";
    offset += body->extent;
  }
  out.text += ruleText(s) + programs(s);
  // The stage of training has the weights of the other and drops out.
  Body training = stageBody(s, "stage", s.dropout);
  std::string text = training.write("%x: " + rows, rows, last(training));
  text = text.substr(text.find("func.func"));
  out.text += text.replace(text.find("@stage("), 7, "@stage.training(") + trainingText(s, paths, seed);
  out.stages = s.stages;
  out.classes = s.classes;
  out.summary = "seed " + std::to_string(seed) + ": " + n(s.stages) + " stages of width " + n(s.width) + ", " + (s.tokens ? "tokens" : n(s.patches) + " patches") +
                ", rule " + std::vector<std::string>{"gate", "confidence", "entropy", "patience"}[(int)s.rule] + ", mixer " +
                std::vector<std::string>{"attention", "mean_rows", "none"}[(int)s.mixer] + (s.headReadsAllRows ? ", head reads all rows" : "") +
                (s.sharedHead ? ", one head for all stages" : "") + (s.dropout ? ", dropout in training" : "");

  std::normal_distribution<double> normal;
  for (int64_t i = 0; i < offset; ++i) out.inputs.weights.push_back((float)(0.4 * normal(random)));
  out.inputs.inputs.samples = samples;
  out.inputs.inputs.settings = {thresholdOf(s, random)};
  for (int64_t k = 0; k < samples; ++k) {
    Tensor t = s.tokens ? reference::makeTensor(Dtype::I32, {int64_t(1 + random() % 12)}, true) : reference::makeTensor(Dtype::U8, {s.patches, s.patchSize});
    for (double &v : t.data) v = random() % (s.tokens ? s.vocabulary : 256);
    out.inputs.inputs.inputs[0].push_back(t);
    Tensor label = reference::makeTensor(Dtype::I32, {});
    label.data = {double(random() % s.classes)};
    out.inputs.inputs.inputs[1].push_back(label);
  }
  out.inputs.inputs.settings.push_back(0.05);
  return out;
}

}  // namespace offramp::test
