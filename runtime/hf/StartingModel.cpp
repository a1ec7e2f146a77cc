// See StartingModel.h.
#include "runtime/hf/StartingModel.h"

#include "runtime/core/Error.h"

#include <fmt/format.h>

namespace offramp::runtime::hf {
namespace {

// The names `pooler` and `classifier` are those by which weights are taken over and given back.
constexpr std::string_view kOnClassToken = R"(exit Classifier(classes: int)(h: f32[T, D]) -> f32[classes] {
    let pooler = linear[D](h[0])
    let classifier = linear[classes](tanh(pooler))
    return classifier
})";
constexpr std::string_view kOnMean = R"(exit Classifier(classes: int)(h: f32[T, D]) -> f32[classes] {
    return linear[classes](tanh(linear[D](mean over T: h)))
})";

std::string inputs(const StartingModel &m) {
  return fmt::format("text: tokens(wordpiece(\"vocab.txt\"{}), max = {}, first = \"{}\"{}), segment: segments(text)", m.lowercase ? "" : ", lowercase = false",
                     m.max, m.columns[0], m.columns.size() > 1 ? fmt::format(", second = \"{}\"", m.columns[1]) : "");
}

/// Arguments that are std.bert's own are left out.
std::string backbone(const StartingModel &m) {
  const BertConfig &c = m.config;
  std::string sizes = fmt::format("stages = {}, width = {}, heads = {}", c.layers, c.width, c.heads);
  if (c.hidden != 4 * c.width) sizes += fmt::format(", hidden = {}", c.hidden);
  if (c.vocabulary != m.vocabulary) sizes += fmt::format(", vocab = {}", c.vocabulary);
  if (c.positions != m.max) sizes += fmt::format(", places = {}", c.positions);
  if (c.segments != 2) sizes += fmt::format(", segments = {}", c.segments);
  if (c.eps != 1e-12) sizes += fmt::format(", eps = {}", c.eps);
  if (c.dropout != 0.1) sizes += fmt::format(", drop = {}", c.dropout);
  return fmt::format("bert({})(text, segment)", sizes);
}

}  // namespace

std::string startingModelText(const StartingModel &m, std::string_view text, const std::string &name) {
  if (const bool wantsClass = text.find("@class@") != std::string_view::npos; wantsClass != (m.classes > 1))
    userError("{}: its label is a {}, and here it is {}", name, wantsClass ? "class" : "number", m.classes > 1 ? fmt::format("one of {} classes", m.classes) : "a number");
  auto valueOf = [&](std::string_view what) -> std::string {
    if (what == "origin") return m.origin.empty() ? "An imported encoder" : m.origin;
    if (what == "classifier") return std::string(m.classToken ? kOnClassToken : kOnMean);
    if (what == "text") return inputs(m);
    if (what == "class") return fmt::format("class[{}]{}", m.classes, m.classNames.empty() ? "" : "(\"classes.txt\")");
    if (what == "classes") return std::to_string(m.classes);
    if (what == "backbone") return backbone(m);
    userError("{}: nothing takes the place of `@{}@`", name, what);
  };
  std::string out;
  for (size_t at = 0; at < text.size();) {
    const size_t begin = std::min(text.find('@', at), text.size()), end = text.find('@', begin + 1);
    out += text.substr(at, begin - at);
    if (begin == text.size()) break;
    if (end == std::string_view::npos) userError("{}: a `@` without an end", name);
    out += valueOf(text.substr(begin + 1, end - begin - 1));
    at = end + 1;
  }
  return out;
}

}  // namespace offramp::runtime::hf
