// Arithmetic on numbers known while elaborating. Whole numbers stay exact up to 2^53; `/` is real division (L10).
#include "dsl/sema/Limits.h"
#include "dsl/sema/Operations.h"

#include <fmt/format.h>

#include <cmath>

namespace offramp::dsl::sema {

namespace {

/// Calls `apply(i, j)` for every element of the broadcast of two shapes, in row-major order.
template <typename F>
Static overBroadcast(const Static &a, const Static &b, Static::Kind kind, F apply) {
  Static out;
  out.kind = kind;
  broadcastShapes(a.shape, a.axes, b.shape, b.axes, out.shape, out.axes);
  int64_t count = elementCount(out.shape);
  if (count > kMaxStaticElements)
    throw Wrong{kind::tooLarge, fmt::format("a number list of {} elements is larger than {}", count, kMaxStaticElements), ""};
  std::vector<int64_t> index(out.shape.size(), 0);
  auto offset = [&](const Static &s) {
    int64_t at = 0;
    size_t skip = index.size() - s.shape.size();
    for (size_t d = 0; d < s.shape.size(); ++d) at = at * s.shape[d] + (s.shape[d] == 1 ? 0 : index[d + skip]);
    return at;
  };
  out.data.reserve(count);
  for (int64_t i = 0; i < count; ++i) {
    out.data.push_back(apply(a.data[offset(a)], b.data[offset(b)]));
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < out.shape[d]) break;
      index[d] = 0;
    }
  }
  return out;
}

void checkFinite(const Static &s) {
  for (double v : s.data)
    if (!std::isfinite(v)) throw Wrong{kind::notFinite, "this number is not finite", ""};
}

}  // namespace

Static foldArithmetic(const std::string &op, const Static &a, const Static &b) {
  if (a.kind == Static::Bool || b.kind == Static::Bool)
    throw Wrong{kind::boolInArithmetic, "a bool cannot be used as a number", "write `if … then 1 else 0`", a.kind == Static::Bool ? 0 : 1};
  bool whole = a.kind == Static::Int && b.kind == Static::Int && op != "div";
  Static out = overBroadcast(a, b, whole ? Static::Int : Static::Real, [&](double x, double y) {
    if (op == "add") return x + y;
    if (op == "sub") return x - y;
    if (op == "mul") return x * y;
    if (op == "div") return x / y;
    if (op == "min") return std::fmin(x, y);
    if (op == "max") return std::fmax(x, y);
    return std::pow(x, y);
  });
  if (op == "div")
    for (double v : b.data)
      if (v == 0) throw Wrong{kind::notFinite, "division by zero", "", 1};
  checkFinite(out);
  if (whole)
    for (double v : out.data)
      if (std::fabs(v) > 9007199254740992.0) throw Wrong{kind::tooLarge, fmt::format("the whole number {:g} is too large", v), ""};
  return out;
}

Static foldCompare(const std::string &p, const Static &a, const Static &b) {
  return overBroadcast(a, b, Static::Bool, [&](double x, double y) -> double {
    if (p == "lt") return x < y;
    if (p == "le") return x <= y;
    if (p == "gt") return x > y;
    if (p == "ge") return x >= y;
    if (p == "eq") return x == y;
    return x != y;
  });
}

Static foldUnary(const std::string &op, const Static &a) {
  Static out = a;
  if (op != "neg" && op != "abs") out.kind = Static::Real;
  for (double &v : out.data) {
    if (op == "neg") v = -v;
    else if (op == "abs") v = std::fabs(v);
    else if (op == "exp") v = std::exp(v);
    else if (op == "log") v = std::log(v);
    else if (op == "sqrt") v = std::sqrt(v);
    else if (op == "tanh") v = std::tanh(v);
    else if (op == "sigmoid") v = 1 / (1 + std::exp(-v));
    else if (op == "relu") v = std::fmax(v, 0);
    else if (op == "softplus") v = std::fmax(v, 0) + std::log1p(std::exp(-std::fabs(v)));
    else if (op == "gelu") v = v * 0.5 * std::erfc(-v / std::sqrt(2.0));
  }
  checkFinite(out);
  return out;
}

Static foldSelect(const Static &condition, const Static &a, const Static &b) {
  if (condition.isScalar()) return condition.data[0] != 0 ? a : b;
  Static::Kind kind = a.kind == b.kind ? a.kind : Static::Real;
  Static chosenA = overBroadcast(condition, a, kind, [](double c, double x) { return c != 0 ? x : 0.0; });
  Static chosenB = overBroadcast(condition, b, kind, [](double c, double x) { return c != 0 ? 0.0 : x; });
  Static out = overBroadcast(chosenA, chosenB, kind, [](double x, double y) { return x + y; });
  return out;
}

Static foldReduce(const std::string &what, const Static &a, size_t dimension) {
  Static out;
  out.kind = what == "mean" ? Static::Real : a.kind;
  int64_t outer = 1, inner = 1, n = a.shape[dimension];
  for (size_t d = 0; d < a.shape.size(); ++d) {
    if (d == dimension) continue;
    (d < dimension ? outer : inner) *= a.shape[d];
    out.shape.push_back(a.shape[d]);
    out.axes.push_back(a.axes[d]);
  }
  for (int64_t o = 0; o < outer; ++o)
    for (int64_t i = 0; i < inner; ++i) {
      double r = a.data[o * n * inner + i];
      for (int64_t k = 1; k < n; ++k) {
        double v = a.data[(o * n + k) * inner + i];
        r = what == "reduce_max" ? std::fmax(r, v) : what == "reduce_min" ? std::fmin(r, v) : r + v;
      }
      out.data.push_back(what == "mean" ? r / (double)n : r);
    }
  return out;
}

}  // namespace offramp::dsl::sema
