// Engines side by side in threads, levels, and packed weights after a change.
#include "Support.h"

#include <thread>

using namespace kernelTest;

BOOST_AUTO_TEST_CASE(packedWeightsFollowAChange) {
  Call call(inMode(EngineMode::Inference));
  Floats x(128, 1.0f), w(128 * 64, 1.0f), y(64);
  offramp_cpu_linear(&call, x.data(), w.data(), nullptr, y.data(), 1, 128, 64, 0);
  BOOST_TEST(y[63] == 128.0f);
  std::fill(w.begin(), w.end(), 2.0f);
  engineWeightsChanged(call.kernels());
  offramp_cpu_linear(&call, x.data(), w.data(), nullptr, y.data(), 1, 128, 64, 0);
  BOOST_TEST(y[63] == 256.0f);
  BOOST_TEST(engineBytes(call.kernels()) >= 128u * 64 * 4);
}

BOOST_AUTO_TEST_CASE(manyWeightsAreFoundAgain) {
  Call call(inMode(EngineMode::Inference, 1));
  Floats x(16, 1.0f), w(500 * 16 * 16), y(16);
  for (size_t i = 0; i < w.size(); ++i) w[i] = float(i / 256);
  for (int round = 0; round < 2; ++round)
    for (size_t i = 0; i < 500; ++i) {
      offramp_cpu_linear(&call, x.data(), &w[i * 256], nullptr, y.data(), 1, 16, 16, 0);
      BOOST_REQUIRE(y[3] == 16.0f * float(i));
    }
}

BOOST_AUTO_TEST_CASE(separateEnginesRunAtOnce) {
  Random random(61);
  const int64_t rows = 100, k = 128, n = 256;
  Floats x = random.floats(rows * k), w = random.floats(k * n), dy = random.floats(rows * n);
  Floats want(size_t(rows * n)), wantX(size_t(rows * k));
  {
    Call call(inMode(EngineMode::Training));
    offramp_cpu_linear(&call, x.data(), w.data(), nullptr, want.data(), rows, k, n, OFFRAMP_EPILOGUE_GELU);
    offramp_cpu_linear_dx(&call, dy.data(), w.data(), wantX.data(), rows, k, n, 0);
  }
  std::vector<int> wrong(4, 0);
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      Call call(inMode(EngineMode::Training));
      Floats y(want.size()), dx(wantX.size());
      for (int round = 0; round < 20; ++round) {
        offramp_cpu_linear(&call, x.data(), w.data(), nullptr, y.data(), rows, k, n, OFFRAMP_EPILOGUE_GELU);
        offramp_cpu_linear_dx(&call, dy.data(), w.data(), dx.data(), rows, k, n, 0);
        wrong[t] += y != want || dx != wantX;
      }
    });
  for (auto &t : threads) t.join();
  for (int count : wrong) BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_CASE(levelsAreNamed) {
  Call call;
  BOOST_TEST(std::string(engineLevel(call.kernels())).substr(0, 8) == "x86-64-v");
  BOOST_TEST(engineThreads(call.kernels()) == 2);
}
