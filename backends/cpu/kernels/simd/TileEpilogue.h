// Bias and epilogue of a finished tile, shared by the matrix kernels of all precisions. Knows no operand types.
#ifndef OFFRAMP_CPU_TILE_EPILOGUE_H
#define OFFRAMP_CPU_TILE_EPILOGUE_H

#include "backends/cpu/kernels/simd/SimdMath.h"
#include "runtime/abi/CpuKernels.h"

namespace offramp::cpu::simd {
namespace {

// c[rows, ·] = op(sum(row, vector) + bias, what c held) in one pass; the last of `vectors` has `tail` columns.
template <class Sum, class Op>
OFFRAMP_INLINE void finishBy(Op op, Sum sum, int rows, int vectors, int64_t tail, const float *bias, float *c, int64_t ldc) {
  for (int i = 0; i < rows; ++i, c += ldc)
    for (int j = 0; j < vectors; ++j) {
      float *p = c + j * kLanes;
      Vec v = sum(i, j);
      if (j < vectors - 1 || tail == kLanes)   // masked stores are microcode on some CPUs
        store(p, op(bias ? v + load(bias + j * kLanes) : v, [&] { return load(p); }));
      else
        store(p, op(bias ? v + load(bias + j * kLanes, tail) : v, [&] { return load(p, tail); }), tail);
    }
}
template <class Sum>
OFFRAMP_INLINE void finish(Sum sum, int rows, int vectors, int64_t tail, const float *bias, float *c, int64_t ldc, int64_t epilogue) {
  auto by = [&](auto op) { finishBy(op, sum, rows, vectors, tail, bias, c, ldc); };
  switch (epilogue) {
  case OFFRAMP_EPILOGUE_GELU: return by([](Vec v, auto) { return gelu(v); });
  case OFFRAMP_EPILOGUE_RELU: return by([](Vec v, auto) { return relu(v); });
  case OFFRAMP_EPILOGUE_TANH: return by([](Vec v, auto) { return tanh(v); });
  case OFFRAMP_EPILOGUE_ADD: return by([](Vec v, auto old) { return v + old(); });
  default: return by([](Vec v, auto) { return v; });
  }
}

// Sums acc[rows][vectors]. The tile lies in memory (some dozens of vectors in the first-level cache), so that the code of the epilogues exists once.
__attribute__((noinline)) inline void finishTile(const Vec *acc, int rows, int vectors, int64_t tail, const float *bias, float *c, int64_t ldc,
                                                 int64_t epilogue) {
  finish([&](int i, int j) { return acc[i * vectors + j]; }, rows, vectors, tail, bias, c, ldc, epilogue);
}

// The same of a tile in registers: what most products end with stays there.
template <int MR, int NV>
OFFRAMP_INLINE void finishRegisters(const Vec (&acc)[MR][NV], int64_t tail, const float *bias, float *c, int64_t ldc, int64_t epilogue) {
  if (tail == kLanes && (epilogue == OFFRAMP_EPILOGUE_NONE || epilogue == OFFRAMP_EPILOGUE_ADD)) {
    const bool add = epilogue == OFFRAMP_EPILOGUE_ADD;
#pragma clang loop unroll(full)
    for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j) {
        float *p = c + i * ldc + j * kLanes;
        Vec v = bias ? acc[i][j] + load(bias + j * kLanes) : acc[i][j];
        store(p, add ? v + load(p) : v);
      }
    return;
  }
  Vec spilled[MR * NV];
#pragma clang loop unroll(full)
  for (int i = 0; i < MR; ++i)
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) spilled[i * NV + j] = acc[i][j];
  finishTile(spilled, MR, NV, tail, bias, c, ldc, epilogue);
}

} // namespace
} // namespace offramp::cpu::simd
#endif
