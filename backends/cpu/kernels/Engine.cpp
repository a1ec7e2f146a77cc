// Creation and bookkeeping of an engine. No kernel is in this file.
#include "backends/cpu/kernels/EngineState.h"
#include "backends/cpu/kernels/OneDnnConv.h"
#include "backends/cpu/kernels/OneDnnMatmul.h"

#include <atomic>
#include <cstdlib>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

namespace offramp::cpu {

static constexpr size_t kHugePage = size_t(2) << 20;

Buffer::~Buffer() { std::free(at); }

float *Buffer::need(int64_t floats) {
  if (floats <= size) return at;
  std::free(at);
  int64_t rounded = (floats + 1023) / 1024 * 1024;
  const size_t bytes = size_t(rounded) * 4;
  void *memory = nullptr;
  at = posix_memalign(&memory, bytes >= kHugePage ? kHugePage : 64, bytes) == 0 ? static_cast<float *>(memory) : nullptr;
  if (at && bytes >= kHugePage) madvise(at, bytes, MADV_HUGEPAGE);   // packed weights are streamed: fewer page faults, fewer misses of translations
  size = at ? rounded : 0;
  return at;
}

void releasePlain(const Engine &e, const float *w, int64_t floats) {
  if (!e.options.releasePlainWeights) return;
  const uintptr_t page = uintptr_t(sysconf(_SC_PAGESIZE)), begin = (reinterpret_cast<uintptr_t>(w) + page - 1) / page * page;
  const uintptr_t end = reinterpret_cast<uintptr_t>(w + floats) / page * page;
  if (begin < end) madvise(reinterpret_cast<void *>(begin), end - begin, MADV_DONTNEED);
}

Descriptor *DescriptorPool::take(int64_t samples) {
  if (used == items.size()) items.push_back(std::make_unique<Descriptor>());
  Descriptor *d = items[used++].get();
  if (int64_t(d->entries.size()) < 5 * samples) d->entries.resize(size_t(5 * samples));
  int32_t *p = d->entries.data();
  d->batch = {};
  d->batch.id = p, d->batch.first = p + samples, d->batch.at = p + 2 * samples, d->batch.len = p + 3 * samples, d->batch.from = p + 4 * samples;
  d->front = 0;
  return d;
}

const Descriptor *DescriptorPool::find(const offramp_batch *b) const {
  for (size_t i = 0; i < used; ++i)
    if (&items[i]->batch == b) return items[i].get();
  return nullptr;
}

static size_t slotOf(const float *w, size_t size) { return (reinterpret_cast<uintptr_t>(w) >> 2) * 0x9E3779B97F4A7C15ull >> 32 & (size - 1); }

void PackedWeights::grow() {
  std::vector<std::unique_ptr<Entry>> old = std::move(slots);
  slots.clear();
  slots.resize(old.empty() ? 64 : old.size() * 2);
  for (auto &entry : old)
    if (entry) {
      size_t i = slotOf(entry->address, slots.size());
      while (slots[i]) i = (i + 1) & (slots.size() - 1);
      slots[i] = std::move(entry);
    }
}

PackedWeights::Entry *PackedWeights::find(const float *w, int64_t k, int64_t n, bool transposed) {
  if (slots.empty()) grow();
  size_t i = slotOf(w, slots.size());
  for (; slots[i]; i = (i + 1) & (slots.size() - 1))
    if (const Entry &at = *slots[i]; at.address == w && at.k == k && at.n == n && at.transposed == transposed) return slots[i].get();
  if (2 * ++used > slots.size()) {
    grow();
    i = slotOf(w, slots.size());
    while (slots[i]) i = (i + 1) & (slots.size() - 1);
  }
  slots[i] = std::make_unique<Entry>();
  slots[i]->address = w, slots[i]->k = k, slots[i]->n = n, slots[i]->transposed = transposed;
  return slots[i].get();
}

void PackedWeights::expire(const float *begin, const float *end) {
  for (auto &entry : slots)
    if (entry && entry->address >= begin && entry->address < end) entry->version = 0;
}

size_t PackedWeights::bytes() const {
  size_t sum = 0;
  for (auto &entry : slots)
    if (entry) sum += size_t(entry->packed.floats()) * 4;
  return sum;
}

Engine::Engine() = default;
Engine::~Engine() = default;

void Engine::fail(const char *what) {
  if (error) return;
  errorText = what;
  error = errorText.c_str();
}

// Worker i goes to the i-th allowed CPU after the caller's; engines made later start elsewhere, so that two engines share no CPU
// while there are enough of them. The caller's own thread is left alone.
static void bindWorkers(int threads) {
  if (threads < 2 || std::getenv("OMP_PROC_BIND")) return;
  cpu_set_t allowed;
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
  std::vector<int> cpus;
  for (int c = 0; c < CPU_SETSIZE; ++c)
    if (CPU_ISSET(c, &allowed)) cpus.push_back(c);
  if (int(cpus.size()) < threads) return;
  static std::atomic<unsigned> next{0};
  unsigned start = next.fetch_add(unsigned(threads));
  std::vector<int> chosen;
  for (int thread = 1; thread < threads; ++thread) chosen.push_back(cpus[(start + unsigned(thread)) % cpus.size()]);
  Team::mine().bind(std::move(chosen));
}

const char *precisionName(Precision precision) { return precision == Precision::Bf16 ? "bf16" : precision == Precision::Int8 ? "int8" : "f32"; }

std::optional<Precision> precisionNamed(std::string_view name) {
  for (Precision precision : {Precision::F32, Precision::Bf16, Precision::Int8})
    if (name == precisionName(precision)) return precision;
  return std::nullopt;
}

// The kernel wanted by name, or the fastest of the level; null if there is none.
static const ReducedKernel *reducedKernelFor(const EngineOptions &options) {
  int count = 0;
  const ReducedKernel *const *kernels = reducedKernels(options.precision, &count);
  for (int i = 0; i < count; ++i) {
    bool levelFits = options.level == SimdLevel::Best || kernels[i]->level <= options.level;
    if (options.kernel.empty() ? levelFits : options.kernel == kernels[i]->name) return kernels[i];
  }
  return nullptr;
}

Engine *createEngine(const EngineOptions &options) {
  const SimdTable *simd = simdTable(options.level);
  if (!simd) return nullptr;
  const bool isReduced = options.precision != Precision::F32;
  const ReducedKernel *reduced = isReduced ? reducedKernelFor(options) : nullptr;
  if (isReduced && (!reduced || options.gemm == GemmChoice::OneDnn)) return nullptr;
  if (reduced && options.mode == EngineMode::Training && !reduced->packTransposed) return nullptr;
  auto *e = new Engine;
  e->options = options;
  cpu_set_t allowed;
  int cpus = sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  e->threads = options.threads > 0 ? options.threads : cpus;
  e->simd = simd;
  e->reduced = reduced;
  e->profile = defaultProfile(e->threads);
  e->threadScratch.resize(size_t(e->threads));
  e->matmuls = std::make_unique<MatmulCache>();
  e->convs = std::make_unique<ConvCache>();
  if (options.bind) bindWorkers(e->threads);
  return e;
}

void destroyEngine(Engine *engine) { delete engine; }
int engineThreads(const Engine *engine) { return engine->threads; }
Precision enginePrecision(const Engine *engine) { return engine->options.precision; }
const char *engineLevel(const Engine *engine) { return engine->simd->name; }

static std::string productsOf(const SimdTable *simd, const ReducedKernel *kernel, Precision precision) {
  if (!kernel) return simd->name;
  if (!kernel->emulated) return kernel->name;
  return std::string(kernel->name) + ", " + precisionName(precision) + " emulated";
}

std::string engineProducts(const Engine *engine) { return productsOf(engine->simd, engine->reduced, engine->options.precision); }

std::string productsOnThisCpu(Precision precision) {
  EngineOptions options;
  options.precision = precision;
  return productsOf(simdTable(options.level), reducedKernelFor(options), precision);
}

void engineWeightsChanged(Engine *engine) { ++engine->weightsVersion; }

bool Engine::isFrozen(const float *w) const {
  if (options.mode == EngineMode::Inference) return true;
  return learning && std::none_of(learning->begin(), learning->end(), [&](const LearningWeights &l) { return w >= l.begin && w < l.end; });
}

void engineSetUpdates(Engine *engine, const float *weights, const float *gradients, const offramp_range *ranges, int64_t n) {
  engine->learning.emplace();
  engine->tracked.clear();
  engine->packed.clear();   // what learns now and was frozen before would keep its memory
  for (int64_t i = 0; i < n; ++i) {
    const offramp_range &r = ranges[i];
    engine->learning->push_back({weights + r.begin, weights + r.begin + r.count});
    if (r.row > 0) engine->tracked.push_back({gradients + r.begin, std::vector<uint64_t>(size_t(r.count / r.row + 63) / 64)});
  }
}

void engineWeightsUpdated(Engine *engine, const float *begin, const float *end) { engine->packed.expire(begin, end); }

const char *engineTakeError(Engine *engine) {
  const char *error = engine->error;
  engine->error = nullptr;
  return error;
}

void engineSetProfile(Engine *engine, const MachineProfile &profile) {
  engine->profile = profile;
  // A fork pays when half the product takes longer than the fork.
  if (profile.measured && profile.rows.size() > 1)
    engine->forkMacs = std::max<int64_t>(50000, int64_t(2 * profile.callNs * profile.macsPerNs.back() / engine->threads));
}
const MachineProfile &engineProfile(const Engine *engine) { return engine->profile; }
void engineSetStageCosts(Engine *engine, std::vector<StageCost> stages) {
  engine->stages = std::move(stages);
  engine->stageChoices.assign(engine->stages.size(), {});
}
const std::vector<StageCost> &engineStageCosts(const Engine *engine) { return engine->stages; }
void engineSetLeaveShares(Engine *engine, std::vector<float> shares) { engine->leaveShares = std::move(shares); }

void engineTrace(Engine *engine, CallTrace *trace) { engine->trace = trace; }

EngineChoices engineTakeChoices(Engine *engine) {
  EngineChoices taken = engine->choices;
  engine->choices = {};
  return taken;
}

std::vector<EngineChoices> engineTakeStageChoices(Engine *engine) {
  std::vector<EngineChoices> taken = engine->stageChoices;
  engine->stageChoices.assign(engine->stages.size(), {});
  return taken;
}

std::vector<StagePlan> enginePlan(const Engine *engine, double samples, double rowsPerSample) {
  return planStages(engine->profile, engine->stages, samples, rowsPerSample, engine->leaveShares);
}

size_t engineBytes(const Engine *engine) {
  size_t sum = engine->packed.bytes() + size_t(engine->sharedScratch.floats()) * 4;
  for (auto &b : engine->threadScratch) sum += size_t(b.floats()) * 4;
  return sum;
}

} // namespace offramp::cpu
