// Bias and epilogue of a finished tile, shared by the matrix kernels of all precisions. Knows no operand types.
#ifndef OFFRAMP_CPU_TILE_EPILOGUE_H
#define OFFRAMP_CPU_TILE_EPILOGUE_H

#include "backends/cpu/kernels/simd/SimdMath.h"
#include "runtime/abi/CpuKernels.h"

namespace offramp::cpu::simd {
namespace {

// c[rows, ·] = epilogue(acc[rows][vectors] + bias); the last vector has `tail` columns. The tile lies in memory (some dozens of vectors in
// the first-level cache), so that the code of the epilogues exists once.
__attribute__((noinline)) void finishTile(Vec *acc, int rows, int vectors, int64_t tail, const float *bias, float *c, int64_t ldc, int64_t epilogue) {
  int count = rows * vectors;
  if (bias)
    for (int j = 0; j < vectors; ++j) {
      Vec b = j == vectors - 1 && tail != kLanes ? load(bias + j * kLanes, tail) : load(bias + j * kLanes);
      for (int i = 0; i < rows; ++i) acc[i * vectors + j] += b;
    }
  switch (epilogue) {
  case OFFRAMP_EPILOGUE_GELU: for (int i = 0; i < count; ++i) acc[i] = gelu(acc[i]); break;
  case OFFRAMP_EPILOGUE_RELU: for (int i = 0; i < count; ++i) acc[i] = relu(acc[i]); break;
  case OFFRAMP_EPILOGUE_TANH: for (int i = 0; i < count; ++i) acc[i] = tanh(acc[i]); break;
  default: break;
  }
  for (int i = 0; i < rows; ++i)
    for (int j = 0; j < vectors; ++j) {
      float *p = c + i * ldc + j * kLanes;
      Vec v = acc[i * vectors + j];
      if (j < vectors - 1 || tail == kLanes) {   // masked stores are microcode on some CPUs
        store(p, epilogue == OFFRAMP_EPILOGUE_ADD ? v + load(p) : v);
      } else {
        if (epilogue == OFFRAMP_EPILOGUE_ADD) v += load(p, tail);
        store(p, v, tail);
      }
    }
}

} // namespace
} // namespace offramp::cpu::simd
#endif
