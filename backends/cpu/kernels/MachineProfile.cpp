// Measurement and storage of MachineProfile.h. Times are the best of several rounds: other work on the machine only ever adds.
#include "backends/cpu/kernels/MachineProfile.h"

#include "runtime/abi/CpuKernels.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace offramp::cpu {
std::string cpuName() {
  std::ifstream info("/proc/cpuinfo");
  std::string line, name;
  while (std::getline(info, line) && !line.empty())   // the first CPU's block
    for (const char *key : {"model name\t", "cpu family\t", "model\t", "stepping\t"})
      if (line.rfind(key, 0) == 0)
        if (size_t at = line.find(": "); at != std::string::npos) name += (name.empty() ? "" : "-") + line.substr(at + 2);
  for (char &c : name)
    if (!std::isalnum(static_cast<unsigned char>(c))) c = '-';
  return name.empty() ? "unknown" : name;
}

std::vector<double> plausibleRates(const std::vector<int64_t> &rows, std::vector<double> ns, double macsPerRow) {
  for (size_t i = rows.size(); i-- > 1;) ns[i - 1] = std::min(ns[i - 1], ns[i]);
  std::vector<double> rates;
  for (size_t i = 0; i < rows.size(); ++i) {
    double rate = macsPerRow * double(rows[i]) / std::max(ns[i], 1.0);
    rates.push_back(i == 0 ? rate : std::max(rate, rates.back()));
  }
  return rates;
}

MachineProfile measureProfile(Engine *engine, const std::vector<GemmShape> &shapes) {
  constexpr int64_t kLayers = 6;
  constexpr int kPasses = 3;
  constexpr double kSlowestCall = 20000;   // a fork that takes longer was never undisturbed
  MachineProfile p;
  p.cpu = cpuName();
  p.threads = engineThreads(engine);
  p.precision = precisionName(enginePrecision(engine));
  p.products = engineProducts(engine);
  p.rows = {1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024};
  offramp_call call{};
  call.engine = engine;
  int64_t most = 1, weights = 1;
  for (GemmShape s : shapes) most = std::max({most, s.k, s.n}), weights = std::max(weights, s.k * s.n);
  std::vector<float> x(static_cast<size_t>(p.rows.back() * most), 0.5f), y(x.size());
  std::vector<float> w(static_cast<size_t>(kLayers * weights), 0.01f);
  engineWeightsChanged(engine);   // an earlier owner of these addresses may have had other values
  // Several passes over the whole ladder, the best of each place: what else the machine is doing comes and goes in moments longer than one
  // measurement.
  std::vector<std::vector<double>> ns(p.rows.size(), std::vector<double>(shapes.size(), 1e18));
  for (int pass = 0; pass < kPasses; ++pass)
    for (size_t r = 0; r < p.rows.size(); ++r)
      for (size_t g = 0; g < shapes.size(); ++g) {
        const GemmShape s = shapes[g];
        int64_t layer = 0;
        ns[r][g] = std::min(ns[r][g], bestNs([&] {
          offramp_cpu_linear(&call, x.data(), w.data() + layer * s.k * s.n, nullptr, y.data(), p.rows[r], s.k, s.n, OFFRAMP_EPILOGUE_NONE);
          layer = (layer + 1) % kLayers;
        }));
      }
  double macsPerRow = 0;
  for (GemmShape s : shapes) macsPerRow += double(s.k * s.n);
  std::vector<double> times;
  for (auto &shape : ns) {
    double sum = 0;
    for (double t : shape) sum += t;
    times.push_back(sum);
  }
  p.macsPerNs = plausibleRates(p.rows, times, macsPerRow);
  engineWeightsChanged(engine);   // the addresses go back to the allocator
  size_t bytes = std::min<size_t>(x.size() * 4, 1 << 20);
  double copyNs = 1e18;
  p.callNs = 1e18;
  for (int pass = 0; pass < kPasses; ++pass) {
    copyNs = std::min(copyNs, bestNs([&] { std::memcpy(y.data(), x.data(), bytes); }));
    p.callNs = std::min(p.callNs, bestNs([&] { offramp_cpu_parallel(&call, [](void *const *, int64_t, int64_t) {}, nullptr, p.threads, 1); }));
  }
  p.copyBytesPerNs = 2 * double(bytes) / copyNs;
  p.callNs = std::min(p.callNs, kSlowestCall);
  p.measured = true;
  return p;
}

std::string profileText(const MachineProfile &p) {
  nlohmann::ordered_json j = {{"version", p.version},     {"cpu", p.cpu},   {"threads", p.threads},         {"precision", p.precision},
                              {"products", p.products},   {"rows", p.rows}, {"macs_per_ns", p.macsPerNs},    {"copy_bytes_per_ns", p.copyBytesPerNs},
                              {"call_ns", p.callNs}};
  return j.dump(1) + "\n";
}

std::optional<MachineProfile> profileFromText(std::string_view text) {
  nlohmann::json j = nlohmann::json::parse(text, nullptr, false);
  if (!j.is_object()) return std::nullopt;
  auto number = [&](const char *key, double &to) {
    auto at = j.find(key);
    if (at == j.end() || !at->is_number()) return false;
    to = at->get<double>();
    return to > 0 && to < 1e15;
  };
  MachineProfile p;
  double version = 0, threads = 0;
  if (!number("version", version) || version != MachineProfile::kVersion || !number("threads", threads) || threads > 4096 ||
      !number("copy_bytes_per_ns", p.copyBytesPerNs) || !number("call_ns", p.callNs))
    return std::nullopt;
  auto rows = j.find("rows"), rates = j.find("macs_per_ns");
  if (rows == j.end() || rates == j.end() || !rows->is_array() || !rates->is_array() || rows->empty() || rows->size() != rates->size())
    return std::nullopt;
  for (size_t i = 0; i < rows->size(); ++i) {
    const auto &count = (*rows)[i], &rate = (*rates)[i];
    if (!count.is_number_integer() || !rate.is_number() || rate.get<double>() <= 0) return std::nullopt;
    int64_t value = count.get<int64_t>();
    if (value < 1 || (!p.rows.empty() && value <= p.rows.back())) return std::nullopt;
    p.rows.push_back(value);
    p.macsPerNs.push_back(rate.get<double>());
  }
  auto name = [&](const char *key, std::string &to) {
    if (auto at = j.find(key); at != j.end() && at->is_string()) to = at->get<std::string>();
  };
  name("cpu", p.cpu);
  name("precision", p.precision);
  name("products", p.products);
  p.threads = int(threads);
  p.measured = true;
  return p;
}

std::optional<MachineProfile> matchingProfile(std::string_view text, int threads, Precision precision) {
  std::optional<MachineProfile> p = profileFromText(text);
  const bool fits = p && p->threads == threads && p->cpu == cpuName() && p->precision == precisionName(precision) &&
                    p->products == productsOnThisCpu(precision);
  return fits ? p : std::nullopt;
}

std::optional<MachineProfile> profileFromFile(const std::string &path, int threads, Precision precision) {
  std::ifstream in(path);
  std::stringstream text;
  if (in) text << in.rdbuf();
  return matchingProfile(text.str(), threads, precision);
}

static bool writeAtomically(const std::string &path, const std::string &text) {
  std::string temporary = path + "." + std::to_string(getpid());
  std::ofstream out(temporary);
  out << text;
  out.close();
  if (out && std::rename(temporary.c_str(), path.c_str()) == 0) return true;
  std::remove(temporary.c_str());
  return false;
}

bool writeProfile(const MachineProfile &profile, const std::string &path) { return writeAtomically(path, profileText(profile)); }

std::string machineFile(const std::string &kind, int threads) {
  const char *cache = std::getenv("XDG_CACHE_HOME"), *home = std::getenv("HOME");
  std::string folder = cache && *cache ? cache : home && *home ? std::string(home) + "/.cache" : "";
  return folder.empty() ? "" : folder + "/offramp/" + kind + "-" + cpuName() + "-" + std::to_string(threads) + ".json";
}

std::string profilePath(int threads, Precision precision) {
  return machineFile(precision == Precision::F32 ? "profile" : std::string("profile-") + precisionName(precision), threads);
}

bool writeMachineFile(const std::string &path, const std::string &text) {
  size_t slash = path.rfind('/');
  if (slash == std::string::npos) return false;
  std::string folder = path.substr(0, slash);
  mkdir(folder.substr(0, folder.rfind('/')).c_str(), 0777);
  mkdir(folder.c_str(), 0777);
  return writeAtomically(path, text);
}

std::optional<MachineProfile> storedProfile(int threads, std::string_view text, Precision precision) {
  if (auto stored = profileFromFile(profilePath(threads, precision), threads, precision)) return stored;
  return matchingProfile(text, threads, precision);
}

MachineProfile machineProfile(int threads, Precision precision, bool anew) {
  EngineOptions options;
  options.threads = threads, options.precision = precision;
  Engine *engine = createEngine(options);
  if (!engine) return defaultProfile(threads);
  const int count = engineThreads(engine);
  std::optional<MachineProfile> p;
  if (!anew) p = storedProfile(count, {}, precision);
  if (!p) {
    p = measureProfile(engine);
    writeMachineFile(profilePath(count, precision), profileText(*p));
  }
  destroyEngine(engine);
  return *p;
}

} // namespace offramp::cpu
