// See StartingModel.h.
#include "runtime/hf/StartingModel.h"

#include <fmt/format.h>

namespace offramp::runtime::hf {

std::string startingModelText(const StartingModel &m) {
  const BertConfig &c = m.config;
  std::string text = fmt::format("// {} with an exit after every layer. Weights to start from: weights.safetensors beside this file\n"
                                 "// (`offramp train model.ramp --init weights.safetensors --data train=… --out …`).\n"
                                 "import std.bert\n\n",
                                 m.origin.empty() ? std::string("An imported encoder") : m.origin);
  text += "exit Classifier(classes: int)(h: f32[T, D]) -> f32[classes] {\n"
          "    let pooler = linear[D](h[0])\n"
          "    let classifier = linear[classes](tanh(pooler))\n"
          "    return classifier\n"
          "}\n\n";
  text += "model Classification() {\n";
  text += fmt::format("    input text: tokens(wordpiece(\"vocab.txt\"{}), max = {}{}), segment: segments(text), label: class[{}]{}\n",
                      m.lowercase ? "" : ", lowercase = false", m.max, m.pair ? ", first = \"sentence1\", second = \"sentence2\"" : ", first = \"sentence\"", m.classes,
                      m.classNames.empty() ? "" : "(\"classes.txt\")");
  std::string sizes;  // those that are not std.bert's own
  if (c.hidden != 4 * c.width) sizes += fmt::format(", hidden = {}", c.hidden);
  if (c.vocabulary != m.vocabulary) sizes += fmt::format(", vocab = {}", c.vocabulary);
  if (c.positions != m.max) sizes += fmt::format(", places = {}", c.positions);
  if (c.segments != 2) sizes += fmt::format(", segments = {}", c.segments);
  if (c.eps != 1e-12) sizes += fmt::format(", eps = {}", c.eps);
  if (c.dropout != 0.1) sizes += fmt::format(", drop = {}", c.dropout);
  text += fmt::format("    backbone = bert(stages = {}, width = {}, heads = {}{})(text, segment)\n", c.layers, c.width, c.heads, sizes);
  text += fmt::format("    after each stage {{\n        head = Classifier({})\n    }}\n", m.classes);
  text += "    ce = cross_entropy(head, label)\n\n"
          "    train fine_tune(epochs = 3, batch = 32, optimizer = adamw(lr = 5e-5)) {\n"
          "        minimize (sum over stages: stage * ce) / (sum over stages: stage)\n"
          "    }\n"
          "    infer(threshold: f32 = 0.9) {\n"
          "        exit head when max_probability(head) > threshold\n"
          "    }\n"
          "}\n";
  return text;
}

}  // namespace offramp::runtime::hf
