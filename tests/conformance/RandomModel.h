// What random programs are written with: the shape drawn for a model, and one function with its weights as text. For RandomPrograms.cpp and
// RandomTraining.cpp only.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace offramp::test::random_model {

enum class Rule { Gate, Confidence, Entropy, Patience };
enum class Mixer { Attention, MeanRows, None };

struct Shape {
  int64_t width, hidden, heads, classes, stages, vocabulary, patches, patchSize;
  bool tokens, headReadsAllRows, sharedHead;
  Rule rule;
  Mixer mixer;
  bool dropout;  ///< in training
};

inline std::string n(int64_t v) { return std::to_string(v); }

/// One function with weights: text of its body, and its bundle.
struct Body {
  std::string name, text, names, shapes, scales;
  int64_t extent = 0, temporary = 0;

  explicit Body(std::string function) : name(std::move(function)) {}
  std::string weightsType() const { return "!nn.weights<@" + name + ".weights>"; }
  std::string fresh() { return "%" + n(temporary++); }

  std::string field(const std::string &field, const std::vector<int64_t> &shape, double scale) {
    std::string list, type = "tensor<";
    int64_t count = 1;
    for (int64_t d : shape) {
      list += (list.empty() ? "" : ", ") + n(d);
      type += n(d) + "x";
      count *= d;
    }
    std::string comma = names.empty() ? "" : ", ";
    names += comma + "\"" + field + "\"";
    shapes += comma + "array<i64: " + list + ">";
    scales += comma + std::to_string(scale);
    extent += (count + 15) / 16 * 16;
    std::string to = fresh();
    text += "  " + to + " = nn.field %w \"" + field + "\" : " + weightsType() + " -> " + type + "f32>\n";
    return to;
  }
  std::string op(const std::string &op, const std::string &operands, const std::string &types, const std::string &result, const std::string &attributes = "") {
    std::string to = fresh();
    text += "  " + to + " = nn." + op + " " + operands + " " + attributes + " : (" + types + ") -> " + result + "\n";
    return to;
  }
  /// x·W + b with weights of its own; `prefix` is everything of the type before the last dimension.
  std::string linear(const std::string &field, const std::string &x, const std::string &prefix, int64_t k, int64_t m) {
    std::string w = this->field(field + ".weight", {k, m}, 1.5 / std::sqrt((double)k)), b = this->field(field + ".bias", {m}, 0.3);
    return op("linear", x + ", " + w + ", " + b, type(prefix, k) + ", tensor<" + n(k) + "x" + n(m) + "xf32>, tensor<" + n(m) + "xf32>", type(prefix, m));
  }
  static std::string type(const std::string &prefix, int64_t k) { return "!nn.sample<" + prefix + n(k) + "xf32>"; }

  std::string write(const std::string &arguments, const std::string &results, const std::string &returned) const {
    std::string out;
    if (extent) {
      std::string kinds, decays;
      for (size_t i = 0, fields = std::count(names.begin(), names.end(), '"') / 2; i < fields; ++i) {
        kinds += i ? ", \"normal\"" : "\"normal\"";
        decays += i ? ", true" : "true";
      }
      out += "nn.bundle @" + name + ".weights {names = [" + names + "], shapes = [" + shapes + "], kinds = [" + kinds + "], scales = [" + scales +
             "], decays = [" + decays + "]}\n";
    }
    return out + "func.func private @" + name + "(" + arguments + (extent ? ", %w: " + weightsType() : "") + ") -> " + results + " {\n" + text +
           "  return " + returned + " : " + results + "\n}\n";
  }
};

Body stageBody(const Shape &s, const std::string &name, bool dropout);
/// `@train.loss` and its functions: cross entropy at every stage; with gates a rollout with a reward as well. Labels are input 1, the weight of depth
/// in the reward is setting 1. `instances`: all of the model, in order.
std::string trainingText(const Shape &s, const std::vector<std::string> &instances, uint64_t seed);

}  // namespace offramp::test::random_model
