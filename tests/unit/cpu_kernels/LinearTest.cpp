// Linear layers and their gradients, all epilogues, all ways to compute them, against sums in double precision.
#include "Support.h"

using namespace kernelTest;

namespace {

double epilogueOf(double x, int64_t epilogue) {
  switch (epilogue) {
  case OFFRAMP_EPILOGUE_GELU: return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  case OFFRAMP_EPILOGUE_RELU: return x > 0 ? x : 0;
  case OFFRAMP_EPILOGUE_TANH: return std::tanh(x);
  default: return x;
  }
}

struct Shape {
  int64_t rows, k, n;
};
const Shape shapes[] = {{1, 1, 1},    {1, 128, 10},   {3, 7, 5},      {5, 17, 33},    {6, 64, 64},   {17, 128, 256}, {18, 100, 130},
                        {64, 128, 1}, {50, 33, 1},    {64, 512, 128}, {97, 128, 256}, {200, 49, 128}, {101, 1300, 70}, {600, 64, 128}};

struct Way {
  const char *name;
  EngineOptions options;
};
std::vector<Way> ways() {
  std::vector<Way> all = {{"inference", inMode(EngineMode::Inference)},
                          {"inference, one thread", inMode(EngineMode::Inference, 1)},
                          {"inference, oneDNN", inMode(EngineMode::Inference, 2, GemmChoice::OneDnn)},
                          {"training", inMode(EngineMode::Training)},
                          {"training, oneDNN", inMode(EngineMode::Training, 2, GemmChoice::OneDnn)}};
  for (SimdLevel level : {SimdLevel::V1, SimdLevel::V3})
    if (simdTable(level)) all.push_back({"own, lower level", inMode(EngineMode::Inference, 2, GemmChoice::Own, level)});
  return all;
}

} // namespace

BOOST_AUTO_TEST_CASE(linearMatchesDoubleSums) {
  Random random(1);
  for (const Way &way : ways()) {
    Call call(way.options);
    for (Shape s : shapes)
      for (int64_t epilogue = 0; epilogue <= OFFRAMP_EPILOGUE_ADD; ++epilogue)
        for (bool biased : {true, false}) {
          if (s.rows > 100 && (!biased || epilogue > 1)) continue;   // the loop below takes its time
          Floats x = random.floats(s.rows * s.k), w = random.floats(s.k * s.n), b = random.floats(s.n), y = random.floats(s.rows * s.n), old = y;
          for (float &v : w) v /= std::sqrt(float(s.k));
          engineWeightsChanged(call.kernels());   // the vector may lie where an earlier one did
          y.resize(y.size() + 32, 7.0f);
          offramp_cpu_linear(&call, x.data(), w.data(), biased ? b.data() : nullptr, y.data(), s.rows, s.k, s.n, epilogue);
          std::vector<double> want;
          for (int64_t r = 0; r < s.rows; ++r)
            for (int64_t j = 0; j < s.n; ++j) {
              double sum = biased ? b[size_t(j)] : 0;
              for (int64_t i = 0; i < s.k; ++i) sum += double(x[size_t(r * s.k + i)]) * w[size_t(i * s.n + j)];
              want.push_back(epilogueOf(sum, epilogue) + (epilogue == OFFRAMP_EPILOGUE_ADD ? old[size_t(r * s.n + j)] : 0));
            }
          BOOST_TEST(relativeError(y, want, 1) < 2e-6, way.name << ": " << s.rows << "x" << s.k << "x" << s.n << " epilogue " << epilogue);
          for (size_t i = want.size(); i < y.size(); ++i) BOOST_REQUIRE(y[i] == 7.0f);   // nothing written behind the result
        }
  }
}

BOOST_AUTO_TEST_CASE(gradientsMatchDoubleSums) {
  Random random(2);
  for (const Way &way : ways()) {
    Call call(way.options);
    for (Shape s : shapes)
      for (bool add : {false, true}) {
        Floats x = random.floats(s.rows * s.k), w = random.floats(s.k * s.n), dy = random.floats(s.rows * s.n);
        Floats dx = random.floats(s.rows * s.k), dw = random.floats(s.k * s.n), db = random.floats(s.n);
        std::vector<double> wantX(dx.begin(), dx.end()), wantW(dw.begin(), dw.end()), wantB(db.begin(), db.end());
        for (int64_t r = 0; r < s.rows; ++r)
          for (int64_t i = 0; i < s.k; ++i) {
            double sum = 0;
            for (int64_t j = 0; j < s.n; ++j) {
              sum += double(dy[size_t(r * s.n + j)]) * w[size_t(i * s.n + j)];
              wantW[size_t(i * s.n + j)] += double(x[size_t(r * s.k + i)]) * dy[size_t(r * s.n + j)];
            }
            double &to = wantX[size_t(r * s.k + i)];
            to = add ? to + sum : sum;
          }
        for (int64_t r = 0; r < s.rows; ++r)
          for (int64_t j = 0; j < s.n; ++j) wantB[size_t(j)] += dy[size_t(r * s.n + j)];
        engineWeightsChanged(call.kernels());   // the vector may lie where an earlier one did
        offramp_cpu_linear_dx(&call, dy.data(), w.data(), dx.data(), s.rows, s.k, s.n, add);
        offramp_cpu_linear_dw(&call, x.data(), dy.data(), dw.data(), s.rows, s.k, s.n);
        offramp_cpu_column_sum(&call, dy.data(), db.data(), s.rows, s.n);
        BOOST_TEST(relativeError(dx, wantX, 1) < 2e-6, way.name << ": dx " << s.rows << "x" << s.k << "x" << s.n);
        BOOST_TEST(relativeError(dw, wantW, 1) < 2e-6, way.name << ": dw " << s.rows << "x" << s.k << "x" << s.n);
        BOOST_TEST(relativeError(db, wantB, 1) < 2e-6, way.name << ": column_sum " << s.rows << "x" << s.n);
      }
  }
}

// DESIGN.md 7.1 at its root: in inference a row has the same bits alone, in a batch, and on any number of threads.
BOOST_AUTO_TEST_CASE(rowsDoNotDependOnTheirNeighbours) {
  Random random(3);
  Call one(inMode(EngineMode::Inference, 1)), two(inMode(EngineMode::Inference, 2));
  for (Shape s : {Shape{1, 128, 256}, Shape{1, 512, 128}, Shape{1, 128, 1}, Shape{1, 49, 130}}) {
    const int64_t rows = 333;
    Floats x = random.floats(rows * s.k), w = random.floats(s.k * s.n), b = random.floats(s.n), all(size_t(rows * s.n));
    for (Call *call : {&one, &two}) engineWeightsChanged(call->kernels());
    for (int64_t epilogue : {OFFRAMP_EPILOGUE_NONE, OFFRAMP_EPILOGUE_GELU, OFFRAMP_EPILOGUE_TANH}) {
      offramp_cpu_linear(&two, x.data(), w.data(), b.data(), all.data(), rows, s.k, s.n, epilogue);
      for (int64_t count : {1, 2, 5, 7, 17, 40})
        for (Call *call : {&one, &two}) {
          int64_t begin = random.below(rows - count);
          Floats some(size_t(count * s.n));
          offramp_cpu_linear(call, x.data() + begin * s.k, w.data(), b.data(), some.data(), count, s.k, s.n, epilogue);
          BOOST_TEST(std::equal(some.begin(), some.end(), all.begin() + begin * s.n), "rows " << begin << " + " << count << ", n " << s.n);
        }
    }
  }
}

BOOST_AUTO_TEST_CASE(sameBitsInEveryRunOnAnyThreads) {
  Random random(4);
  for (Shape s : {Shape{1088, 128, 512}, Shape{300, 130, 70}, Shape{520, 70, 260}, Shape{130, 1100, 1030}}) {
    Floats x = random.floats(s.rows * s.k), w = random.floats(s.k * s.n), dy = random.floats(s.rows * s.n), first[3];
    for (int threads : {2, 2, 1, 3, 4, 7}) {
      Call call(inMode(EngineMode::Training, threads));
      Floats out[3] = {Floats(size_t(s.rows * s.n)), Floats(size_t(s.rows * s.k)), Floats(size_t(s.k * s.n), 0.0f)};
      offramp_cpu_linear(&call, x.data(), w.data(), nullptr, out[0].data(), s.rows, s.k, s.n, 0);
      offramp_cpu_linear_dx(&call, dy.data(), w.data(), out[1].data(), s.rows, s.k, s.n, 0);
      offramp_cpu_linear_dw(&call, x.data(), dy.data(), out[2].data(), s.rows, s.k, s.n);
      for (int i = 0; i < 3; ++i) {
        if (first[i].empty()) first[i] = out[i];
        BOOST_TEST((first[i] == out[i]), s.rows << "x" << s.k << "x" << s.n << " on " << threads << ", product " << i);
      }
    }
  }
}

// While a phase trains one layer of a block, the other is packed once, with the bits of before: what lies in its place meanwhile is not read. The next
// phase may train that one.
BOOST_AUTO_TEST_CASE(frozenLayersArePackedOnceAndLearningOnesAreReadAgain) {
  Random random(5);
  const int64_t rows = 200, k = 48, n = 40;
  Call call(inMode(EngineMode::Training));
  Floats block = random.floats(2 * k * n), x = random.floats(rows * k), dy = random.floats(rows * n);
  auto products = [&](int64_t layer) { return layerProducts(call, block.data() + layer * k * n, x, dy, rows, k, n); };
  auto twice = [](Floats values) {
    for (float &v : values) v *= 2;
    return values;
  };
  auto doubleBlock = [&] {
    for (float &v : block) v *= 2;
  };
  auto train = [&](int64_t layer) {
    const offramp_range range{layer * k * n, k * n, 1, 0};
    engineSetUpdates(call.kernels(), block.data(), nullptr, &range, 1);
  };
  const Floats first = products(0), second = products(1);
  train(1);
  BOOST_TEST((products(0) == first && products(1) == second));
  doubleBlock();
  BOOST_TEST((products(0) == first && products(1) == twice(second)));
  engineWeightsChanged(call.kernels());
  BOOST_TEST((products(0) == twice(first)));
  train(0);
  BOOST_TEST((products(1) == twice(second)));
  doubleBlock();
  BOOST_TEST((products(0) == twice(twice(first)) && products(1) == twice(second)));
}

BOOST_AUTO_TEST_CASE(noRowsIsNoCall) {
  Call call;
  float x = 1, w = 1, y = 5;
  offramp_cpu_linear(&call, &x, &w, nullptr, &y, 0, 1, 1, 0);
  offramp_cpu_linear_dx(&call, &x, &w, &y, 0, 1, 1, 0);
  offramp_cpu_linear_dw(&call, &x, &x, &y, 0, 1, 1);
  offramp_cpu_column_sum(&call, &x, &y, 0, 1);
  BOOST_TEST(y == 5.0f);
}

BOOST_AUTO_TEST_CASE(notANumberStaysVisible) {
  Call call;
  Floats x = {NAN, 1.0f}, w(2 * 20, 1.0f), y(20);
  for (int64_t epilogue : {OFFRAMP_EPILOGUE_NONE, OFFRAMP_EPILOGUE_GELU, OFFRAMP_EPILOGUE_RELU, OFFRAMP_EPILOGUE_TANH}) {
    offramp_cpu_linear(&call, x.data(), w.data(), nullptr, y.data(), 1, 2, 20, epilogue);
    for (float v : y) BOOST_TEST(std::isnan(v), "epilogue " << epilogue);
  }
}
