// Convolutions and pooling against plain loops; gradients against central differences of those loops.
#include "Support.h"

using namespace kernelTest;

namespace {

struct Sizes {
  int64_t oh, ow, x, w, y;
};
Sizes sizesOf(const offramp_conv &s, int64_t n) {
  int64_t oh = (s.h + 2 * s.pad - s.kh) / s.stride + 1, ow = (s.w + 2 * s.pad - s.kw) / s.stride + 1;
  return {oh, ow, n * s.c * s.h * s.w, s.o * s.c * s.kh * s.kw, n * s.o * oh * ow};
}

template <typename T, typename V> std::vector<double> convolve(const std::vector<T> &x, const std::vector<V> &w, int64_t n, const offramp_conv &s) {
  Sizes z = sizesOf(s, n);
  std::vector<double> y;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t o = 0; o < s.o; ++o)
      for (int64_t p = 0; p < z.oh; ++p)
        for (int64_t q = 0; q < z.ow; ++q) {
          double sum = 0;
          for (int64_t c = 0; c < s.c; ++c)
            for (int64_t a = 0; a < s.kh; ++a)
              for (int64_t b = 0; b < s.kw; ++b) {
                int64_t r = p * s.stride + a - s.pad, t = q * s.stride + b - s.pad;
                if (r >= 0 && r < s.h && t >= 0 && t < s.w)
                  sum += double(x[size_t(((i * s.c + c) * s.h + r) * s.w + t)]) * double(w[size_t(((o * s.c + c) * s.kh + a) * s.kw + b)]);
              }
          y.push_back(sum);
        }
  return y;
}

const offramp_conv shapes[] = {{1, 28, 28, 16, 3, 3, 1, 1}, {16, 14, 14, 32, 3, 3, 2, 1}, {3, 9, 7, 5, 5, 3, 1, 0}, {32, 7, 7, 16, 1, 1, 1, 0}};

} // namespace

BOOST_AUTO_TEST_CASE(convolutionMatchesDoubleSums) {
  Random random(41);
  for (EngineMode mode : {EngineMode::Inference, EngineMode::Training}) {
    Call call(inMode(mode));
    for (const offramp_conv &s : shapes)
      for (int64_t n : {0, 1, 3, 16})
        for (int64_t epilogue : {OFFRAMP_EPILOGUE_NONE, OFFRAMP_EPILOGUE_RELU, OFFRAMP_EPILOGUE_GELU, OFFRAMP_EPILOGUE_ADD}) {
          Sizes z = sizesOf(s, n);
          Floats x = random.floats(z.x), w = random.floats(z.w), b = random.floats(s.o), y = random.floats(z.y), old = y;
          engineWeightsChanged(call.kernels());
          offramp_cpu_conv2d(&call, x.data(), w.data(), b.data(), y.data(), n, &s, epilogue);
          std::vector<double> want = convolve(x, w, n, s);
          for (size_t i = 0; i < want.size(); ++i) {
            double v = want[i] + b[i / size_t(z.oh * z.ow) % size_t(s.o)];
            if (epilogue == OFFRAMP_EPILOGUE_RELU) v = v > 0 ? v : 0;
            if (epilogue == OFFRAMP_EPILOGUE_GELU) v = 0.5 * v * (1 + std::erf(v / std::sqrt(2.0)));
            want[i] = epilogue == OFFRAMP_EPILOGUE_ADD ? v + old[i] : v;
          }
          BOOST_TEST(relativeError(y, want) < 2e-6, "c " << s.c << " o " << s.o << " n " << n << " epilogue " << epilogue);
        }
  }
}

// The convolution is linear, so differences are exact: dx·e = Σ dy·conv(e, w), dw·e = Σ dy·conv(x, e).
BOOST_AUTO_TEST_CASE(convolutionGradients) {
  Random random(42);
  Call call(inMode(EngineMode::Training));
  for (const offramp_conv &s : {offramp_conv{2, 6, 5, 3, 3, 3, 1, 1}, offramp_conv{3, 7, 7, 4, 3, 3, 2, 1}, offramp_conv{2, 4, 4, 3, 2, 2, 1, 0}}) {
    const int64_t n = 2;
    Sizes z = sizesOf(s, n);
    Floats x = random.floats(z.x), w = random.floats(z.w), dy = random.floats(z.y), dx(x.size(), 9.0f), dw = random.floats(z.w), before = dw;
    offramp_cpu_conv2d_dx(&call, dy.data(), w.data(), dx.data(), n, &s);
    offramp_cpu_conv2d_dw(&call, x.data(), dy.data(), dw.data(), n, &s);
    auto dot = [&](const std::vector<double> &y) {
      double sum = 0;
      for (size_t i = 0; i < y.size(); ++i) sum += y[i] * dy[i];
      return sum;
    };
    std::vector<double> wantX, wantW;
    for (size_t i = 0; i < x.size(); ++i) {
      Floats unit(x.size(), 0.0f);
      unit[i] = 1;
      wantX.push_back(dot(convolve(unit, w, n, s)));
    }
    for (size_t i = 0; i < w.size(); ++i) {
      Floats unit(w.size(), 0.0f);
      unit[i] = 1;
      wantW.push_back(before[i] + dot(convolve(x, unit, n, s)));
    }
    BOOST_TEST(relativeError(dx, wantX) < 2e-6);
    BOOST_TEST(relativeError(dw, wantW) < 2e-6);
  }
}

BOOST_AUTO_TEST_CASE(maxPoolingAndItsGradient) {
  Random random(43);
  Call call;
  for (auto [h, w, size, stride] : {std::array<int64_t, 4>{8, 8, 2, 2}, {7, 9, 3, 2}, {5, 5, 5, 1}, {6, 6, 3, 1}}) {
    const int64_t n = 3, c = 4, oh = (h - size) / stride + 1, ow = (w - size) / stride + 1;
    Floats x = random.floats(n * c * h * w), y(size_t(n * c * oh * ow)), dy = random.floats(n * c * oh * ow), dx(x.size(), 9.0f);
    auto pool = [&](const Floats &from) {
      std::vector<double> out;
      for (int64_t p = 0; p < n * c; ++p)
        for (int64_t i = 0; i < oh; ++i)
          for (int64_t j = 0; j < ow; ++j) {
            double best = -INFINITY;
            for (int64_t a = 0; a < size; ++a)
              for (int64_t b = 0; b < size; ++b) best = std::max(best, double(from[size_t((p * h + i * stride + a) * w + j * stride + b)]));
            out.push_back(best);
          }
      return out;
    };
    offramp_cpu_max_pool2d(&call, x.data(), y.data(), n, c, h, w, size, stride);
    BOOST_TEST(relativeError(y, pool(x)) == 0.0);
    offramp_cpu_max_pool2d_grad(&call, x.data(), dy.data(), dx.data(), n, c, h, w, size, stride);
    std::vector<double> want;
    for (size_t i = 0; i < x.size(); ++i) {
      Floats up = x, down = x;
      up[i] += 1e-4f, down[i] -= 1e-4f;
      std::vector<double> a = pool(up), b = pool(down);
      double sum = 0;
      for (size_t k = 0; k < a.size(); ++k) sum += (a[k] - b[k]) / (double(up[i]) - double(down[i])) * dy[k];
      want.push_back(sum);
    }
    BOOST_TEST(relativeError(dx, want) < 1e-3);   // two values closer than the step may swap
  }
}

BOOST_AUTO_TEST_CASE(equalMaximaGoToTheFirst) {
  Call call;
  Floats x(4, 1.0f), dy = {3.0f}, dx(4, 9.0f);
  offramp_cpu_max_pool2d_grad(&call, x.data(), dy.data(), dx.data(), 1, 1, 2, 2, 2, 2);
  BOOST_TEST((dx == Floats{3.0f, 0.0f, 0.0f, 0.0f}));
}
