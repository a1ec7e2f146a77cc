// oneDNN matrix products with a fixed row count, found by two array indices: site, then row count. Weights are plain row-major here;
// products over packed weights are the own kernel's (simd/Gemm.cpp).
#ifndef OFFRAMP_CPU_ONEDNN_MATMUL_H
#define OFFRAMP_CPU_ONEDNN_MATMUL_H

#include "backends/cpu/kernels/DnnlCompat.h"
#include "backends/cpu/kernels/EngineState.h"

namespace offramp::cpu {

enum class MatmulKind : int32_t {
  Forward,   // dst[m, n] = a[m, k]·b[k, n]
  Dx,        // dst[m, k] = a[m, n]·b[k, n]ᵀ
  Dw         // dst[k, n] += a[m, k]ᵀ·b[m, n]
};

class MatmulCache {
public:
  ~MatmulCache();
  // False: oneDNN refused (the caller uses the own kernel). add: dst += (Dw always adds).
  bool run(Engine &e, MatmulKind kind, const float *a, const float *b, const float *bias, float *dst, int64_t m, int64_t k, int64_t n, bool add,
           int64_t epilogue);

private:
  struct Instance {
    dnnl_primitive_t primitive = nullptr;
    dnnl_memory_t a = nullptr, b = nullptr, bias = nullptr, dst = nullptr, scratch = nullptr;
    int64_t scratchFloats = 0;
    uint64_t lastUse = 0;
    ~Instance();
  };
  struct Site {
    MatmulKind kind;
    int64_t k, n, epilogue;
    bool bias, add;
    std::vector<std::unique_ptr<Instance>> byRows;
  };
  Site &siteOf(MatmulKind kind, int64_t k, int64_t n, int64_t epilogue, bool bias, bool add);
  std::unique_ptr<Instance> create(Engine &e, const Site &site, int64_t m);
  void evict();

  std::vector<std::unique_ptr<Site>> sites;
  dnnl_stream_t stream = nullptr;
  Buffer scratch;
  uint64_t clock = 0;
  size_t instances = 0;
};

} // namespace offramp::cpu
#endif
