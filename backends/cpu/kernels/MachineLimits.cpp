// See MachineLimits.h. Every place is measured several times, the best counts: other work on the machine only ever adds.
#include "backends/cpu/kernels/MachineLimits.h"

#include "backends/cpu/kernels/EngineState.h"
#include "backends/cpu/kernels/MachineProfile.h"

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

namespace offramp::cpu {
namespace {

// As wide as the CPU reads, so that a cache and not the instruction bounds it: one body, compiled for three widths. `count` is a multiple of 64.
using Wide = long long __attribute__((vector_size(64), aligned(64)));
__attribute__((always_inline)) inline long long sumBody(const float *from, int64_t count) {
  Wide a{}, b{}, c{}, d{};
  const Wide *at = reinterpret_cast<const Wide *>(from), *end = at + count / 16;
  for (; at + 4 <= end; at += 4) a += at[0], b += at[1], c += at[2], d += at[3];
  a += b, c += d, a += c;
  return a[0] + a[1] + a[2] + a[3] + a[4] + a[5] + a[6] + a[7];
}
__attribute__((target("avx512f"))) long long sum512(const float *from, int64_t count) { return sumBody(from, count); }
__attribute__((target("avx2"))) long long sum256(const float *from, int64_t count) { return sumBody(from, count); }
long long sum128(const float *from, int64_t count) { return sumBody(from, count); }

long long sumOf(const float *from, int64_t count) {
  if (__builtin_cpu_supports("avx512f")) return sum512(from, count);
  return __builtin_cpu_supports("avx2") ? sum256(from, count) : sum128(from, count);
}

void readOnce(int threads, const float *data, int64_t floats, int repeats) {
  volatile long long sink = 0;
  onThreads(threads, [&](int thread, int parts) {
    Part p = partOf(floats, 64, thread, parts);
    long long sum = 0;
    for (int i = 0; i < repeats; ++i) {
      sum += sumOf(data + p.begin, p.end - p.begin);
      asm volatile("" ::: "memory");  // or one reading would do for all
    }
    if (thread == 0) sink = sum;
  });
  (void)sink;
}

constexpr int64_t kPiece = int64_t(1) << 20;  // floats, 4 MiB

// A set of up to one piece is read again and again in one fork. A larger one is gone through piece by piece, each timed for itself: that is short
// enough to be undisturbed now and then. The fastest quarter begins at what counts.
double readRate(int threads, const float *data, int64_t floats) {
  if (floats <= kPiece) {
    const int repeats = int(std::clamp<int64_t>(kPiece / floats, 1, 256));
    return double(floats) * 4 * repeats / bestNs([&] { readOnce(threads, data, floats, repeats); });
  }
  std::vector<double> ns;
  for (int round = 0; round < 3 || ns.size() < 32; ++round)
    for (int64_t at = 0; at < floats; at += kPiece) {
      const auto begin = std::chrono::steady_clock::now();
      readOnce(threads, data + at, kPiece, 1);
      if (round > 0) ns.push_back(std::chrono::duration<double, std::nano>(std::chrono::steady_clock::now() - begin).count());
    }
  std::nth_element(ns.begin(), ns.begin() + long(ns.size() / 4), ns.end());
  return double(kPiece) * 4 / ns[ns.size() / 4];
}

double peakMacs(Engine *engine) {
  struct Shape {
    int64_t rows, k, n;
  };
  double peak = 0;
  offramp_call call{};
  call.engine = engine;
  for (Shape s : {Shape{512, 128, 256}, Shape{512, 128, 512}, Shape{256, 512, 512}, Shape{64, 768, 3072}, Shape{64, 3072, 768}}) {
    std::vector<float> x(size_t(s.rows * s.k), 0.5f), w(size_t(s.k * s.n), 0.01f), y(size_t(s.rows * s.n));
    engineWeightsChanged(engine);  // the address may have held other weights
    const double ns = bestNs([&] { offramp_cpu_linear(&call, x.data(), w.data(), nullptr, y.data(), s.rows, s.k, s.n, OFFRAMP_EPILOGUE_NONE); });
    peak = std::max(peak, double(s.rows * s.k * s.n) / ns);
  }
  engineWeightsChanged(engine);
  return peak;
}

constexpr Precision kPrecisions[] = {Precision::F32, Precision::Bf16, Precision::Int8};
constexpr int kPasses = 2;

}  // namespace

std::optional<MachineLimits> measureLimits(int threads) {
  constexpr int64_t kLargest = int64_t(256) << 20;
  MachineLimits limits;
  for (Precision precision : kPrecisions) {
    EngineOptions options;
    options.threads = threads, options.precision = precision;
    Engine *engine = createEngine(options);
    if (!engine) return std::nullopt;
    limits.cpu = cpuName(), limits.threads = engineThreads(engine);
    MachineLimits::Peak &peak = limits.peaks[int(precision)];
    peak.products = engineProducts(engine);
    for (int pass = 0; pass < kPasses; ++pass) peak.macsPerNs = std::max(peak.macsPerNs, peakMacs(engine));
    destroyEngine(engine);
  }
  Buffer data;
  if (float *at = data.need(kLargest / 4)) {
    std::fill(at, at + kLargest / 4, 1.0f);
    for (int64_t bytes = int64_t(16) << 10; bytes <= kLargest; bytes *= 4) limits.memory.push_back({double(bytes), 0});
    for (int pass = 0; pass < kPasses; ++pass)
      for (MemoryRate &rate : limits.memory) rate.bytesPerNs = std::max(rate.bytesPerNs, readRate(limits.threads, at, int64_t(rate.bytes) / 4));
    // A smaller set is never slower: where it seems so, it was disturbed.
    for (size_t i = limits.memory.size(); i-- > 1;)
      limits.memory[i - 1].bytesPerNs = std::max(limits.memory[i - 1].bytesPerNs, limits.memory[i].bytesPerNs);
  }
  return limits;
}

std::string limitsText(const MachineLimits &limits) {
  nlohmann::ordered_json peaks = nlohmann::ordered_json::object();
  for (Precision precision : kPrecisions)
    peaks[precisionName(precision)] = {{"macs_per_ns", limits.peak(precision).macsPerNs}, {"products", limits.peak(precision).products}};
  nlohmann::ordered_json memory = nlohmann::ordered_json::array();
  for (const MemoryRate &rate : limits.memory) memory.push_back({{"bytes", rate.bytes}, {"bytes_per_ns", rate.bytesPerNs}});
  nlohmann::ordered_json j = {{"version", MachineLimits::kVersion},
                              {"cpu", limits.cpu},
                              {"threads", limits.threads},
                              {"peaks", peaks},
                              {"memory", memory}};
  return j.dump(1) + "\n";
}

std::optional<MachineLimits> limitsFromText(std::string_view text) {
  const nlohmann::json j = nlohmann::json::parse(text, nullptr, false);
  auto number = [](const nlohmann::json &in, const char *key) {
    auto at = in.is_object() ? in.find(key) : in.end();
    const double value = in.is_object() && at != in.end() && at->is_number() ? at->get<double>() : 0;
    return value > 0 && value < 1e15 ? value : 0;
  };
  MachineLimits limits;
  if (!j.is_object() || number(j, "version") != MachineLimits::kVersion || !j.contains("memory") || !j["memory"].is_array() ||
      !j.contains("peaks") || !j["peaks"].is_object())
    return std::nullopt;
  limits.threads = int(std::min(number(j, "threads"), 4096.0));
  for (Precision precision : kPrecisions) {
    const auto at = j["peaks"].find(precisionName(precision));
    if (at == j["peaks"].end() || !at->is_object() || !at->contains("products") || !(*at)["products"].is_string()) return std::nullopt;
    limits.peaks[int(precision)] = {number(*at, "macs_per_ns"), (*at)["products"].get<std::string>()};
    if (limits.peak(precision).macsPerNs <= 0) return std::nullopt;
  }
  if (limits.threads < 1 || !j.contains("cpu") || !j["cpu"].is_string()) return std::nullopt;
  limits.cpu = j["cpu"].get<std::string>();
  for (const auto &rate : j["memory"]) {
    limits.memory.push_back({number(rate, "bytes"), number(rate, "bytes_per_ns")});
    const MemoryRate &last = limits.memory.back();
    if (last.bytes <= 0 || last.bytesPerNs <= 0 || (limits.memory.size() > 1 && last.bytes <= limits.memory[limits.memory.size() - 2].bytes))
      return std::nullopt;
  }
  return limits.memory.empty() ? std::nullopt : std::optional(limits);
}

std::optional<MachineLimits> storedLimits(int threads) {
  std::ifstream in(machineFile("limits", threads));
  std::stringstream text;
  if (in) text << in.rdbuf();
  std::optional<MachineLimits> limits = limitsFromText(text.str());
  return limits && limits->threads == threads && limits->cpu == cpuName() ? limits : std::nullopt;
}

std::optional<MachineLimits> machineLimits(int threads, bool anew) {
  if (!anew)
    if (auto kept = storedLimits(threads)) return kept;
  std::optional<MachineLimits> limits = measureLimits(threads);
  if (limits) writeMachineFile(machineFile("limits", limits->threads), limitsText(*limits));
  return limits;
}

}  // namespace offramp::cpu
