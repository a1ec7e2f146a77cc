// Cases of O9 … O13, O21, O34, O35. Formulas are written from the spec, index by index.
#include "tests/conformance/OpCase.h"

#include <cmath>

namespace offramp::test {

using reference::Tensor;
using Values = std::vector<Tensor>;

namespace {

std::vector<double> linear(const Values &x) {
  int64_t k = x[1].shape[0], n = x[1].shape[1];
  std::vector<double> y;
  for (int64_t r = 0; r < x[0].size() / k; ++r)
    for (int64_t j = 0; j < n; ++j) {
      double s = x.size() > 2 ? x[2].data[j] : 0;
      for (int64_t i = 0; i < k; ++i) s += x[0].data[r * k + i] * x[1].data[i * n + j];
      y.push_back(s);
    }
  return y;
}

/// f on every stretch of the last dimension.
Formula perStretch(std::function<void(std::vector<double> &)> f) {
  return [f](const Values &x) {
    std::vector<double> y;
    int64_t n = x[0].shape.back();
    for (int64_t r = 0; r < x[0].size(); r += n) {
      std::vector<double> v(x[0].data.begin() + r, x[0].data.begin() + r + n);
      f(v);
      y.insert(y.end(), v.begin(), v.end());
    }
    return y;
  };
}
void softmax(std::vector<double> &v) {
  double s = 0;
  for (double &e : v) s += e = std::exp(e);
  for (double &e : v) e /= s;
}
void normalize(std::vector<double> &v) {
  double mean = 0, square = 0;
  for (double e : v) mean += e / v.size(), square += e * e / v.size();
  for (double &e : v) e = (e - mean) / std::sqrt(square - mean * mean + 1e-5);
}
std::vector<double> crossEntropy(const Values &x) {
  int64_t n = x[0].shape.back();
  std::vector<double> y;
  for (int64_t r = 0; r < x[0].size(); r += n) {
    double s = 0;
    for (int64_t j = 0; j < n; ++j) s += std::exp(x[0].data[r + j]);
    y.push_back(std::log(s) - x[0].data[r + (int64_t)x[1].data[0]]);
  }
  return y;
}

Formula attention(int64_t heads) {
  return [heads](const Values &x) {
    int64_t d = x[0].shape.back(), queries = x[0].size() / d, keys = x[1].shape[0], width = d / heads;
    std::vector<double> y(x[0].size());
    for (int64_t q = 0; q < queries; ++q)
      for (int64_t c = 0; c < d; ++c) {
        double sum = 0, weighted = 0;
        for (int64_t t = 0; t < keys; ++t) {
          double score = 0;
          for (int64_t j = 0; j < width; ++j) score += x[0].data[q * d + c / width * width + j] * x[1].data[t * 2 * d + c / width * width + j];
          double e = std::exp(score / std::sqrt((double)width));
          sum += e;
          weighted += e * x[1].data[t * 2 * d + d + c];
        }
        y[q * d + c] = weighted / sum;
      }
    return y;
  };
}

Formula conv2d(int64_t stride, int64_t pad) {
  return [stride, pad](const Values &x) {
    const Tensor &in = x[0], &w = x[1];
    int64_t h = (in.shape[1] + 2 * pad - w.shape[2]) / stride + 1, v = (in.shape[2] + 2 * pad - w.shape[3]) / stride + 1;
    std::vector<double> y;
    for (int64_t o = 0; o < w.shape[0]; ++o)
      for (int64_t r = 0; r < h; ++r)
        for (int64_t c = 0; c < v; ++c) {
          double s = x.size() > 2 ? x[2].data[o] : 0;
          for (int64_t i = 0; i < w.shape[1]; ++i)
            for (int64_t a = 0; a < w.shape[2]; ++a)
              for (int64_t b = 0; b < w.shape[3]; ++b) {
                int64_t row = r * stride - pad + a, column = c * stride - pad + b;
                bool inside = row >= 0 && column >= 0 && row < in.shape[1] && column < in.shape[2];
                s += inside ? in.data[(i * in.shape[1] + row) * in.shape[2] + column] * w.data[((o * w.shape[1] + i) * w.shape[2] + a) * w.shape[3] + b] : 0;
              }
          y.push_back(s);
        }
    return y;
  };
}

}  // namespace

void addContractionCases(std::vector<OpCase> &cases) {
  const Place rows = Place::Rows, sample = Place::Sample, shared = Place::Shared;
  cases.push_back({"linear/rows", "nn.linear", "", {{rows, {6}}, {shared, {6, 5}}, {shared, {5}}}, {{rows, {5}}}, linear});
  cases.push_back({"linear/rows-wide", "nn.linear", "", {{rows, {48}}, {shared, {48, 96}}, {shared, {96}}}, {{rows, {96}}}, linear});
  cases.push_back({"linear/no-bias", "nn.linear", "", {{rows, {6}}, {shared, {6, 5}}}, {{rows, {5}}}, linear});
  cases.push_back({"linear/sample", "nn.linear", "", {{sample, {7}}, {shared, {7, 1}}, {shared, {1}}}, {{sample, {1}}}, linear});
  cases.push_back({"linear/matrix", "nn.linear", "", {{sample, {3, 7}}, {shared, {7, 4}}, {shared, {4}}}, {{sample, {3, 4}}}, linear});

  for (auto [place, name, item] : {std::tuple{rows, "rows", std::vector<int64_t>{9}}, {sample, "sample", {16}}, {sample, "matrix", {3, 5}}}) {
    cases.push_back({std::string("normalize/") + name, "nn.normalize", "{eps = 1.0e-5 : f64}", {{place, item}}, {{place, item}}, perStretch(normalize)});
    cases.push_back({std::string("softmax/") + name, "nn.softmax", "", {{place, item}}, {{place, item}}, perStretch(softmax)});
    cases.push_back({std::string("log_softmax/") + name, "nn.log_softmax", "", {{place, item}}, {{place, item}}, perStretch([](std::vector<double> &v) {
                       softmax(v);
                       for (double &e : v) e = std::log(e);
                     })});
  }
  OperandSpec label{sample, {}, OperandSpec::Index, 5};
  cases.push_back({"cross_entropy/one", "nn.cross_entropy", "", {{sample, {5}}, label}, {{sample, {}}}, crossEntropy});
  cases.push_back({"cross_entropy/stages", "nn.cross_entropy", "", {{sample, {4, 5}}, label}, {{sample, {4}}}, crossEntropy});

  for (int64_t heads : {1, 2, 4}) {
    std::string attributes = "{heads = " + std::to_string(heads) + " : i64}", name = "-heads-" + std::to_string(heads);
    cases.push_back({"attention/rows" + name, "nn.attention", attributes, {{rows, {8}}, {rows, {16}}}, {{rows, {8}}}, attention(heads)});
    cases.push_back({"attention/first" + name, "nn.attention", attributes, {{sample, {8}}, {rows, {16}}}, {{sample, {8}}}, attention(heads)});
  }
  // Queries behind the first row over keys of all rows: what is computed for those who stay.
  cases.push_back({"attention/rest", "nn.attention", "{heads = 2 : i64}", {{Place::Rest, {8}}, {rows, {16}}}, {{Place::Rest, {8}}}});
  cases.push_back({"gather/sample", "nn.gather", "", {{shared, {7, 3}}, {sample, {4}, OperandSpec::Index, 7}}, {{sample, {4, 3}}}, [](const Values &x) {
                     std::vector<double> y;
                     for (double id : x[1].data)
                       for (int64_t j = 0; j < 3; ++j) y.push_back(x[0].data[(int64_t)id * 3 + j]);
                     return y;
                   }});
  for (auto [stride, pad] : {std::pair<int64_t, int64_t>{1, 1}, {2, 1}, {1, 0}}) {
    int64_t h = (6 + 2 * pad - 3) / stride + 1, w = (5 + 2 * pad - 3) / stride + 1;
    std::string attributes = "{stride = " + std::to_string(stride) + " : i64, pad = " + std::to_string(pad) + " : i64}";
    cases.push_back({"conv2d/stride-" + std::to_string(stride) + "-pad-" + std::to_string(pad), "nn.conv2d", attributes,
                     {{sample, {2, 6, 5}}, {shared, {3, 2, 3, 3}}, {shared, {3}}}, {{sample, {3, h, w}}}, conv2d(stride, pad)});
  }
  cases.push_back({"max_pool2d/2", "nn.max_pool2d", "{size = 2 : i64, stride = 2 : i64}", {{sample, {2, 4, 6}}}, {{sample, {2, 2, 3}}}, [](const Values &x) {
                     std::vector<double> y;
                     for (int64_t c = 0; c < 2; ++c)
                       for (int64_t r = 0; r < 4; r += 2)
                         for (int64_t s = 0; s < 6; s += 2) {
                           auto at = [&](int64_t i, int64_t j) { return x[0].data[(c * 4 + r + i) * 6 + s + j]; };
                           y.push_back(std::fmax(std::fmax(at(0, 0), at(0, 1)), std::fmax(at(1, 0), at(1, 1))));
                         }
                     return y;
                   }});
}

}  // namespace offramp::test
