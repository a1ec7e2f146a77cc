#include "tests/benchmark/GemmChain.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <thread>

namespace offramp::bench {

using dnnl::memory;

Library::Library(const std::string &dtype) {
  using Type = memory::data_type;
  if (dtype == "f32") left = right = Type::f32;
  if (dtype == "bf16") left = right = Type::bf16;
  if (dtype == "int8") left = Type::u8, right = Type::s8;
  if (const char *set = std::getenv("OMP_NUM_THREADS")) threads = std::max(1, std::atoi(set));
}

static void fill(const memory &made) {
  const memory::desc desc = made.get_desc();
  if (desc.data_type() == memory::data_type::f32) {
    auto *values = static_cast<float *>(made.get_data_handle());
    std::fill(values, values + desc.get_size() / sizeof(float), 0.01f);
  } else {
    std::memset(made.get_data_handle(), 0x3c, desc.get_size());  // 0.011 as bf16, 60 as int8
  }
}

memory Library::filled(const memory::desc &desc) {
  memory made(desc, engine);
  fill(made);
  return made;
}

memory Library::weights(const std::string &name, const memory::desc &desc) {
  std::vector<memory> &kept = byName[name];
  for (const memory &one : kept)
    if (one.get_desc() == desc) return one;
  kept.push_back(filled(desc));
  return kept.back();
}

memory Library::rows(int buffer, const memory::desc &desc) {
  std::vector<char> &bytes = buffers[buffer];
  if (desc.get_size() + 64 > bytes.size()) {
    bytes.resize(desc.get_size() + 64, 0);
    for (memory &one : passing[buffer]) one.set_data_handle((char *)(((uintptr_t)bytes.data() + 63) / 64 * 64));
  }
  passing[buffer].push_back(memory(desc, engine, (char *)(((uintptr_t)bytes.data() + 63) / 64 * 64)));
  return passing[buffer].back();
}

bool Chain::add(const std::string &kind, int64_t m, int64_t k, int64_t n, const std::string &weight) {
  using Tag = memory::format_tag;
  const auto f32 = memory::data_type::f32;
  const bool packed = kind == "packed";
  memory::dims srcSize, weightsSize, dstSize;
  Tag srcTag = Tag::ab, weightsTag = packed ? Tag::any : Tag::ab;
  if (packed || kind == "forward")
    srcSize = {m, k}, weightsSize = {k, n}, dstSize = {m, n};
  else if (kind == "input")
    srcSize = {m, n}, weightsSize = {n, k}, dstSize = {m, k}, weightsTag = Tag::ba;
  else if (kind == "weight")
    srcSize = {k, m}, weightsSize = {m, n}, dstSize = {k, n}, srcTag = Tag::ba;
  else
    return false;
  memory::desc src(srcSize, library.left, srcTag), weights(weightsSize, library.right, weightsTag), dst(dstSize, f32, Tag::ab);
#if DNNL_VERSION_MAJOR >= 3
  dnnl::matmul::primitive_desc description(library.engine, src, weights, dst);
#else
  dnnl::matmul::primitive_desc description(dnnl::matmul::desc(src, weights, dst), library.engine);
#endif
  const bool readsWeights = kind != "weight";
  std::unordered_map<int, memory> arguments{
      {DNNL_ARG_SRC, packed ? library.rows(turn, description.src_desc()) : library.filled(description.src_desc())},
      {DNNL_ARG_WEIGHTS, readsWeights ? library.weights(weight, description.weights_desc()) : library.filled(description.weights_desc())},
      {DNNL_ARG_DST, packed ? library.rows(1 - turn, description.dst_desc()) : library.filled(description.dst_desc())}};
  if (packed) turn = 1 - turn;
  steps.push_back([&stream = library.stream, product = dnnl::matmul(description), arguments] { product.execute(stream, arguments); });
  work += 2.0 * m * k * n;
  return true;
}

void Chain::addOptimizer(int64_t count) {
  struct State {
    std::vector<float> weight, gradient, first, second;
  };
  auto state = std::make_shared<State>();
  for (auto *values : {&state->weight, &state->gradient, &state->first, &state->second}) values->assign(count, 0.01f);
  steps.push_back([state, count, threads = library.threads] {
    const auto part = [&](int64_t begin, int64_t end) {
      float *w = state->weight.data(), *g = state->gradient.data(), *m = state->first.data(), *v = state->second.data();
      for (int64_t i = begin; i < end; ++i) {
        m[i] = 0.9f * m[i] + 0.1f * g[i];
        v[i] = 0.999f * v[i] + 0.001f * g[i] * g[i];
        w[i] -= 1e-5f * (m[i] / (std::sqrt(v[i]) + 1e-8f) + 0.01f * w[i]);
      }
    };
    std::vector<std::jthread> workers;
    for (int t = 0; t < threads; ++t) workers.emplace_back(part, count * t / threads, count * (t + 1) / threads);
  });
}

void Chain::run() {
  for (const auto &step : steps) {
    step();
    library.stream.wait();
  }
}

}  // namespace offramp::bench
