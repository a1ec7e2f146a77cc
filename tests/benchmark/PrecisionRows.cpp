// See PrecisionRows.h. Weights of twelve layers are used in turn, so that they are as cold as in a network. The own kernels start from f32 rows
// and add a bias; oneDNN gets rows that are bf16 or u8 already and adds nothing: what it is spared counts for it.
#include "tests/benchmark/PrecisionRows.h"

#include "backends/cpu/kernels/Engine.h"
#include "backends/cpu/kernels/Parallel.h"
#include "runtime/abi/CpuKernels.h"

#include <algorithm>
#include <dnnl.hpp>
#include <memory>
#include <unordered_map>
#include <vector>

using namespace offramp::cpu;
using dnnl::memory;

namespace {

constexpr int kLayers = 12;

struct Shape {
  const char *name;
  int64_t k, n;
};
constexpr Shape shapes[] = {{"768x768", 768, 768},   {"768x2304", 768, 2304}, {"768x3072", 768, 3072}, {"3072x768", 3072, 768}, {"128x128", 128, 128},
                            {"128x256", 128, 256},   {"128x512", 128, 512},   {"512x128", 512, 128},   {"256x256", 256, 256}};

// src[m, k]·w[k, n] → f32 of the library; null where it has none for this CPU.
struct VendorProduct {
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  dnnl::matmul product;
  std::vector<std::unordered_map<int, memory>> layers;
  size_t next = 0;

  static std::unique_ptr<VendorProduct> make(Precision precision, int64_t m, int64_t k, int64_t n) {
    using Type = memory::data_type;
    using Tag = memory::format_tag;
    const Type left = precision == Precision::F32 ? Type::f32 : precision == Precision::Bf16 ? Type::bf16 : Type::u8;
    const Type right = precision == Precision::Int8 ? Type::s8 : left;
    try {
      auto made = std::make_unique<VendorProduct>();
      memory::desc src({m, k}, left, Tag::ab), w({k, n}, right, Tag::any), dst({m, n}, Type::f32, Tag::ab);
#if DNNL_VERSION_MAJOR >= 3
      dnnl::matmul::primitive_desc description(made->engine, src, w, dst);
#else
      dnnl::matmul::primitive_desc description(dnnl::matmul::desc(src, w, dst), made->engine);
#endif
      made->product = dnnl::matmul(description);
      memory in(description.src_desc(), made->engine), out(description.dst_desc(), made->engine);
      std::fill_n(static_cast<uint8_t *>(in.get_data_handle()), description.src_desc().get_size(), uint8_t(0x3f));
      for (int i = 0; i < kLayers; ++i) {
        memory weights(description.weights_desc(), made->engine);
        std::fill_n(static_cast<uint8_t *>(weights.get_data_handle()), description.weights_desc().get_size(), uint8_t(0x3c));
        made->layers.push_back({{DNNL_ARG_SRC, in}, {DNNL_ARG_WEIGHTS, weights}, {DNNL_ARG_DST, out}});
      }
      return made;
    } catch (const dnnl::error &) {
      return nullptr;
    }
  }
  void run() {
    product.execute(stream, layers[next]);
    stream.wait();
    next = (next + 1) % layers.size();
  }
};

} // namespace

void precisionRows(int threads, const PrintRow &line) {
  Team::mine().useOpenMp(threads);   // both on the same threads
  std::vector<float> x(size_t(832 * 3072)), y(x.size()), w(size_t(kLayers) * 768 * 3072, 0.01f), bias(3072, 0.1f);
  for (size_t i = 0; i < x.size(); ++i) x[i] = float(i % 17) * 0.1f - 0.8f;
  for (Precision precision : {Precision::F32, Precision::Bf16, Precision::Int8}) {
    std::vector<const char *> kernels = {""};   // the fastest, and every other one that the CPU has
    int count = 0;
    const ReducedKernel *const *all = reducedKernels(precision, &count);
    if (count) kernels.assign(1, all[0]->name);
    for (int i = 1; i < count; ++i)
      if (all[i]->level == all[0]->level) kernels.push_back(all[i]->name);
    for (const char *kernel : kernels) {
      EngineOptions options;
      options.threads = threads, options.precision = precision, options.kernel = kernel;
      offramp_call call{};
      std::unique_ptr<Engine, decltype(&destroyEngine)> engine(createEngine(options), &destroyEngine);
      call.engine = engine.get();
      for (const Shape &s : shapes)
        for (int64_t rows : {1, 8, 32, 200, 832}) {
          const std::string name = std::string("precision ") + precisionName(precision) + " " + s.name + " rows " + std::to_string(rows);
          const double macs = double(rows * s.k * s.n);
          int64_t layer = 0;
          line(name + " own " + engineProducts(engine.get()), macs, 1, [&] {
            offramp_cpu_linear(&call, x.data(), w.data() + layer * s.k * s.n, bias.data(), y.data(), rows, s.k, s.n, OFFRAMP_EPILOGUE_NONE);
            layer = (layer + 1) % kLayers;
          });
          if (kernel != kernels[0]) continue;
          auto vendor = VendorProduct::make(precision, rows, s.k, s.n);
          if (vendor) line(name + " oneDNN", macs, 1, [&] { vendor->run(); });
          else line(name + " oneDNN: not on this CPU", 0, 1, {});
        }
    }
  }
}
