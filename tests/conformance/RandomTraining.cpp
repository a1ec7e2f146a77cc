// The loss of a random model as text: cross entropy of all stages, later stages weighing more; with gates a rollout of copies that share the forward
// pass, a reward without gradient and log-probabilities of leaving. A draw of what is updated: everything, or one kind of part.
#include "tests/conformance/RandomModel.h"

namespace offramp::test::random_model {

namespace {

const std::string f = "!nn.sample<f32>";

std::string sample(int64_t size, const std::string &element = "f32") { return "!nn.sample<" + n(size) + "x" + element + ">"; }

/// (stacked logits, label) → loss of one sample.
std::string objective(const Shape &s) {
  std::string heads = "!nn.sample<" + n(s.stages) + "x" + n(s.classes) + "xf32>", each = sample(s.stages), weights;
  double total = 0;
  for (int64_t l = 1; l <= s.stages; total += l++) weights += (l > 1 ? ", " : "") + std::to_string((double)l);
  std::string list = "tensor<" + n(s.stages) + "xf32>";
  return "func.func private @objective(%F: " + heads + ", %y: !nn.sample<i32>) -> " + f + " {\n  %ce = nn.cross_entropy %F, %y : (" + heads +
         ", !nn.sample<i32>) -> " + each + "\n  %k = nn.constant dense<[" + weights + "]> : " + list + " : " + list + "\n  %a = nn.mul %ce, %k : (" + each + ", " +
         list + ") -> " + each + "\n  %s = nn.sum %a {dims = array<i64: 0>} : (" + each + ") -> " + f + "\n  %t = nn.constant dense<" + std::to_string(total) +
         "> : tensor<f32> : tensor<f32>\n  %l = nn.div %s, %t : (" + f + ", tensor<f32>) -> " + f + "\n  return %l : " + f + "\n}\n";
}

/// (gate logits, stacked logits, label, weight of depth) → loss of one sample by REINFORCE with the mean of the copies as baseline.
std::string rollout(const Shape &s) {
  const int64_t decisions = s.stages - 1, copies = 5;
  std::string z = sample(decisions), p = sample(s.stages), heads = "!nn.sample<" + n(s.stages) + "x" + n(s.classes) + "xf32>", K = n(copies);
  std::string draws = "!nn.sample<" + K + "x" + n(decisions) + "xf32>", truth = "!nn.sample<" + K + "x" + n(decisions) + "xi1>", each = sample(copies),
              index = sample(copies, "i32"), t = "tensor<1xf32>";
  return "func.func private @policy(%z: " + z + ", %F: " + heads + ", %y: !nn.sample<i32>, %alpha: tensor<f32>) -> " + f +
         " {\n  %u = nn.uniform {site = 1 : i64} : () -> " + draws + "\n  %p = nn.sigmoid %z : (" + z + ") -> " + z +
         "\n  %a = nn.compare %u, %p {predicate = \"lt\"} : (" + draws + ", " + z + ") -> " + truth + "\n  %k = nn.first_true %a {otherwise = " + n(decisions) +
         " : i64} : (" + truth + ") -> " + index + "\n  %zero = nn.constant dense<0.0> : " + t + " : " + t + "\n  %s = nn.softplus %z : (" + z + ") -> " + z +
         "\n  %c = nn.cumsum %s : (" + z + ") -> " + z + "\n  %before = nn.concat %zero, %c {dim = 0 : i64} : (" + t + ", " + z + ") -> " + p +
         "\n  %m = nn.neg %z : (" + z + ") -> " + z + "\n  %l = nn.softplus %m : (" + z + ") -> " + z + "\n  %here = nn.concat %l, %zero {dim = 0 : i64} : (" + z +
         ", " + t + ") -> " + p + "\n  %sum = nn.add %before, %here : (" + p + ", " + p + ") -> " + p + "\n  %lp = nn.neg %sum : (" + p + ") -> " + p +
         "\n  %lpk = nn.take %lp, %k : (" + p + ", " + index + ") -> " + each + "\n  %ce = nn.cross_entropy %F, %y : (" + heads + ", !nn.sample<i32>) -> " + p +
         "\n  %cek = nn.take %ce, %k : (" + p + ", " + index + ") -> " + each + "\n  %stage = nn.cast %k : (" + index + ") -> " + each +
         "\n  %cost = nn.mul %stage, %alpha : (" + each + ", tensor<f32>) -> " + each + "\n  %loss = nn.add %cek, %cost : (" + each + ", " + each + ") -> " + each +
         "\n  %base = nn.mean %loss {dims = array<i64: 0>} : (" + each + ") -> " + f + "\n  %d = nn.sub %loss, %base : (" + each + ", " + f + ") -> " + each +
         "\n  %fixed = nn.stop_gradient %d : (" + each + ") -> " + each + "\n  %g = nn.mul %fixed, %lpk : (" + each + ", " + each + ") -> " + each +
         "\n  %r = nn.mean %g {dims = array<i64: 0>} : (" + each + ") -> " + f + "\n  %x = nn.mean %cek {dims = array<i64: 0>} : (" + each + ") -> " + f +
         "\n  %both = nn.add %r, %x : (" + f + ", " + f + ") -> " + f + "\n  return %both : " + f + "\n}\n";
}

}  // namespace

std::string trainingText(const Shape &s, const std::vector<std::string> &instances, uint64_t seed) {
  const bool gates = s.rule == Rule::Gate && s.stages > 1;
  const std::string rows = Body::type("?x", s.width), logits = sample(s.classes), heads = "!nn.sample<" + n(s.stages) + "x" + n(s.classes) + "xf32>";
  const std::string in = s.tokens ? "!nn.sample<?xi32>" : "!nn.sample<" + n(s.patches) + "x" + n(s.patchSize) + "xui8>";
  // Everything; or one kind of part, the others frozen.
  std::vector<std::string> kinds = {"", "", s.sharedHead ? "pooled_head" : "head.", "stage."};
  if (gates) kinds.push_back("gate.");
  std::string kind = kinds[seed / 2 % kinds.size()], updates;
  for (const std::string &path : instances)
    if (path.compare(0, kind.size(), kind) == 0) updates += (updates.empty() ? "\"" : ", \"") + path + "\"";

  std::string out = objective(s) + (gates ? rollout(s) : "");
  out += "func.func @train.loss(%x: " + in + " {nn.input = 0 : i64}, %y: !nn.sample<i32> {nn.input = 1 : i64}, %alpha: tensor<f32> {nn.setting = 1 : i64}) -> tensor<f32> attributes {nn.program = \"loss\", nn.updates = [" +
         updates + "]} {\n";
  auto weights = [&](const std::string &function, const std::string &instance, const std::string &name) {
    out += "  %" + name + " = nn.weights @\"" + instance + "\" : !nn.weights<@" + function + ".weights>\n";
  };
  weights("embed.body", "embed", "we");
  out += "  %h0 = func.call @embed.body(%x, %we) : (" + in + ", !nn.weights<@embed.body.weights>) -> " + rows + "\n";
  std::string fs, ft, zs, zt;
  for (int64_t l = 1; l <= s.stages; ++l) {
    std::string number = " {nn.stage = " + n(l) + " : i64} : (" + rows + ", ", comma = l > 1 ? ", " : "";
    weights("stage", "stage." + n(l), "ws" + n(l));
    out += "  %h" + n(l) + " = func.call @stage.training(%h" + n(l - 1) + ", %ws" + n(l) + ")" + number + "!nn.weights<@stage.weights>) -> " + rows + "\n";
    weights("head", s.sharedHead ? "pooled_head" : "head." + n(l), "wh" + n(l));
    out += "  %f" + n(l) + " = func.call @head(%h" + n(l) + ", %wh" + n(l) + ")" + number + "!nn.weights<@head.weights>) -> " + logits + "\n";
    fs += comma + "%f" + n(l), ft += comma + logits;
    if (!gates || l == s.stages) continue;
    weights("gate", "gate." + n(l), "wg" + n(l));
    out += "  %z" + n(l) + " = func.call @gate(%h" + n(l) + ", %wg" + n(l) + ")" + number + "!nn.weights<@gate.weights>) -> " + f + "\n";
    zs += comma + "%z" + n(l), zt += comma + f;
  }
  out += "  %F = nn.stack " + fs + " : (" + ft + ") -> " + heads + "\n  %l = func.call @objective(%F, %y) : (" + heads + ", !nn.sample<i32>) -> " + f + "\n";
  std::string loss = "%l";
  if (gates) {
    std::string z = sample(s.stages - 1);
    out += "  %z = nn.stack " + zs + " : (" + zt + ") -> " + z + "\n  %r = func.call @policy(%z, %F, %y, %alpha) : (" + z + ", " + heads +
           ", !nn.sample<i32>, tensor<f32>) -> " + f + "\n  %both = nn.add %l, %r : (" + f + ", " + f + ") -> " + f + "\n";
    loss = "%both";
  }
  return out + "  nn.report " + loss + " {slot = 0 : i64} : " + f + "\n  nn.report %l {slot = 1 : i64} : " + f + "\n  %mean = nn.mean_samples " + loss + " : (" + f +
         ") -> tensor<f32>\n  return %mean : tensor<f32>\n}\n";
}

}  // namespace offramp::test::random_model
