// Bias and epilogue of a finished tile, shared by the matrix kernels of all precisions. Knows no operand types.
#ifndef OFFRAMP_CPU_TILE_EPILOGUE_H
#define OFFRAMP_CPU_TILE_EPILOGUE_H

#include "backends/cpu/kernels/simd/SimdMath.h"
#include "runtime/abi/CpuKernels.h"

namespace offramp::cpu::simd {
namespace {

// c[rows, ·] = op(acc[rows][vectors] + bias, what c held) in one pass; the last vector has `tail` columns.
template <class Op>
OFFRAMP_INLINE void finishBy(Op op, const Vec *acc, int rows, int vectors, int64_t tail, const float *bias, float *c, int64_t ldc) {
  for (int i = 0; i < rows; ++i, c += ldc)
    for (int j = 0; j < vectors; ++j, ++acc) {
      float *p = c + j * kLanes;
      if (j < vectors - 1 || tail == kLanes)   // masked stores are microcode on some CPUs
        store(p, op(bias ? *acc + load(bias + j * kLanes) : *acc, [&] { return load(p); }));
      else
        store(p, op(bias ? *acc + load(bias + j * kLanes, tail) : *acc, [&] { return load(p, tail); }), tail);
    }
}

// The tile lies in memory (some dozens of vectors in the first-level cache), so that the code of the epilogues exists once.
__attribute__((noinline)) void finishTile(const Vec *acc, int rows, int vectors, int64_t tail, const float *bias, float *c, int64_t ldc, int64_t epilogue) {
  auto by = [&](auto op) { finishBy(op, acc, rows, vectors, tail, bias, c, ldc); };
  switch (epilogue) {
  case OFFRAMP_EPILOGUE_GELU: return by([](Vec v, auto) { return gelu(v); });
  case OFFRAMP_EPILOGUE_RELU: return by([](Vec v, auto) { return relu(v); });
  case OFFRAMP_EPILOGUE_TANH: return by([](Vec v, auto) { return tanh(v); });
  case OFFRAMP_EPILOGUE_ADD: return by([](Vec v, auto old) { return v + old(); });
  default: return by([](Vec v, auto) { return v; });
  }
}

} // namespace
} // namespace offramp::cpu::simd
#endif
