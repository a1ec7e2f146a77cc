// Cases of O22 … O31: reductions, selections and moves over static dimensions.
#include "tests/conformance/OpCase.h"

#include <algorithm>

namespace offramp::test {

using reference::Tensor;
using Values = std::vector<Tensor>;

namespace {

using Fold = double (*)(const std::vector<double> &);
double total(const std::vector<double> &v) {
  double s = 0;
  for (double e : v) s += e;
  return s;
}
double mean(const std::vector<double> &v) { return total(v) / v.size(); }
double greatest(const std::vector<double> &v) { return *std::max_element(v.begin(), v.end()); }
double least(const std::vector<double> &v) { return *std::min_element(v.begin(), v.end()); }

/// x seen as [outer, n, inner] with `n` reduced.
Formula fold(Fold f, int64_t n, int64_t inner) {
  return [=](const Values &x) {
    std::vector<double> y;
    for (int64_t o = 0; o < x[0].size(); o += n * inner)
      for (int64_t i = 0; i < inner; ++i) {
        std::vector<double> v;
        for (int64_t k = 0; k < n; ++k) v.push_back(x[0].data[o + k * inner + i]);
        y.push_back(f(v));
      }
    return y;
  };
}

std::string i64s(const std::string &name, const std::string &values) { return name + " = array<i64: " + values + ">"; }

}  // namespace

void addShapeCases(std::vector<OpCase> &cases) {
  const Place rows = Place::Rows, sample = Place::Sample, shared = Place::Shared;
  const std::vector<std::pair<std::string, Fold>> folds = {{"sum", total}, {"mean", mean}, {"reduce_max", greatest}, {"reduce_min", least}};
  for (auto &[op, f] : folds) {
    cases.push_back({op + "/last", "nn." + op, "{" + i64s("dims", "1") + "}", {{sample, {4, 6}}}, {{sample, {4}}}, fold(f, 6, 1)});
    cases.push_back({op + "/first", "nn." + op, "{" + i64s("dims", "0") + "}", {{sample, {4, 6}}}, {{sample, {6}}}, fold(f, 4, 6)});
    cases.push_back({op + "/all", "nn." + op, "{" + i64s("dims", "0, 1") + "}", {{sample, {4, 6}}}, {{sample, {}}}, fold(f, 24, 1)});
    cases.push_back({op + "/rows", "nn." + op, "{" + i64s("dims", "1") + "}", {{rows, {6}}}, {{rows, {}}}, fold(f, 6, 1)});
  }
  for (bool reverse : {false, true})
    for (bool exclusive : {false, true}) {
      std::string flags = std::string("{reverse = ") + (reverse ? "true" : "false") + ", exclusive = " + (exclusive ? "true" : "false") + "}";
      cases.push_back({"cumsum/" + flags, "nn.cumsum", flags, {{sample, {3, 5}}}, {{sample, {3, 5}}}, [=](const Values &x) {
                         std::vector<double> y;
                         for (int64_t i = 0; i < 15; ++i) {
                           double s = 0;
                           for (int64_t k = 0; k < 5; ++k) {
                             bool before = reverse ? k > i % 5 : k < i % 5;
                             s += before || (k == i % 5 && !exclusive) ? x[0].data[i / 5 * 5 + k] : 0;
                           }
                           y.push_back(s);
                         }
                         return y;
                       }});
    }
  auto argmax = [](const Values &x) {
    std::vector<double> y;
    int64_t n = x[0].shape.back();
    for (int64_t r = 0; r < x[0].size(); r += n) {
      int64_t best = 0;
      for (int64_t j = 1; j < n; ++j) best = x[0].data[r + j] > x[0].data[r + best] ? j : best;
      y.push_back(best);
    }
    return y;
  };
  cases.push_back({"argmax/sample", "nn.argmax", "", {{sample, {6}}}, {{sample, {}, "i32"}}, argmax});
  cases.push_back({"argmax/stages", "nn.argmax", "", {{sample, {4, 6}}}, {{sample, {4}, "i32"}}, argmax});
  cases.push_back({"argmax/rows", "nn.argmax", "", {{rows, {6}}}, {{rows, {}, "i32"}}, argmax});
  cases.push_back({"first_true/copies", "nn.first_true", "{otherwise = 3 : i64}", {{sample, {8, 3}, OperandSpec::Truth}}, {{sample, {8}, "i32"}}, [](const Values &x) {
                     std::vector<double> y;
                     for (int64_t r = 0; r < 8; ++r) {
                       int64_t k = 0;
                       while (k < 3 && !x[0].data[r * 3 + k]) ++k;
                       y.push_back(k);
                     }
                     return y;
                   }});
  Formula take = [](const Values &x) {
    std::vector<double> y;
    int64_t each = x[0].size() / x[0].shape[0];
    for (double k : x[1].data)
      for (int64_t j = 0; j < each; ++j) y.push_back(x[0].data[(int64_t)k * each + j]);
    return y;
  };
  cases.push_back({"take/copies", "nn.take", "", {{sample, {5}}, {sample, {8}, OperandSpec::Index, 5}}, {{sample, {8}}}, take});
  cases.push_back({"take/scalar", "nn.take", "", {{sample, {5, 3}}, {sample, {}, OperandSpec::Index, 5}}, {{sample, {3}}}, take});
  cases.push_back({"take/shared", "nn.take", "", {{shared, {5, 2}}, {sample, {4}, OperandSpec::Index, 5}}, {{sample, {4, 2}}}, take});

  Formula joined = [](const Values &x) {
    std::vector<double> y;
    for (const Tensor &t : x) y.insert(y.end(), t.data.begin(), t.data.end());
    return y;
  };
  cases.push_back({"stack/scalars", "nn.stack", "", {{sample, {}}, {sample, {}}, {sample, {}}}, {{sample, {3}}}, joined});
  cases.push_back({"stack/logits", "nn.stack", "", {{sample, {4}}, {shared, {4}}}, {{sample, {2, 4}}}, joined});
  cases.push_back({"concat/first", "nn.concat", "{dim = 0 : i64}", {{sample, {2, 3}}, {sample, {1, 3}}}, {{sample, {3, 3}}}, joined});
  cases.push_back({"concat/last", "nn.concat", "{dim = 1 : i64}", {{rows, {2}}, {rows, {3}}}, {{rows, {5}}}, [](const Values &x) {
                     std::vector<double> y;
                     for (int64_t r = 0; r < x[0].shape[0]; ++r) {
                       for (int64_t j = 0; j < 2; ++j) y.push_back(x[0].data[r * 2 + j]);
                       for (int64_t j = 0; j < 3; ++j) y.push_back(x[1].data[r * 3 + j]);
                     }
                     return y;
                   }});
  cases.push_back({"slice/inner", "nn.slice", "{" + i64s("offsets", "1, 2") + ", " + i64s("sizes", "2, 3") + "}", {{sample, {4, 6}}}, {{sample, {2, 3}}}, [](const Values &x) {
                     std::vector<double> y;
                     for (int64_t r = 1; r < 3; ++r)
                       for (int64_t c = 2; c < 5; ++c) y.push_back(x[0].data[r * 6 + c]);
                     return y;
                   }});
  cases.push_back({"slice/rows", "nn.slice", "{" + i64s("offsets", "0, 1") + ", " + i64s("sizes", "-1, 2") + "}", {{rows, {4}}}, {{rows, {2}}}, [](const Values &x) {
                     std::vector<double> y;
                     for (int64_t r = 0; r < x[0].shape[0]; ++r) y.insert(y.end(), {x[0].data[r * 4 + 1], x[0].data[r * 4 + 2]});
                     return y;
                   }});
  Formula same = [](const Values &x) { return x[0].data; };
  cases.push_back({"reshape/sample", "nn.reshape", "", {{sample, {4, 6}}}, {{sample, {3, 8}}}, same});
  cases.push_back({"reshape/rows", "nn.reshape", "", {{rows, {6}}}, {{rows, {2, 3}}}, same});
  cases.push_back({"transpose/patches", "nn.transpose", "{" + i64s("permutation", "0, 2, 1, 3") + "}", {{sample, {2, 3, 2, 3}}}, {{sample, {2, 2, 3, 3}}}, [](const Values &x) {
                     std::vector<double> y;
                     for (int64_t a = 0; a < 2; ++a)
                       for (int64_t c = 0; c < 2; ++c)
                         for (int64_t b = 0; b < 3; ++b)
                           for (int64_t d = 0; d < 3; ++d) y.push_back(x[0].data[((a * 3 + b) * 2 + c) * 3 + d]);
                     return y;
                   }});
}

}  // namespace offramp::test
