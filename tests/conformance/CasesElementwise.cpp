// Cases of O3 … O8, O33, O36.
#include "tests/conformance/OpCase.h"

#include <cmath>

namespace offramp::test {

using reference::Tensor;
using Values = std::vector<Tensor>;

namespace {

const std::vector<int64_t> kItem = {3, 4};

void unary(std::vector<OpCase> &cases, const std::string &op, double (*f)(double), OperandSpec::Kind kind = OperandSpec::Normal) {
  Formula formula = [f](const Values &x) {
    std::vector<double> y;
    for (double v : x[0].data) y.push_back(f(v));
    return y;
  };
  for (auto [place, name, item] : {std::tuple{Place::Rows, "rows", std::vector<int64_t>{5}}, {Place::Sample, "sample", kItem}, {Place::Sample, "scalar", {}}})
    cases.push_back({op + "/" + name, "nn." + op, "", {{place, item, kind}}, {{place, item}}, formula});
}

/// Same shapes of both operands: f on each pair. `element` is that of the result.
void binary(std::vector<OpCase> &cases, const std::string &name, const std::string &op, const std::string &attributes, double (*f)(double, double),
            OperandSpec::Kind kind, const std::string &element, OperandSpec::Kind second) {
  Formula same = [f](const Values &x) {
    std::vector<double> y;
    for (int64_t i = 0; i < x[0].size(); ++i) y.push_back(f(x[0].data[i], x[1].data[i]));
    return y;
  };
  // Rows [?, 5] or a sample [3, 4] with a vector over the last dimension.
  Formula vector = [f](const Values &x) {
    std::vector<double> y;
    for (int64_t i = 0; i < x[0].size(); ++i) y.push_back(f(x[0].data[i], x[1].data[i % x[1].size()]));
    return y;
  };
  Formula scalarFirst = [f](const Values &x) {
    std::vector<double> y;
    for (double v : x[1].data) y.push_back(f(x[0].data[0], v));
    return y;
  };
  std::string to = "nn." + op;
  cases.push_back({name + "/rows", to, attributes, {{Place::Rows, {5}, kind, 7}, {Place::Rows, {5}, second, 7}}, {{Place::Rows, {5}, element}}, same});
  cases.push_back({name + "/sample", to, attributes, {{Place::Sample, kItem, kind, 7}, {Place::Sample, kItem, second, 7}}, {{Place::Sample, kItem, element}}, same});
  cases.push_back({name + "/stretched", to, attributes, {{Place::Sample, {3, 1}, kind, 7}, {Place::Sample, {4}, second, 7}}, {{Place::Sample, kItem, element}},
                   [f](const Values &x) {
                     std::vector<double> y;
                     for (double a : x[0].data)
                       for (double b : x[1].data) y.push_back(f(a, b));
                     return y;
                   }});
  cases.push_back({name + "/rows-number", to, attributes, {{Place::Rows, {5}, kind, 7}, {Place::Rows, {1}, second, 7}}, {{Place::Rows, {5}, element}},
                   [f](const Values &x) {
                     std::vector<double> y;
                     for (int64_t i = 0; i < x[0].size(); ++i) y.push_back(f(x[0].data[i], x[1].data[i / 5]));
                     return y;
                   }});
  if (kind != OperandSpec::Normal && kind != OperandSpec::Positive) return;  // shared operands are f32 weights
  cases.push_back({name + "/rows-shared", to, attributes, {{Place::Rows, {5}, kind}, {Place::Shared, {5}, second}}, {{Place::Rows, {5}, element}}, vector});
  cases.push_back({name + "/sample-shared", to, attributes, {{Place::Sample, kItem, kind}, {Place::Shared, {4}, second}}, {{Place::Sample, kItem, element}}, vector});
  cases.push_back({name + "/shared-scalar-rows", to, attributes, {{Place::Shared, {}, kind}, {Place::Rows, {5}, second}}, {{Place::Rows, {5}, element}}, scalarFirst});
}

double reluOf(double x) { return std::max(x, 0.0); }

}  // namespace

void addElementwiseCases(std::vector<OpCase> &cases) {
  unary(cases, "neg", [](double x) { return -x; });
  unary(cases, "exp", [](double x) { return std::exp(x); });
  unary(cases, "log", [](double x) { return std::log(x); }, OperandSpec::Positive);
  unary(cases, "sqrt", [](double x) { return std::sqrt(x); }, OperandSpec::Positive);
  unary(cases, "tanh", [](double x) { return std::tanh(x); });
  unary(cases, "sigmoid", [](double x) { return 0.5 + 0.5 * std::tanh(0.5 * x); });
  unary(cases, "gelu", [](double x) { return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0))); });
  unary(cases, "relu", reluOf);
  unary(cases, "softplus", [](double x) { return std::log(1 + std::exp(x)); });
  unary(cases, "abs", [](double x) { return std::fabs(x); });
  unary(cases, "stop_gradient", [](double x) { return x; });

  auto floats = [&](const std::string &op, double (*f)(double, double), OperandSpec::Kind second = OperandSpec::Normal) {
    binary(cases, op, op, "", f, OperandSpec::Normal, "f32", second);
  };
  floats("add", [](double a, double b) { return a + b; });
  floats("sub", [](double a, double b) { return a - b; });
  floats("mul", [](double a, double b) { return a * b; });
  floats("div", [](double a, double b) { return a / b; }, OperandSpec::Positive);
  floats("min", [](double a, double b) { return std::fmin(a, b); });
  floats("max", [](double a, double b) { return std::fmax(a, b); });
  auto integers = [&](const std::string &op, double (*f)(double, double)) {
    binary(cases, op + "-i32", op, "", f, OperandSpec::Index, "i32", OperandSpec::Index);
  };
  integers("add", [](double a, double b) { return a + b; });
  integers("mul", [](double a, double b) { return a * b; });
  integers("max", [](double a, double b) { return std::fmax(a, b); });

  const std::vector<std::pair<std::string, double (*)(double, double)>> predicates = {
      {"lt", [](double a, double b) { return double(a < b); }}, {"le", [](double a, double b) { return double(a <= b); }},
      {"gt", [](double a, double b) { return double(a > b); }}, {"ge", [](double a, double b) { return double(a >= b); }},
      {"eq", [](double a, double b) { return double(a == b); }}, {"ne", [](double a, double b) { return double(a != b); }}};
  for (auto &[p, f] : predicates) {
    std::string attributes = "{predicate = \"" + p + "\"}";
    binary(cases, "compare-" + p, "compare", attributes, f, OperandSpec::Normal, "i1", OperandSpec::Normal);
    binary(cases, "compare-i32-" + p, "compare", attributes, f, OperandSpec::Index, "i1", OperandSpec::Index);
  }
  binary(cases, "and", "and", "", [](double a, double b) { return double(a && b); }, OperandSpec::Truth, "i1", OperandSpec::Truth);
  binary(cases, "or", "or", "", [](double a, double b) { return double(a || b); }, OperandSpec::Truth, "i1", OperandSpec::Truth);
  cases.push_back({"not/sample", "nn.not", "", {{Place::Sample, {6}, OperandSpec::Truth}}, {{Place::Sample, {6}, "i1"}}, [](const Values &x) {
                     std::vector<double> y;
                     for (double v : x[0].data) y.push_back(v ? 0 : 1);
                     return y;
                   }});
  Formula select = [](const Values &x) {
    std::vector<double> y;
    for (int64_t i = 0; i < x[1].size(); ++i) y.push_back(x[0].data[i] ? x[1].data[i] : x[2].data[i % x[2].size()]);
    return y;
  };
  cases.push_back({"select/sample", "nn.select", "", {{Place::Sample, {6}, OperandSpec::Truth}, {Place::Sample, {6}}, {Place::Shared, {6}}}, {{Place::Sample, {6}}}, select});
  cases.push_back({"select/rows", "nn.select", "", {{Place::Rows, {4}, OperandSpec::Truth}, {Place::Rows, {4}}, {Place::Shared, {}}}, {{Place::Rows, {4}}}, select});

  Formula same = [](const Values &x) { return x[0].data; };
  cases.push_back({"cast/u8-f32", "nn.cast", "", {{Place::Sample, {3, 4}, OperandSpec::Byte}}, {{Place::Sample, {3, 4}}}, same});
  cases.push_back({"cast/i32-f32", "nn.cast", "", {{Place::Rows, {3}, OperandSpec::Index, 9}}, {{Place::Rows, {3}}}, same});
  cases.push_back({"cast/i1-f32", "nn.cast", "", {{Place::Sample, {3}, OperandSpec::Truth}}, {{Place::Sample, {3}}}, same});
  cases.push_back({"cast/i1-i32", "nn.cast", "", {{Place::Sample, {3}, OperandSpec::Truth}}, {{Place::Sample, {3}, "i32"}}, same});
  cases.push_back({"cast/f32-i32", "nn.cast", "", {{Place::Sample, {40}}}, {{Place::Sample, {40}, "i32"}}, [](const Values &x) {
                     std::vector<double> y;
                     for (double v : x[0].data) y.push_back((int)v);
                     return y;
                   }});
  cases.push_back({"broadcast/shared", "nn.broadcast", "", {{Place::Shared, {4}}}, {{Place::Sample, {2, 4}}}, [](const Values &x) {
                     std::vector<double> y = x[0].data;
                     y.insert(y.end(), x[0].data.begin(), x[0].data.end());
                     return y;
                   }});
  cases.push_back({"broadcast/sample", "nn.broadcast", "", {{Place::Sample, {3, 1}}}, {{Place::Sample, {3, 4}}}, [](const Values &x) {
                     std::vector<double> y;
                     for (double v : x[0].data) y.insert(y.end(), 4, v);
                     return y;
                   }});
  cases.push_back({"broadcast/rows", "nn.broadcast", "", {{Place::Rows, {1}}}, {{Place::Rows, {3}}}, [](const Values &x) {
                     std::vector<double> y;
                     for (double v : x[0].data) y.insert(y.end(), 3, v);
                     return y;
                   }});
}

}  // namespace offramp::test
