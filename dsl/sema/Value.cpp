// Types and values as the language writes them, for diagnostics. Parsing of types is in TypePatterns.cpp.
#include "dsl/sema/Value.h"

#include <fmt/format.h>

#include <cmath>

namespace offramp::dsl::sema {

static const char *nameOf(Dtype dtype) {
  switch (dtype) {
    case Dtype::F32: return "f32";
    case Dtype::I32: return "int";
    case Dtype::U8: return "u8";
    case Dtype::I1: return "bool";
  }
  return "?";
}

std::string describe(const std::vector<int64_t> &shape) {
  std::string out = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    if (i) out += ", ";
    out += shape[i] == kRows ? "T" : fmt::format("{}", shape[i]);
  }
  return out + "]";
}

std::string describe(const Type &type, int64_t classes) {
  if (classes > 0) {
    std::string name = fmt::format("class[{}]", classes);
    return type.shape.empty() ? name : describe(type.shape) + " of " + name;
  }
  return nameOf(type.dtype) + (type.shape.empty() ? std::string() : describe(type.shape));
}

std::string describe(double number) {
  if (std::nearbyint(number) == number && std::fabs(number) < 1e15) return fmt::format("{}", (int64_t)number);
  return fmt::format("{}", number);
}

std::string describe(const Value &value) {
  if (auto *t = value.as<Tensor>()) return describe(t->type, t->classes);
  if (auto *s = value.as<Static>()) {
    const char *kind = s->kind == Static::Int ? "int" : s->kind == Static::Real ? "f32" : "bool";
    if (!s->isScalar()) return kind + describe(s->shape);
    if (s->kind == Static::Bool) return s->data[0] != 0 ? "true" : "false";
    return fmt::format("the {} {}", s->kind == Static::Int ? "int" : "number", describe(s->data[0]));
  }
  if (auto *s = value.as<SettingRef>()) return fmt::format("the setting `{}`", s->name);
  if (value.as<RowCount>()) return "the row count of a sample, which varies";
  if (value.as<Text>()) return "a text";
  if (auto *f = value.as<FunctionRef>()) return fmt::format("the function `{}`", f->name);
  if (auto *r = value.record()) return r->kind;
  return "nothing";
}

int64_t elementCount(const std::vector<int64_t> &shape) {
  int64_t n = 1;
  for (int64_t d : shape) n *= d == kRows ? 1 : d;
  return n;
}

}  // namespace offramp::dsl::sema
