// Cases of the adjoint ops (A1 …): against the reference, whose adjoints are checked by central differences in tests/unit/reference. Shared
// results are sums over rows and samples, so ragged batches are what these cases are about.
#include "tests/conformance/OpCase.h"

namespace offramp::test {

void addAdjointCases(std::vector<OpCase> &cases) {
  const Place rows = Place::Rows, sample = Place::Sample, shared = Place::Shared;
  const OperandSpec label{sample, {}, OperandSpec::Index, 5};
  auto add = [&](OpCase c) { cases.push_back(std::move(c)); };
  add({"sum_to/rows", "nn.sum_to", "", {{rows, {5}}}, {{shared, {5}}}});
  add({"sum_to/rows-scalar", "nn.sum_to", "", {{rows, {5}}}, {{shared, {}}}});
  add({"sum_to/sample", "nn.sum_to", "", {{sample, {3, 4}}}, {{shared, {4}}}});
  add({"sum_samples/vector", "nn.sum_samples", "", {{sample, {4}}}, {{shared, {4}}}});
  add({"mean_samples/scalar", "nn.mean_samples", "", {{sample, {}}}, {{shared, {}}}});
  add({"spread_samples/mean", "nn.spread_samples", "{mean = true}", {{shared, {4}}}, {{sample, {4}}}});
  add({"gelu_dx/rows", "nn.gelu_dx", "", {{rows, {6}}, {rows, {6}}}, {{rows, {6}}}});
  add({"gelu_dx/sample", "nn.gelu_dx", "", {{sample, {3, 4}}, {sample, {3, 4}}}, {{sample, {3, 4}}}});
  add({"normalize_dx/sample", "nn.normalize_dx", "{eps = 1.0e-5 : f64}", {{sample, {3, 9}}, {sample, {3, 9}}}, {{sample, {3, 9}}}});
  add({"linear_dx/rows", "nn.linear_dx", "", {{rows, {6}}, {shared, {7, 6}}}, {{rows, {7}}}});
  add({"linear_dx/sample", "nn.linear_dx", "", {{sample, {6}}, {shared, {7, 6}}}, {{sample, {7}}}});
  add({"linear_dw/rows", "nn.linear_dw", "", {{rows, {6}}, {rows, {5}}}, {{shared, {6, 5}}}});
  add({"linear_dw/sample", "nn.linear_dw", "", {{sample, {6}}, {sample, {5}}}, {{shared, {6, 5}}}});
  add({"linear_dw/matrix", "nn.linear_dw", "", {{sample, {3, 6}}, {sample, {3, 5}}}, {{shared, {6, 5}}}});
  add({"normalize_dx/rows", "nn.normalize_dx", "{eps = 1.0e-5 : f64}", {{rows, {9}}, {rows, {9}}}, {{rows, {9}}}});
  add({"cross_entropy_dx/stages", "nn.cross_entropy_dx", "", {{sample, {4, 5}}, label, {sample, {4}}}, {{sample, {4, 5}}}});
  add({"attention_grad/rows", "nn.attention_grad", "{heads = 2 : i64}", {{rows, {8}}, {rows, {16}}, {rows, {8}}}, {{rows, {8}}, {rows, {16}}}});
  add({"attention_grad/first", "nn.attention_grad", "{heads = 2 : i64}", {{sample, {8}}, {rows, {16}}, {sample, {8}}}, {{sample, {8}}, {rows, {16}}}});
  add({"gather_dw/sample", "nn.gather_dw", "", {{sample, {6}, OperandSpec::Index, 4}, {sample, {6, 3}}}, {{shared, {4, 3}}}});
  add({"gather_dw/rows", "nn.gather_dw", "", {{rows, {}, OperandSpec::Index, 4}, {rows, {3}}}, {{shared, {4, 3}}}});
  add({"take_dx/copies", "nn.take_dx", "", {{sample, {8}, OperandSpec::Index, 5}, {sample, {8}}}, {{sample, {5}}}});
  add({"pad/inner", "nn.pad", "{offsets = array<i64: 1, 2>}", {{sample, {2, 3}}}, {{sample, {4, 6}}}});
  add({"conv2d_dx/stride-1", "nn.conv2d_dx", "{stride = 1 : i64, pad = 1 : i64}", {{sample, {3, 6, 5}}, {shared, {3, 2, 3, 3}}}, {{sample, {2, 6, 5}}}});
  add({"conv2d_dw/stride-2", "nn.conv2d_dw", "{stride = 2 : i64, pad = 1 : i64}", {{sample, {2, 6, 5}}, {sample, {3, 3, 3}}}, {{shared, {3, 2, 3, 3}}}});
  add({"max_pool2d_dx/2", "nn.max_pool2d_dx", "{size = 2 : i64, stride = 2 : i64}", {{sample, {2, 4, 6}}, {sample, {2, 2, 3}}}, {{sample, {2, 4, 6}}}});
}

std::vector<OpCase> opCases() {
  std::vector<OpCase> cases;
  addElementwiseCases(cases);
  addContractionCases(cases);
  addRowCases(cases);
  addShapeCases(cases);
  addAdjointCases(cases);
  return cases;
}

}  // namespace offramp::test
