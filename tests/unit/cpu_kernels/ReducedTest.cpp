// Products in bf16 and int8: every kernel that this CPU has, and the kernels for instructions that it may lack over models of these, against
// sums in double precision over the operands as they are rounded. Prints which kernels it ran.
#include "ReducedSupport.h"

#include <algorithm>

using namespace kernelTest;

namespace {

// Operands as docs/spec/numerics.md says they are rounded.
struct Rounded {
  std::vector<double> x, w;   // [rows, k], [k, n]
};
Rounded roundedOperands(Precision precision, const Floats &x, const Floats &w, int64_t rows, int64_t k, int64_t n) {
  Rounded r{{x.begin(), x.end()}, {w.begin(), w.end()}};
  if (precision == Precision::Bf16) {
    for (double &v : r.x) v = bf16(float(v));
    for (double &v : r.w) v = bf16(float(v));
    return r;
  }
  for (int64_t i = 0; i < rows; ++i) {
    float low = 0, high = 0;
    for (int64_t s = 0; s < k; ++s) low = std::min(low, x[size_t(i * k + s)]), high = std::max(high, x[size_t(i * k + s)]);
    float range = high - low, inverse = 255 / range, zero = std::nearbyint(-low * inverse);
    for (int64_t s = 0; s < k; ++s) {
      double code = std::clamp(std::nearbyint(x[size_t(i * k + s)] * inverse) + zero, 0.0f, 255.0f);
      r.x[size_t(i * k + s)] = double(range / 255) * (code - zero);
    }
  }
  for (int64_t j = 0; j < n; ++j) {
    auto magnitude = [&](int64_t s) { return s < k ? std::fabs(w[size_t(s * n + j)]) : 0.0f; };
    float greatest = 0, pair = 0;
    for (int64_t s = 0; s < k; s += 2) greatest = std::max({greatest, magnitude(s), magnitude(s + 1)}), pair = std::max(pair, magnitude(s) + magnitude(s + 1));
    const float scale = std::max(greatest / 127, pair / 127.999f), inverse = std::min(127 / greatest, 127.999f / pair);
    for (int64_t s = 0; s < k; ++s) r.w[size_t(s * n + j)] = double(scale) * double(std::nearbyint(w[size_t(s * n + j)] * inverse));
  }
  return r;
}

double epilogueOf(double x, int64_t epilogue) {
  switch (epilogue) {
  case OFFRAMP_EPILOGUE_GELU: return 0.5 * x * (1 + std::erf(x / std::sqrt(2.0)));
  case OFFRAMP_EPILOGUE_RELU: return x > 0 ? x : 0;
  case OFFRAMP_EPILOGUE_TANH: return std::tanh(x);
  default: return x;
  }
}

std::vector<double> productOf(const std::vector<double> &x, const std::vector<double> &w, const Floats *bias, const Floats &old, int64_t rows, int64_t k,
                              int64_t n, int64_t epilogue) {
  std::vector<double> y;
  for (int64_t i = 0; i < rows; ++i) {
    std::vector<double> sums(static_cast<size_t>(n), 0.0);
    for (int64_t s = 0; s < k; ++s)
      for (int64_t j = 0; j < n; ++j) sums[size_t(j)] += x[size_t(i * k + s)] * w[size_t(s * n + j)];
    for (int64_t j = 0; j < n; ++j) {
      double v = epilogueOf(sums[size_t(j)] + (bias ? double((*bias)[size_t(j)]) : 0.0), epilogue);
      y.push_back(epilogue == OFFRAMP_EPILOGUE_ADD ? v + old[size_t(i * n + j)] : v);
    }
  }
  return y;
}

// The kernel without an engine, on one thread.
void multiply(const ReducedKernel &kernel, const Floats &x, const Floats &w, const Floats *bias, Floats &y, int64_t rows, int64_t k, int64_t n,
              int64_t epilogue) {
  const int64_t panels = (n + kernel.panelWidth - 1) / kernel.panelWidth, block = kernel.blockRows(k);
  auto packed = memoryOf(kernel.weightBytes(k, n)), left = memoryOf(kernel.leftBytes(std::min(rows, block), k));
  for (int64_t p = 0; p < panels; ++p) kernel.packWeights(w.data(), k, n, p, p + 1, packed.get());
  for (int64_t begin = 0; begin < rows; begin += block) {
    const int64_t some = std::min(block, rows - begin);
    for (int64_t r = 0; r < some; r += kernel.tileRows) kernel.convertRows(x.data() + begin * k, some, k, r, std::min(some, r + kernel.tileRows), left.get());
    ReducedArgs args{left.get(), packed.get(), bias ? bias->data() : nullptr, y.data() + begin * n, n, some, k, n, epilogue};
    kernel.multiply(&args, 0, panels);
  }
}

struct Shape {
  int64_t rows, k, n;
};
const Shape shapes[] = {{1, 32, 32},   {2, 33, 35},   {3, 47, 63},   {5, 64, 64},  {6, 100, 130}, {7, 129, 96},  {15, 65, 33},  {16, 128, 256},
                        {17, 96, 49},  {31, 63, 80},  {32, 64, 32},  {33, 61, 77}, {47, 77, 48},  {48, 128, 112}, {49, 99, 65}, {63, 37, 129},
                        {64, 512, 64}, {70, 101, 81}, {70, 781, 34}, {5, 1300, 70}, {101, 1301, 33}, {13, 768, 64},
                        {101, 701, 70}};

} // namespace

BOOST_AUTO_TEST_CASE(kernelsMatchDoubleSumsOfRoundedOperands) {
  Random random(11);
  for (Shape s : shapes)
    for (int64_t epilogue = 0; epilogue <= OFFRAMP_EPILOGUE_ADD; ++epilogue) {
      const bool biased = (s.rows + epilogue) % 2;
      Floats x = random.floats(s.rows * s.k), w = random.floats(s.k * s.n), bias = random.floats(s.n), old = random.floats(s.rows * s.n);
      for (float &v : w) v /= std::sqrt(float(s.k));
      for (Precision precision : {Precision::Bf16, Precision::Int8}) {
        Rounded rounded = roundedOperands(precision, x, w, s.rows, s.k, s.n);
        std::vector<double> want = productOf(rounded.x, rounded.w, biased ? &bias : nullptr, old, s.rows, s.k, s.n, epilogue);
        std::vector<double> exact = productOf({x.begin(), x.end()}, {w.begin(), w.end()}, biased ? &bias : nullptr, old, s.rows, s.k, s.n, epilogue);
        for (const Kernel &k : kernelsHere()) {
          if (k.precision != precision) continue;
          std::string what = k.name() + ": " + std::to_string(s.rows) + "x" + std::to_string(s.k) + "x" + std::to_string(s.n) + " epilogue " + std::to_string(epilogue);
          auto check = [&](Floats &y) {
            BOOST_TEST(relativeError(y, want, 1) < 2e-6, what);
            BOOST_TEST(relativeError(y, exact, 1) < (precision == Precision::Bf16 ? 1e-2 : 2e-2), what);
            for (size_t i = want.size(); i < y.size(); ++i) BOOST_REQUIRE(y[i] == 7.0f);   // nothing written behind the result
          };
          Floats y = old;
          y.resize(y.size() + 64, 7.0f);
          multiply(*k.kernel, x, w, biased ? &bias : nullptr, y, s.rows, s.k, s.n, epilogue);
          check(y);
          if (k.model) continue;
          for (int threads : {1, 2, 3}) {
            Call call(inPrecision(precision, k.kernel, threads));
            y = old;
            y.resize(y.size() + 64, 7.0f);
            offramp_cpu_linear(&call, x.data(), w.data(), biased ? bias.data() : nullptr, y.data(), s.rows, s.k, s.n, epilogue);
            check(y);
          }
        }
      }
    }
}

// Sums of whole numbers are exact: all int8 kernels give the same bits.
BOOST_AUTO_TEST_CASE(int8KernelsAgreeBitForBit) {
  Random random(12);
  for (Shape s : shapes) {
    Floats x = random.floats(s.rows * s.k), w = random.floats(s.k * s.n), bias = random.floats(s.n), first;
    for (int64_t i = 0; i < s.k; ++i) x[size_t(i)] = std::fabs(x[size_t(i)]);   // a one-sided row
    for (const Kernel &k : kernelsHere()) {
      if (k.precision != Precision::Int8) continue;
      Floats y(size_t(s.rows * s.n));
      multiply(*k.kernel, x, w, &bias, y, s.rows, s.k, s.n, OFFRAMP_EPILOGUE_NONE);
      if (first.empty()) first = y;
      BOOST_TEST((y == first), k.name() << ": " << s.rows << "x" << s.k << "x" << s.n);
    }
  }
}

// Pairs of neighbouring weights whose codes together are as large as they may be: one alone, halves, near halves of either parity, and the second
// weight of a pair missing.
BOOST_AUTO_TEST_CASE(largestPairsOfCodesAreExact) {
  const int64_t rows = 2, n = 40;
  for (int64_t k : {40, 41})
    for (float share : {0.0f, 1e-3f, 0.25f, 0.492191f, 0.496093f, 0.496097f, 0.5f}) {
      Floats x(size_t(rows * k), 1.0f), w(size_t(k * n)), first(size_t(rows * n));
      for (int64_t i = 0; i < k; ++i) x[size_t(k + i)] = i % 3 ? 1.0f : -1.0f;
      for (int64_t s = 0; s < k; ++s)
        for (int64_t j = 0; j < n; ++j) w[size_t(s * n + j)] = (s % 2 ? share : 1 - share) * (j % 2 ? -1.0f : 1.0f);
      const Rounded rounded = roundedOperands(Precision::Int8, x, w, rows, k, n);
      const std::vector<double> want = productOf(rounded.x, rounded.w, nullptr, first, rows, k, n, OFFRAMP_EPILOGUE_NONE);
      for (const Kernel &kernel : kernelsHere()) {
        if (kernel.precision != Precision::Int8) continue;
        Floats y(size_t(rows * n));
        multiply(*kernel.kernel, x, w, nullptr, y, rows, k, n, OFFRAMP_EPILOGUE_NONE);
        BOOST_TEST(relativeError(y, want, 1) < 2e-6, kernel.name() << ": k " << k << ", share " << share);
      }
    }
}

// DESIGN.md 7.1: a row has the same bits alone, in a batch, and on any number of threads.
BOOST_AUTO_TEST_CASE(rowsDoNotDependOnTheirNeighbours) {
  Random random(13);
  for (auto [k, n] : {std::pair<int64_t, int64_t>{128, 256}, {512, 128}, {49, 130}, {1000, 40}}) {
    const int64_t rows = 333;
    Floats x = random.floats(rows * k), w = random.floats(k * n), bias = random.floats(n), all(size_t(rows * n));
    for (const Kernel &kernel : kernelsHere()) {
      if (kernel.model) continue;
      Call one(inPrecision(kernel.precision, kernel.kernel, 1)), three(inPrecision(kernel.precision, kernel.kernel, 3));
      for (int64_t epilogue : {OFFRAMP_EPILOGUE_NONE, OFFRAMP_EPILOGUE_GELU}) {
        offramp_cpu_linear(&three, x.data(), w.data(), bias.data(), all.data(), rows, k, n, epilogue);
        for (int64_t count : {1, 2, 5, 16, 17, 33, 64, 70})
          for (Call *call : {&one, &three}) {
            int64_t begin = random.below(rows - count);
            Floats some(size_t(count * n));
            offramp_cpu_linear(call, x.data() + begin * k, w.data(), bias.data(), some.data(), count, k, n, epilogue);
            BOOST_TEST(std::equal(some.begin(), some.end(), all.begin() + begin * n), kernel.name() << ": rows " << begin << " + " << count << ", n " << n);
          }
      }
    }
  }
}

BOOST_AUTO_TEST_CASE(weightsArePackedAgainWhenTheyChange) {
  Random random(14);
  const int64_t rows = 4, k = 64, n = 96;
  Floats x = random.floats(rows * k), w = random.floats(k * n);
  for (const Kernel &kernel : kernelsHere()) {
    if (kernel.model) continue;
    Call call(inPrecision(kernel.precision, kernel.kernel));
    Floats before(size_t(rows * n)), kept = before, after = before;
    offramp_cpu_linear(&call, x.data(), w.data(), nullptr, before.data(), rows, k, n, 0);
    Floats changed = w;
    for (float &v : w) v *= -2;
    offramp_cpu_linear(&call, x.data(), w.data(), nullptr, kept.data(), rows, k, n, 0);
    BOOST_TEST((kept == before), kernel.name());
    engineWeightsChanged(call.kernels());
    offramp_cpu_linear(&call, x.data(), w.data(), nullptr, after.data(), rows, k, n, 0);
    for (size_t i = 0; i < before.size(); ++i) BOOST_REQUIRE(after[i] == -2 * before[i]);
    w = changed;
  }
}

BOOST_AUTO_TEST_CASE(smallProductsStayF32) {
  Random random(15);
  Call plain(inPrecision(Precision::F32)), bf16(inPrecision(Precision::Bf16)), int8(inPrecision(Precision::Int8));
  for (auto [k, n] : {std::pair<int64_t, int64_t>{128, 10}, {128, 1}, {31, 64}, {kReducedDepth + 1, 32}}) {
    Floats x = random.floats(3 * k), w = random.floats(k * n), want(size_t(3 * n)), y = want;
    offramp_cpu_linear(&plain, x.data(), w.data(), nullptr, want.data(), 3, k, n, 0);
    for (Call *call : {&bf16, &int8}) {
      offramp_cpu_linear(call, x.data(), w.data(), nullptr, y.data(), 3, k, n, 0);
      BOOST_TEST((y == want), k << "x" << n);
    }
    for (Call *call : {&plain, &bf16, &int8}) engineWeightsChanged(call->kernels());
  }
}

// The deepest int8 product with the largest codes: 255 by pairs of 64, whose products fill 16 bits. The sum still fits.
BOOST_AUTO_TEST_CASE(deepestInt8SumsAreExact) {
  const int64_t k = kReducedDepth, n = 32;
  Floats x(size_t(2 * k), 1.0f), w(size_t(k * n), 1.0f), y(size_t(2 * n));
  for (int64_t i = 0; i < k; ++i) x[size_t(k + i)] = -1.0f;
  for (const Kernel &kernel : kernelsHere()) {
    if (kernel.precision != Precision::Int8 || (kernel.model && kernel.kernel->panelWidth == 32)) continue;   // the tile model takes its time
    multiply(*kernel.kernel, x, w, nullptr, y, 2, k, n, 0);
    const double sum = 65536 * 64.0 * double(2 / 127.999f);
    for (int64_t j = 0; j < 2 * n; ++j) BOOST_TEST(std::fabs(y[size_t(j)] - (j < n ? sum : -sum)) < 0.1, kernel.name());
  }
}

BOOST_AUTO_TEST_CASE(whatIsNotFiniteStaysVisible) {
  Random random(16);
  const int64_t k = 70, n = 40;
  for (const Kernel &kernel : kernelsHere())
    for (float bad : {float(NAN), float(INFINITY), -float(INFINITY)}) {
      Floats x = random.floats(3 * k), w = random.floats(k * n), y(size_t(3 * n));
      x[size_t(k + 69)] = bad;
      multiply(*kernel.kernel, x, w, nullptr, y, 3, k, n, 0);
      for (int64_t j = 0; j < n; ++j) {
        BOOST_TEST(std::isfinite(y[size_t(j)]), kernel.name());
        BOOST_TEST(!std::isfinite(y[size_t(n + j)]), kernel.name());
        BOOST_TEST(std::isfinite(y[size_t(2 * n + j)]), kernel.name());
      }
      x[size_t(k + 69)] = 1;
      w[size_t(5 * n + 33)] = bad;
      multiply(*kernel.kernel, x, w, nullptr, y, 3, k, n, 0);
      for (int64_t j = 0; j < 3 * n; ++j) BOOST_TEST(std::isfinite(y[size_t(j)]) == (j % n != 33), kernel.name());
    }
}

BOOST_AUTO_TEST_CASE(zerosAndTinyNumbersGiveZero) {
  for (const Kernel &kernel : kernelsHere()) {
    if (kernel.precision != Precision::Int8) continue;
    Floats x(64, 0.0f), w(64 * 32, 1.0f), y(32, 5.0f);
    for (float v : {0.0f, -0.0f, 1e-38f, -1e-38f}) {
      x.assign(64, v);
      multiply(*kernel.kernel, x, w, nullptr, y, 1, 64, 32, 0);
      for (float out : y) BOOST_TEST(out == 0.0f);
      x.assign(64, 1.0f), w.assign(64 * 32, v);
      multiply(*kernel.kernel, x, w, nullptr, y, 1, 64, 32, 0);
      for (float out : y) BOOST_TEST(out == 0.0f);
      w.assign(64 * 32, 1.0f);
    }
  }
}

BOOST_AUTO_TEST_CASE(packedWeightsTakeTheRunsPrecision) {
  Random random(17);
  const int64_t k = 512, n = 512;
  Floats x = random.floats(k), w = random.floats(k * n), y(static_cast<size_t>(n));
  auto bytes = [&](Precision precision) {
    Call call(inPrecision(precision));
    offramp_cpu_linear(&call, x.data(), w.data(), nullptr, y.data(), 1, k, n, 0);
    return double(engineBytes(call.kernels()));
  };
  const double whole = bytes(Precision::F32);
  BOOST_TEST(bytes(Precision::Bf16) < 0.55 * whole);
  BOOST_TEST(bytes(Precision::Int8) < 0.30 * whole);
}

BOOST_AUTO_TEST_CASE(enginesNameTheirKernel) {
  for (const Kernel &kernel : kernelsHere()) {
    if (kernel.model) continue;
    Call call(inPrecision(kernel.precision, kernel.kernel));
    std::string want = kernel.kernel->name;
    if (kernel.kernel->emulated) want += kernel.precision == Precision::Bf16 ? ", bf16 emulated" : ", int8 emulated";
    BOOST_TEST(engineProducts(call.kernels()) == want);
  }
  EngineOptions unknown = inPrecision(Precision::Bf16), vendor = unknown;
  unknown.kernel = "no such kernel", vendor.gemm = GemmChoice::OneDnn;
  for (const EngineOptions &o : {unknown, vendor}) BOOST_TEST(!createEngine(o));
}
