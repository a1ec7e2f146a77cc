// Gradients of linear layers in bf16: every kernel of this CPU, and those for instructions that it may lack over models of these, against sums in
// double precision over the rounded operands; sums must be f32, so the error is that of f32. Also when weights are packed again.
#include "ReducedSupport.h"

#include <algorithm>

using namespace kernelTest;

namespace {

struct Shape {
  int64_t rows, k, n;
};
// Odd sizes in every place, rows around the borders of vectors, tiles and of the blocks that weight gradients are summed in.
const Shape shapes[] = {{1, 32, 32},   {2, 33, 35},   {3, 47, 63},    {7, 129, 96},  {15, 65, 33},   {16, 64, 48},   {17, 96, 49},   {31, 63, 80},
                        {33, 61, 77},  {47, 34, 48},  {64, 128, 112}, {65, 99, 65},  {101, 37, 129}, {129, 70, 81},  {255, 41, 39},  {511, 33, 34},
                        {512, 48, 40}, {513, 35, 97}, {900, 50, 37},  {1027, 45, 51}, {5, 1300, 70},  {21, 73, 1301}, {70, 781, 790}};

std::string textOf(const Shape &s) { return std::to_string(s.rows) + "x" + std::to_string(s.k) + "x" + std::to_string(s.n); }

std::vector<double> rounded(const Floats &x) {
  std::vector<double> r;
  for (float v : x) r.push_back(double(bf16(v)));
  return r;
}
// old[rows, columns] + a[rows, depth]·b[depth, columns], each side at (row, depth)·strides as given.
std::vector<double> sumsOf(const std::vector<double> &a, int64_t aRow, int64_t aStep, const std::vector<double> &b, int64_t bStep, int64_t bColumn,
                           const Floats &old, int64_t rows, int64_t depth, int64_t columns) {
  std::vector<double> out(old.begin(), old.end());
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t s = 0; s < depth; ++s)
      for (int64_t j = 0; j < columns; ++j) out[size_t(i * columns + j)] += a[size_t(i * aRow + s * aStep)] * b[size_t(s * bStep + j * bColumn)];
  return out;
}

struct Gradients {
  Floats x, w, dy, oldDx, oldDw;
  std::vector<double> dx, dw;   // with the old values added
  explicit Gradients(const Shape &s, Random &random)
      : x(random.floats(s.rows * s.k)), w(random.floats(s.k * s.n)), dy(random.floats(s.rows * s.n)), oldDx(random.floats(s.rows * s.k)),
        oldDw(random.floats(s.k * s.n)) {
    for (float &v : w) v /= std::sqrt(float(s.n));
    for (float &v : dy) v /= std::sqrt(float(s.rows));
    dx = sumsOf(rounded(dy), s.n, 1, rounded(w), 1, s.n, oldDx, s.rows, s.n, s.k);
    dw = sumsOf(rounded(x), 1, s.k, rounded(dy), s.n, 1, oldDw, s.k, s.rows, s.n);
  }
};

// left·right on one thread, without an engine; both sides as already converted, one block of rows.
void multiply(const ReducedKernel &kernel, const char *left, const char *right, Floats &c, int64_t rows, int64_t k, int64_t n) {
  for (int64_t i = 0, block = kernel.blockRows(k); i < rows; i += block) {
    ReducedArgs args{left + kernel.leftBytes(i, k), right, nullptr, c.data() + i * n, n, std::min(block, rows - i), k, n, OFFRAMP_EPILOGUE_ADD};
    kernel.multiply(&args, 0, (n + kernel.panelWidth - 1) / kernel.panelWidth);
  }
}

EngineOptions training(const ReducedKernel *kernel = nullptr, int threads = 2) {
  EngineOptions o = inPrecision(Precision::Bf16, kernel, threads);
  o.mode = EngineMode::Training;
  return o;
}

} // namespace

BOOST_AUTO_TEST_CASE(kernelsTransposeWeightsAndRows) {
  Random random(21);
  for (const Shape &s : shapes) {
    Gradients g(s, random);
    for (const Kernel &k : kernelsHere()) {
      const ReducedKernel &kernel = *k.kernel;
      if (k.precision != Precision::Bf16) continue;
      const std::string what = k.name() + ": " + textOf(s);
      // Panel by panel and piece by piece, as threads do; from memory that is not zero.
      const int64_t rightBytes = kernel.weightBytes(s.n, s.k), leftBytes = kernel.leftBytes(s.rows, s.n);
      Memory right = memoryOf(rightBytes), left = memoryOf(leftBytes);
      std::memset(right.get(), 0x7f, size_t(rightBytes)), std::memset(left.get(), 0x7f, size_t(leftBytes));
      for (int64_t p = 0; p * kernel.panelWidth < s.k; ++p) kernel.packTransposed(g.w.data(), s.n, s.k, p, p + 1, right.get());
      kernel.convertRows(g.dy.data(), s.rows, s.n, 0, s.rows, left.get());
      Floats dx = g.oldDx;
      multiply(kernel, left.get(), right.get(), dx, s.rows, s.n, s.k);
      BOOST_TEST(relativeError(dx, g.dx, 1) < 2e-6, what);

      Memory columns = memoryOf(kernel.leftBytes(s.k, s.rows)), rows = memoryOf(kernel.weightBytes(s.rows, s.n));
      std::memset(columns.get(), 0x7f, size_t(kernel.leftBytes(s.k, s.rows)));
      for (int64_t c = 0; c < s.k; c += kernel.tileRows)
        kernel.convertColumns(g.x.data(), s.k, s.rows, c, std::min(s.k, c + kernel.tileRows), columns.get());
      kernel.packWeights(g.dy.data(), s.rows, s.n, 0, (s.n + kernel.panelWidth - 1) / kernel.panelWidth, rows.get());
      Floats dw = g.oldDw;
      multiply(kernel, columns.get(), rows.get(), dw, s.k, s.rows, s.n);
      BOOST_TEST(relativeError(dw, g.dw, 1) < 2e-6, what);
    }
  }
}

// On any number of threads the same bits; nothing is written behind a result; gradients add.
BOOST_AUTO_TEST_CASE(enginesMatchDoubleSumsOfRoundedOperands) {
  Random random(22);
  for (const Shape &s : shapes) {
    Gradients g(s, random);
    std::vector<double> fresh = g.dx;
    for (size_t i = 0; i < fresh.size(); ++i) fresh[i] -= double(g.oldDx[i]);
    for (const Kernel &k : kernelsHere()) {
      if (k.precision != Precision::Bf16 || k.model) continue;
      Floats firstDx, firstDw;
      for (int threads : {1, 2, 3}) {
        const std::string what = k.name() + ": " + textOf(s) + " on " + std::to_string(threads);
        Call call(training(k.kernel, threads));
        Floats dx = g.oldDx, written(g.oldDx.size() + 64, 7.0f), dw = g.oldDw;
        dw.resize(dw.size() + 64, 7.0f);
        offramp_cpu_linear_dx(&call, g.dy.data(), g.w.data(), dx.data(), s.rows, s.k, s.n, 1);
        offramp_cpu_linear_dx(&call, g.dy.data(), g.w.data(), written.data(), s.rows, s.k, s.n, 0);
        offramp_cpu_linear_dw(&call, g.x.data(), g.dy.data(), dw.data(), s.rows, s.k, s.n);
        BOOST_TEST(relativeError(dx, g.dx, 1) < 2e-6, what);
        BOOST_TEST(relativeError(written, fresh, 1) < 2e-6, what);
        BOOST_TEST(relativeError(dw, g.dw, 1) < 2e-6, what);
        for (int64_t i = 0; i < 64; ++i) BOOST_REQUIRE(written[fresh.size() + size_t(i)] == 7.0f && dw[g.dw.size() + size_t(i)] == 7.0f);
        if (firstDx.empty()) firstDx = dx, firstDw = dw;
        BOOST_TEST((dx == firstDx && dw == firstDw), what);
      }
    }
  }
}

// The three products of a layer that stays f32 are those of an engine in f32.
BOOST_AUTO_TEST_CASE(smallLayersStayF32) {
  Random random(23);
  Call plain(inMode(EngineMode::Training)), bf16(training());
  for (auto [k, n] : {std::pair<int64_t, int64_t>{128, 10}, {128, 1}, {31, 64}}) {
    const int64_t rows = 200;
    Floats x = random.floats(rows * k), w = random.floats(k * n), dy = random.floats(rows * n);
    std::array<Floats, 2> y, dx, dw;
    for (int i : {0, 1}) {
      Call &call = i ? bf16 : plain;
      y[i].resize(dy.size()), dx[i].resize(x.size()), dw[i].resize(w.size());
      offramp_cpu_linear(&call, x.data(), w.data(), nullptr, y[i].data(), rows, k, n, 0);
      offramp_cpu_linear_dx(&call, dy.data(), w.data(), dx[i].data(), rows, k, n, 0);
      offramp_cpu_linear_dw(&call, x.data(), dy.data(), dw[i].data(), rows, k, n);
    }
    BOOST_TEST((y[0] == y[1] && dx[0] == dx[1] && dw[0] == dw[1]), k << "x" << n);
  }
}

// Two layers in one block of weights; a step on the second is seen by its next products, and the first is not packed again: what lies in the
// block meanwhile is not read.
BOOST_AUTO_TEST_CASE(anUpdatePacksWhatItChangedAndNothingElse) {
  Random random(24);
  const int64_t rows = 9, k = 48, n = 40;
  for (const Kernel &kernel : kernelsHere()) {
    if (kernel.precision != Precision::Bf16 || kernel.model) continue;
    Call call(training(kernel.kernel));
    Floats block = random.floats(2 * k * n), x = random.floats(rows * k), dy = random.floats(rows * n);
    auto products = [&](int layer) { return layerProducts(call, block.data() + layer * k * n, x, dy, rows, k, n); };
    const Floats frozen = products(0), before = products(1);
    for (float &w : block) w *= 2;
    BOOST_TEST((products(1) == before), kernel.name());
    engineWeightsUpdated(call.kernels(), block.data() + k * n, block.data() + 2 * k * n);
    const Floats after = products(1);
    for (size_t i = 0; i < after.size(); ++i) BOOST_REQUIRE(after[i] == 2 * before[i]);
    BOOST_TEST((products(0) == frozen), kernel.name());
    engineWeightsChanged(call.kernels());
    BOOST_TEST((products(0) != frozen), kernel.name());
  }
}

BOOST_AUTO_TEST_CASE(trainingHasBf16AndNoInt8) {
  EngineOptions int8 = inPrecision(Precision::Int8);
  int8.mode = EngineMode::Training;
  BOOST_TEST(!createEngine(int8));
  Call bf16(training());
  BOOST_TEST(int(enginePrecision(bf16.kernels())) == int(Precision::Bf16));
}
