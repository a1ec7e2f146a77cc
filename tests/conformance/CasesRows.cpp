// Cases of O14 … O20, O32. A sample with one row is among the inputs of every case (its rest is empty).
#include "tests/conformance/OpCase.h"

#include "runtime/abi/Random.h"

namespace offramp::test {

using reference::Tensor;
using Values = std::vector<Tensor>;

void addRowCases(std::vector<OpCase> &cases) {
  const Place rows = Place::Rows, sample = Place::Sample, shared = Place::Shared;
  cases.push_back({"row/0", "nn.row", "", {{rows, {5}}}, {{sample, {5}}}, [](const Values &x) {
                     return std::vector<double>(x[0].data.begin(), x[0].data.begin() + 5);
                   }});
  cases.push_back({"mean_rows/vector", "nn.mean_rows", "", {{rows, {5}}}, {{sample, {5}}}, [](const Values &x) {
                     std::vector<double> y(5);
                     for (int64_t i = 0; i < x[0].size(); ++i) y[i % 5] += x[0].data[i] / x[0].shape[0];
                     return y;
                   }});
  cases.push_back({"sum_rows/vector", "nn.sum_rows", "", {{rows, {5}}}, {{sample, {5}}}, [](const Values &x) {
                     std::vector<double> y(5);
                     for (int64_t i = 0; i < x[0].size(); ++i) y[i % 5] += x[0].data[i];
                     return y;
                   }});
  for (auto [place, name] : {std::pair{sample, "sample"}, {shared, "shared"}}) {
    cases.push_back({std::string("spread/") + name, "nn.spread", "", {{place, {5}}, {rows, {2}}}, {{rows, {5}}}, [](const Values &x) {
                       std::vector<double> y;
                       for (int64_t r = 0; r < x[1].shape[0]; ++r) y.insert(y.end(), x[0].data.begin(), x[0].data.end());
                       return y;
                     }});
  }
  cases.push_back({"spread/mean", "nn.spread", "{mean = true}", {{sample, {5}}, {rows, {2}}}, {{rows, {5}}}, [](const Values &x) {
                     std::vector<double> y;
                     for (int64_t r = 0; r < x[1].shape[0]; ++r)
                       for (double v : x[0].data) y.push_back(v / x[1].shape[0]);
                     return y;
                   }});
  cases.push_back({"spread/rest", "nn.spread", "", {{sample, {5}}, {Place::Rest, {2}}}, {{Place::Rest, {5}}}});
  cases.push_back({"positions/rows", "nn.positions", "", {{rows, {5}}}, {{rows, {}, "i32"}}, [](const Values &x) {
                     std::vector<double> y;
                     for (int64_t r = 0; r < x[0].shape[0]; ++r) y.push_back(r);
                     return y;
                   }});
  cases.push_back({"add_row/vector", "nn.add_row", "", {{rows, {5}}, {sample, {5}}}, {{rows, {5}}}, [](const Values &x) {
                     std::vector<double> y = x[0].data;
                     for (int64_t j = 0; j < 5; ++j) y[j] += x[1].data[j];
                     return y;
                   }});
  // Draws of several samples: the harness checks them against the reference; their numbers are in tests/unit/reference.
  cases.push_back({"uniform/sample", "nn.uniform", "{site = 3 : i64}", {}, {{sample, {4, 3}}}});
  cases.push_back({"uniform/stage", "nn.uniform", "{site = 3 : i64, stage = 2 : i64}", {}, {{sample, {6}}}});
  cases.push_back({"uniform/rows", "nn.uniform", "{site = 1 : i64}", {{rows, {3}}}, {{rows, {3}}}});
}

}  // namespace offramp::test
