// See TrainingRows.h.
#include "tests/benchmark/TrainingRows.h"

#include "backends/cpu/kernels/Engine.h"
#include "runtime/abi/CpuKernels.h"

#include <string>
#include <vector>

using namespace offramp::cpu;

namespace {

struct Training : offramp_call {
  Training(Precision precision, int threads) : offramp_call{} {
    EngineOptions o;
    o.mode = EngineMode::Training, o.precision = precision, o.threads = threads;
    engine = createEngine(o);
  }
  ~Training() { destroyEngine(kernels()); }
  Engine *kernels() { return static_cast<Engine *>(engine); }
};

// Forward, dx and dw of a layer; the weights count as changed before each round, as a step changes them.
void layerRows(int threads, const PrintRow &line, int64_t rows, int64_t k, int64_t n) {
  std::vector<float> x(size_t(rows * k)), w(size_t(k * n), 0.01f), y(size_t(rows * n)), dx(x.size()), dw(w.size());
  for (size_t i = 0; i < x.size(); ++i) x[i] = float(i % 17) * 0.1f - 0.8f;
  for (Precision precision : {Precision::F32, Precision::Bf16}) {
    Training call(precision, threads);
    const std::string shape = std::to_string(k) + "x" + std::to_string(n) + " rows " + std::to_string(rows);
    const std::string name = "training " + std::string(precisionName(precision)) + " " + shape;
    const double macs = double(rows) * double(k) * double(n);
    auto forward = [&] { offramp_cpu_linear(&call, x.data(), w.data(), nullptr, y.data(), rows, k, n, 0); };
    auto toInput = [&] { offramp_cpu_linear_dx(&call, y.data(), w.data(), dx.data(), rows, k, n, 0); };
    auto toWeights = [&] { offramp_cpu_linear_dw(&call, x.data(), y.data(), dw.data(), rows, k, n); };
    engineSetUpdates(call.kernels(), w.data(), dw.data(), nullptr, 0);   // frozen
    line(name + " forward, packed before", macs, double(rows), forward);
    const offramp_range all{0, k * n, 1, 0};
    engineSetUpdates(call.kernels(), w.data(), dw.data(), &all, 1);
    line(name + " forward", macs, double(rows), [&] {
      engineWeightsChanged(call.kernels());
      forward();
    });
    line(name + " dw", macs, double(rows), toWeights);
    line(name + " all three (" + engineProducts(call.kernels()) + ")", 3 * macs, double(rows), [&] {
      engineWeightsChanged(call.kernels());
      forward(), toInput(), toWeights();
    });
  }
}

// One step over BERT's word table after a batch of 800 tokens, 300 different ones: gradient and update.
void tableRows(int threads, const PrintRow &line) {
  constexpr int64_t words = 30522, width = 768, tokens = 800;
  std::vector<float> w(size_t(words * width), 0.01f), g(w.size()), m(w.size()), v(w.size()), dy(size_t(tokens * width), 0.1f);
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < tokens; ++i) ids.push_back(int32_t(i * 37 % 300 * 101));
  const offramp_adamw options{1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f, 1.0f, 10};
  for (bool lazy : {false, true}) {
    Training call(Precision::F32, threads);
    const offramp_range range{0, words * width, 1, lazy ? width : 0};
    engineSetUpdates(call.kernels(), w.data(), g.data(), &range, 1);
    line(std::string("training table 30522x768, 800 tokens, ") + (lazy ? "lazy rows" : "dense"), double(tokens * width), double(tokens), [&] {
      offramp_cpu_gather_dw(&call, ids.data(), dy.data(), g.data(), tokens, width, words);
      offramp_cpu_adamw(&call, w.data(), g.data(), m.data(), v.data(), &range, 1, &options);
    });
  }
}

} // namespace

void trainingRows(int threads, const PrintRow &line) {
  layerRows(threads, line, 800, 768, 3072);
  layerRows(threads, line, 800, 768, 768);
  for (auto [k, n] : {std::pair<int64_t, int64_t>{384, 384}, {384, 768}, {384, 1536}, {1536, 384}}) layerRows(threads, line, 416, k, n);   // MiniLM
  tableRows(threads, line);
}
