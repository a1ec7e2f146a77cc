// What is kept of a machine is read back, and nothing else is; calls are marked while a trace is set, and only then.
#include "backends/cpu/kernels/CallTrace.h"
#include "backends/cpu/kernels/MachineLimits.h"
#include "tests/unit/cpu_kernels/Support.h"

#include <boost/test/unit_test.hpp>

using namespace offramp::cpu;

static MachineLimits madeUp(int threads) {
  MachineLimits limits;
  limits.cpu = "made-up", limits.threads = threads;
  limits.peaks[int(Precision::F32)] = {55.5, "x86-64-v3"};
  limits.peaks[int(Precision::Bf16)] = {44, "x86-64-v3, bf16 emulated"};
  limits.peaks[int(Precision::Int8)] = {77, "avx-vnni"};
  return limits;
}

BOOST_AUTO_TEST_CASE(limitsAreReadBack) {
  MachineLimits limits = madeUp(2);
  limits.memory = {{16384, 200}, {65536, 100.25}, {268435456, 12}};
  const auto back = limitsFromText(limitsText(limits));
  BOOST_REQUIRE(back.has_value());
  BOOST_TEST(back->cpu == "made-up");
  BOOST_TEST(back->threads == 2);
  BOOST_TEST(back->peak(Precision::F32).macsPerNs == 55.5);
  BOOST_TEST(back->peak(Precision::Int8).products == "avx-vnni");
  BOOST_REQUIRE(back->memory.size() == 3u);
  BOOST_TEST(back->memory[1].bytesPerNs == 100.25);
}

BOOST_AUTO_TEST_CASE(damagedLimitsAreNone) {
  MachineLimits limits = madeUp(1);
  limits.memory = {{16384, 200}, {65536, 100}};
  const std::string good = limitsText(limits);
  BOOST_TEST(limitsFromText(good).has_value());
  for (const auto &[from, to] : std::vector<std::pair<std::string, std::string>>{{"\"version\": 2", "\"version\": 1"},
                                                                                 {"\"bf16\"", "\"bf17\""},
                                                                                 {"55.5", "-1"},
                                                                                 {"65536", "16384"},
                                                                                 {"\"bytes_per_ns\": 100", "\"bytes_per_ns\": \"x\""},
                                                                                 {"\"cpu\"", "\"cup\""},
                                                                                 {"\"threads\": 1", "\"threads\": 0"},
                                                                                 {"\"memory\"", "\"memories\""}}) {
    std::string text = good;
    const size_t at = text.find(from);
    BOOST_REQUIRE_MESSAGE(at != std::string::npos, from);
    BOOST_TEST(!limitsFromText(text.replace(at, from.size(), to)).has_value(), from);
  }
  for (size_t length = 0; length + 2 < good.size(); length += 7) BOOST_TEST(!limitsFromText(good.substr(0, length)).has_value());
  BOOST_TEST(!limitsFromText("[]").has_value());
  BOOST_TEST(!limitsFromText("{\"version\": 2, \"peaks\": 3, \"memory\": [1], \"cpu\": \"x\", \"threads\": 1}").has_value());
}

BOOST_AUTO_TEST_CASE(callsAreMarkedWhileATraceIsSet) {
  EngineOptions options;
  options.threads = 1;
  Engine *engine = createEngine(options);
  offramp_call call{};
  call.engine = engine;
  std::vector<float> x(4 * 8, 1.0f), w(8 * 8, 0.5f), y(4 * 8);
  auto linear = [&](int64_t rows) { offramp_cpu_linear(&call, x.data(), w.data(), nullptr, y.data(), rows, 8, 8, OFFRAMP_EPILOGUE_NONE); };
  CallTrace trace;
  linear(4);
  engineTrace(engine, &trace);
  offramp_cpu_begin(&call);
  linear(4);
  linear(0);  // nothing to do, nothing to mark
  engineTrace(engine, nullptr);
  linear(4);
  BOOST_REQUIRE(trace.marks.size() == 2u);
  BOOST_TEST((trace.marks[0].kind == CallKind::Begin && trace.marks[1].kind == CallKind::Linear));
  BOOST_TEST(trace.marks[1].ns >= trace.marks[0].ns);
  destroyEngine(engine);
}
