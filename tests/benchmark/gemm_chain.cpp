// The GEMM chain: the matrix products of the first example's network, alone, back to back, each with weights of its own (so
// they are as cold as in the network). It is the limit that speeds are reported against, not a model: nothing between the products
// is computed, and values mean nothing. Attention's small products are left out, as they are no library GEMMs.
//
//   gemm_chain infer|train BATCH [SECONDS [f32|bf16|int8]]     one JSON object on standard output
//
// infer: full depth; the last stage computes the class token's row only (keys and values: all rows). train: one warm-up step,
// that is all heads, forward, the gradient of every input (but the images') and of every weight. bf16 and int8 are for infer: rows and weights
// come in that type (int8: u8 by s8), sums go out as f32; converting rows is left out, as it is no product.
#include <dnnl.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

using dnnl::memory;

namespace {

constexpr int64_t kRows = 17, kPatches = 16, kWidth = 128, kHidden = 512, kStages = 6, kClasses = 10, kPixels = 49;

enum class Kind { Forward, Packed, InputGradient, WeightGradient };

/// [m, k] · [k, n]. Packed: constant weights in the library's own layout. The gradients read one side transposed, as in the network.
struct Product {
  int64_t m, k, n;
  Kind kind;
};

struct Types {
  memory::data_type left = memory::data_type::f32, right = memory::data_type::f32;
};

struct Chain {
  Types types;
  dnnl::engine engine{dnnl::engine::kind::cpu, 0};
  dnnl::stream stream{engine};
  std::vector<dnnl::primitive> primitives;
  std::vector<std::unordered_map<int, memory>> arguments;

  memory filled(const memory::desc &desc) {
    memory made(desc, engine);
    if (desc.data_type() == memory::data_type::f32) {
      auto *values = static_cast<float *>(made.get_data_handle());
      std::fill(values, values + desc.get_size() / sizeof(float), 0.01f);
    } else {
      std::memset(made.get_data_handle(), 0x3c, desc.get_size());   // 0.011 as bf16, 60 as int8
    }
    return made;
  }

  void add(const Product &product) {
    using Tag = memory::format_tag;
    const auto f32 = memory::data_type::f32;
    const Tag left = product.kind == Kind::WeightGradient ? Tag::ba : Tag::ab;
    const Tag right = product.kind == Kind::Packed ? Tag::any : product.kind == Kind::InputGradient ? Tag::ba : Tag::ab;
    memory::desc src({product.m, product.k}, types.left, left), dst({product.m, product.n}, f32, Tag::ab);
    memory::desc weights({product.k, product.n}, types.right, right);
#if DNNL_VERSION_MAJOR >= 3
    dnnl::matmul::primitive_desc description(engine, src, weights, dst);
#else
    dnnl::matmul::primitive_desc description(dnnl::matmul::desc(src, weights, dst), engine);
#endif
    primitives.emplace_back(dnnl::matmul(description));
    arguments.push_back({{DNNL_ARG_SRC, filled(description.src_desc())},
                         {DNNL_ARG_WEIGHTS, filled(description.weights_desc())},
                         {DNNL_ARG_DST, filled(description.dst_desc())}});
  }

  void run() {
    for (size_t i = 0; i < primitives.size(); ++i)
      primitives[i].execute(stream, arguments[i]);
    stream.wait();
  }
};

struct Layer {
  int64_t rows, in, out;
  bool inputGradient = true;
};

std::vector<Layer> network(int64_t batch, bool allHeads) {
  std::vector<Layer> layers{{batch * kPatches, kPixels, kWidth, false}};
  for (int64_t stage = 1; stage <= kStages; ++stage) {
    const int64_t all = batch * kRows, read = stage == kStages ? batch : all;
    layers.insert(layers.end(), {{all, kWidth, 2 * kWidth},
                                 {read, kWidth, kWidth},
                                 {read, kWidth, kWidth},
                                 {read, kWidth, kHidden},
                                 {read, kHidden, kWidth}});
    if (allHeads || stage == kStages)
      layers.insert(layers.end(), {{batch, kWidth, kWidth}, {batch, kWidth, kClasses}});
  }
  return layers;
}

std::vector<Product> products(const std::vector<Layer> &layers, bool training) {
  std::vector<Product> list;
  for (const Layer &layer : layers)
    list.push_back({layer.rows, layer.in, layer.out, training ? Kind::Forward : Kind::Packed});
  if (!training)
    return list;
  for (auto layer = layers.rbegin(); layer != layers.rend(); ++layer) {
    list.push_back({layer->in, layer->rows, layer->out, Kind::WeightGradient});
    if (layer->inputGradient)
      list.push_back({layer->rows, layer->out, layer->in, Kind::InputGradient});
  }
  return list;
}

double seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

int usage() {
  fmt::print(stderr, "usage: gemm_chain infer|train BATCH [SECONDS [f32|bf16|int8]]; bf16 and int8 for infer\n");
  return 2;
}

}  // namespace

int main(int argc, char **argv) {
  if (argc < 3 || argc > 5)
    return usage();
  const std::string mode = argv[1];
  const int64_t batch = std::atoll(argv[2]);
  const double duration = argc > 3 ? std::atof(argv[3]) : 2.0;
  const std::string dtype = argc > 4 ? argv[4] : "f32";
  const std::map<std::string, Types> types = {{"f32", {}},
                                              {"bf16", {memory::data_type::bf16, memory::data_type::bf16}},
                                              {"int8", {memory::data_type::u8, memory::data_type::s8}}};
  if (!types.contains(dtype) || (mode == "train" && dtype != "f32"))
    return usage();
  if ((mode != "infer" && mode != "train") || batch < 1 || !(duration > 0))
    return usage();

  Chain chain;
  chain.types = types.at(dtype);
  double flops = 0;
  for (const Product &product : products(network(batch, mode == "train"), mode == "train")) {
    try {
      chain.add(product);
    } catch (const dnnl::error &) {
      fmt::print(stderr, "gemm_chain: the installed oneDNN has no {} products for this CPU\n", dtype);
      return 1;
    }
    flops += 2.0 * product.m * product.k * product.n;
  }
  for (int i = 0; i < 3; ++i)
    chain.run();

  constexpr int kSlices = 10;
  std::vector<double> rates;
  for (int slice = 0; slice < kSlices; ++slice) {
    const double began = seconds();
    int64_t calls = 0;
    do {
      chain.run();
      ++calls;
    } while (seconds() - began < duration / kSlices);
    rates.push_back(calls * batch / (seconds() - began));
  }
  std::sort(rates.begin(), rates.end());
  const double rate = rates[kSlices / 2];
  fmt::print("{{\"bench\": \"gemm_chain\", \"mode\": \"{}\", \"dtype\": \"{}\", \"batch\": {}, \"products\": {}, \"samples_per_second\": {:.1f}, \"gflops\": {:.1f}}}\n",
             mode, dtype, batch, chain.primitives.size(), rate, rate / batch * flops / 1e9);
}
