// Rates of the CPU kernels at the shapes of the demo network (64 images of 17 rows, width 128), each the best of several rounds, and the
// network's plain matrix products back to back: the limit to report other figures against. Not a test: it checks no number.
//   offramp_kernel_bench [threads] [part of a name]
#include "backends/cpu/kernels/Engine.h"
#include "runtime/abi/CpuKernels.h"
#include "tests/benchmark/PrecisionRows.h"
#include "tests/benchmark/TrainingRows.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

using namespace offramp::cpu;

static double secondsOf(const std::function<void()> &run) {
  auto now = [] { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); };
  for (int i = 0; i < 3; ++i) run();
  double once = now();
  run();
  once = now() - once;
  int count = std::max(1, int(2e-3 / std::max(once, 1e-7)));
  std::vector<double> rounds;
  for (int r = 0; r < 15; ++r) {
    double begin = now();
    for (int i = 0; i < count; ++i) run();
    rounds.push_back((now() - begin) / count);
  }
  std::sort(rounds.begin(), rounds.end());
  return rounds[0];   // other work on the machine only ever adds
}

struct Bench : offramp_call {
  Bench(EngineMode mode, GemmChoice gemm, int threads) : offramp_call{} {
    EngineOptions o;
    o.mode = mode, o.gemm = gemm, o.threads = threads;
    engine = createEngine(o);
  }
  ~Bench() { destroyEngine(static_cast<Engine *>(engine)); }
};

struct Batch : offramp_batch {
  std::vector<int32_t> ids, firsts, ats, lens;
  Batch(int32_t samples, int32_t count) : offramp_batch{} {
    n = samples, rows = int64_t(samples) * count, gapless = 1;
    for (int32_t i = 0; i < samples; ++i) ids.push_back(i), firsts.push_back(i), ats.push_back(samples + i * (count - 1)), lens.push_back(count - 1);
    id = from = ids.data(), first = firsts.data(), at = ats.data(), len = lens.data();
  }
};

static const char *filter = nullptr;
static void line(const std::string &name, double macs, double samples, const std::function<void()> &run) {
  if (filter && name.find(filter) == std::string::npos) return;
  if (!run) return void(std::printf("%s\n", name.c_str()));
  double s = secondsOf(run);
  std::printf("%-72s %10.2f us %8.1f GFLOP/s %9.1f ns/sample\n", name.c_str(), s * 1e6, 2 * macs / s * 1e-9, s / samples * 1e9);
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  filter = argc > 2 ? argv[2] : nullptr;
  Bench own(EngineMode::Inference, GemmChoice::Own, threads), vendor(EngineMode::Inference, GemmChoice::OneDnn, threads);
  Bench trainOwn(EngineMode::Training, GemmChoice::Own, threads), trainVendor(EngineMode::Training, GemmChoice::OneDnn, threads);
  std::printf("%s, %d threads\n", engineLevel(static_cast<Engine *>(own.engine)), threads);
  std::vector<float> x(1088 * 3072, 0.5f), y(1088 * 3072), w(6 * 600000, 0.01f), dw(6 * 600000), bias(3072, 0.1f);
  for (size_t i = 0; i < x.size(); ++i) x[i] = float(i % 17) * 0.1f - 0.8f;
  struct Layer {
    const char *name;
    int64_t k, n, epilogue;
  };
  const Layer layers[] = {{"q 128x128", 128, 128, 0}, {"kv 128x256", 128, 256, 0}, {"f1 128x512 gelu", 128, 512, 1}, {"f1 128x512 plain", 128, 512, 0},
                          {"f2 512x128 add", 512, 128, 4}};
  for (int64_t rows : {1088, 1024, 64, 17, 16, 1})
    for (const Layer &l : layers) {
      std::string name = "linear " + std::string(l.name) + " rows " + std::to_string(rows);
      double macs = double(rows * l.k * l.n);
      for (auto [which, call] : {std::pair{" own", &own}, {" oneDNN", &vendor}})
        line(name + which, macs, 1, [&] { offramp_cpu_linear(call, x.data(), w.data(), bias.data(), y.data(), rows, l.k, l.n, l.epilogue); });
      if (rows < 64 || rows == 1024) continue;
      for (auto [which, call] : {std::pair{" own", &trainOwn}, {" oneDNN", &trainVendor}}) {
        line("train " + name + which, macs, 1, [&] { offramp_cpu_linear(call, x.data(), w.data(), bias.data(), y.data(), rows, l.k, l.n, l.epilogue); });
        line("train dx " + name + which, macs, 1, [&] { offramp_cpu_linear_dx(call, x.data(), w.data(), y.data(), rows, l.k, l.n, 0); });
        line("train dw " + name + which, macs, 1, [&] { offramp_cpu_linear_dw(call, x.data(), y.data(), dw.data(), rows, l.k, l.n); });
      }
    }
  for (const Layer &l : {Layer{"768x3072", 768, 3072, 0}, Layer{"3072x768", 3072, 768, 0}, Layer{"768x768", 768, 768, 0}})   // BERT-base
    for (int64_t rows : {832, 32}) {
      std::string name = "large " + std::string(l.name) + " rows " + std::to_string(rows);
      double macs = double(rows * l.k * l.n);
      for (auto [which, call] : {std::pair{" own", &own}, {" oneDNN", &vendor}})
        line(name + which, macs, 1, [&] { offramp_cpu_linear(call, x.data(), w.data(), bias.data(), y.data(), rows, l.k, l.n, 0); });
      for (auto [which, call] : {std::pair{" own", &trainOwn}, {" oneDNN", &trainVendor}}) {
        line("train " + name + which, macs, 1, [&] { offramp_cpu_linear(call, x.data(), w.data(), bias.data(), y.data(), rows, l.k, l.n, 0); });
        line("train dx " + name + which, macs, 1, [&] { offramp_cpu_linear_dx(call, x.data(), w.data(), y.data(), rows, l.k, l.n, 0); });
        line("train dw " + name + which, macs, 1, [&] { offramp_cpu_linear_dw(call, x.data(), y.data(), dw.data(), rows, l.k, l.n); });
      }
    }
  precisionRows(threads, line);
  trainingRows(threads, line);
  line("column_sum 1088x512", 1088 * 256, 1, [&] { offramp_cpu_column_sum(&own, x.data(), y.data(), 1088, 512); });

  std::vector<float> kv(1088 * 256, 0.1f), lse(1088 * 4), dkv(kv.size());
  for (size_t i = 0; i < kv.size(); ++i) kv[i] = float(i % 23) * 0.05f - 0.5f;
  for (int32_t n : {64, 8, 1}) {
    Batch b(n, 17);
    for (int64_t which : {OFFRAMP_ROWS_ALL, OFFRAMP_ROWS_FIRST, OFFRAMP_ROWS_REST}) {
      double queries = which == 0 ? 17 : which == 1 ? 1 : 16, macs = n * queries * 17 * 128 * 2;
      std::string name = "17 rows n " + std::to_string(n) + " which " + std::to_string(which);
      line("attention " + name, macs, n, [&] { offramp_cpu_attention(&own, &b, x.data(), &b, kv.data(), y.data(), lse.data(), 4, 128, which); });
      line("attention_grad " + name, macs * 3.5, n, [&] {
        offramp_cpu_attention_grad(&own, &b, x.data(), kv.data(), lse.data(), x.data() + 1000, y.data(), dkv.data(), 4, 128, which);
      });
    }
  }
  offramp_range range{0, 1800000, 1, 0};
  offramp_adamw options{1e-3f, 0.9f, 0.999f, 1e-8f, 0.01f, 1.0f, 10};
  std::vector<float> m(w.size()), v(w.size());
  line("adamw 1.8 M weights", 1.8e6, 1, [&] { offramp_cpu_adamw(&own, w.data(), dw.data(), m.data(), v.data(), &range, 1, &options); });

  // Six stages of matrix products (the last one: keys and values for all rows, the rest for one row per sample).
  for (int64_t n : {64, 1})
    for (auto [which, call] : {std::pair{" own", &own}, {" oneDNN", &vendor}}) {
      double macs = double(n) * (5 * 17 * (128 * 128 * 2 + 128 * 256 + 2 * 128 * 512) + 17 * 128 * 256 + (128 * 128 * 2 + 2 * 128 * 512));
      line("chain of 6 stages n " + std::to_string(n) + which, macs, double(n), [&] {
        for (int64_t s = 0; s < 6; ++s) {
          const float *p = w.data() + s * 300000;
          int64_t rows = n * 17, some = s == 5 ? n : rows;
          offramp_cpu_linear(call, x.data(), p, bias.data(), y.data(), some, 128, 128, 0);
          offramp_cpu_linear(call, x.data(), p + 16384, bias.data(), kv.data(), rows, 128, 256, 0);
          offramp_cpu_linear(call, x.data(), p + 49152, bias.data(), y.data(), some, 128, 128, 0);
          offramp_cpu_linear(call, x.data(), p + 65536, bias.data(), y.data(), some, 128, 512, 0);
          offramp_cpu_linear(call, y.data(), p + 131072, bias.data(), kv.data(), some, 512, 128, 0);
        }
      });
    }
  return 0;
}
