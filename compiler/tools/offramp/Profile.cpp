// `offramp profile`: what was measured of this machine, kept for rooflines and the cost model, and shown.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"
#include "compiler/tools/offramp/TextTable.h"
#include "compiler/tools/offramp/ThisMachine.h"
#include "compiler/tools/offramp/Units.h"

#include "backends/cpu/RunProfile.h"
#include "compiler/artifact/Target.h"
#include "runtime/core/Error.h"
#include "runtime/core/Json.h"
#include "runtime/report/Text.h"

#include <algorithm>
#include <iostream>
#include <thread>

namespace offramp::tool {
namespace {

using namespace runtime;

struct Options {
  int threads = 0;
  bool json = false, measure = false;
};

/// Instruction sets that matter to matrix products, of those this CPU has.
std::vector<std::string> features() {
  constexpr const char *wanted[] = {"avx2",        "fma",      "avx512f",  "avx512_bf16", "avx512_vnni",
                                    "avx512_fp16", "avx_vnni", "amx_tile", "amx_bf16",    "amx_int8"};
  auto plain = [](std::string name) {
    std::erase_if(name, [](char c) { return c == '_' || c == '-' || c == '.'; });
    return name;
  };
  std::vector<std::string> here, found;
  for (const std::string &flag : cpuTarget("native").requiredFlags) here.push_back(plain(flag));
  for (const char *name : wanted)
    if (std::find(here.begin(), here.end(), plain(name)) != here.end()) found.emplace_back(name);
  return found;
}

std::string gflops(double macsPerNs) { return fmt::format("{:.1f}", 2 * macsPerNs); }

void printText(const cpu::MachineProfile &profile, const cpu::MachineLimits &limits, const char *level) {
  std::string has;
  for (const std::string &name : features()) has += " " + name;
  std::cout << fmt::format("{}\n{} logical CPUs, {} thread{} measured; vector kernels: {}; instruction sets:{}\n", profile.cpu,
                           std::thread::hardware_concurrency(), limits.threads, limits.threads == 1 ? "" : "s", level, has);
  TextTable products({"rows", "f32 GFLOP/s", "of the peak"});
  for (size_t i = 0; i < profile.rows.size(); ++i)
    products.add(
        {std::to_string(profile.rows[i]), gflops(profile.macsPerNs[i]), fmt::format("{:.0f} %", 100 * profile.macsPerNs[i] / limits.peak(cpu::Precision::F32).macsPerNs)});
  TextTable peaks({"precision", "GFLOP/s", "kernel"});
  for (cpu::Precision precision : {cpu::Precision::F32, cpu::Precision::Bf16, cpu::Precision::Int8})
    peaks.add({cpu::precisionName(precision), gflops(limits.peak(precision).macsPerNs), limits.peak(precision).products});
  std::cout << "\nMatrix products of so many rows, weights of [128, 256], [128, 512], [512, 128] in turn\n"
            << products.text() << "\nPeaks: the highest of five shapes up to 64 × 768 × 3072\n" << peaks.text();
  TextTable memory({"working set", "GB/s", ""});
  for (const cpu::MemoryRate &rate : limits.memory)
    memory.add({bytes(rate.bytes), fmt::format("{:.1f}", rate.bytesPerNs), &rate == &limits.memory.back() ? "main memory" : ""});
  std::cout << "\nReading a working set again and again, over all threads\n" << memory.text();
  std::cout << fmt::format("\nCopying rows (read and written, one thread): {:.1f} GB/s; a kernel call costs {} beside its work\n",
                           profile.copyBytesPerNs, report::duration(profile.callNs));
  if (const std::string path = cpu::profilePath(limits.threads); !path.empty())
    std::cout << fmt::format("Kept in {} and {}; --measure replaces them\n", path, cpu::machineFile("limits", limits.threads));
}

void printJson(const cpu::MachineProfile &profile, const cpu::MachineLimits &limits, const char *level) {
  OrderedJson json{{"cpu", profile.cpu},
                   {"logical_cpus", (int64_t)std::thread::hardware_concurrency()},
                   {"threads", limits.threads},
                   {"level", level},
                   {"features", features()},
                   {"profile", OrderedJson::parse(cpu::profileText(profile))},
                   {"limits", OrderedJson::parse(cpu::limitsText(limits))}};
  std::cout << jsonLine(json) << "\n";
}

void profile(const Options &options) {
  cpu::CpuBackend backend(cpu::CpuBackendOptions{cpu::EngineMode::Inference, options.threads});
  const int threads = backend.threads();
  if (options.measure) std::cerr << "measuring this machine for the cost model…" << std::endl;
  const cpu::MachineProfile profile = options.measure ? cpu::machineProfile(threads, cpu::Precision::F32, true)
                                                      : cpu::announcedProfile(threads, cpu::Precision::F32, announceMeasuring);
  const cpu::MachineLimits limits = limitsOfThisMachine(threads, options.measure);
  const char *level = cpu::engineLevel(static_cast<cpu::Engine *>(backend.engine()));
  options.json ? printJson(profile, limits, level) : printText(profile, limits, level);
}

}  // namespace

void addProfile(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("profile", "What was measured of this machine: matrix products, memory, instruction sets");
  command->add_option("--threads", options->threads, "threads; 0: all")->check(CLI::Range(0, 4096));
  command->add_flag("--json", options->json, "one JSON object");
  command->add_flag("--measure", options->measure, "measure anew and keep that");
  command->footer("Example: offramp profile --threads 2");
  command->callback([options] { profile(*options); });
}

}  // namespace offramp::tool
