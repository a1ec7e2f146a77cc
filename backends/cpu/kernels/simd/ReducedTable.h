// Matrix products with both sides in bf16 or int8: what a kernel for them offers, and which kernels this CPU has. Plain C types only, like
// SimdTable.h. Values in memory are f32 on both sides; how a kernel lays out its weights and rows is its own business.
#ifndef OFFRAMP_CPU_REDUCED_TABLE_H
#define OFFRAMP_CPU_REDUCED_TABLE_H

#include "backends/cpu/kernels/simd/SimdTable.h"

namespace offramp::cpu {

enum class Precision { F32, Bf16, Int8 };

// c[rows, n] = epilogue(left[rows, k]·weights[k, n] + bias), or += with `add`. Left-hand rows and weights as the kernel made them.
struct ReducedArgs {
  const void *left, *weights;
  const float *bias;   // [n] or null
  float *c;
  int64_t ldc;
  int64_t rows, k, n;
  int64_t epilogue;    // OFFRAMP_EPILOGUE_*
};

struct ReducedKernel {
  const char *name;            // "amx-bf16", "x86-64-v3" …
  bool emulated;               // true: made of instructions for other types, because those of this precision are missing
  SimdLevel level;             // the least level that holds the instructions around the product
  int64_t panelWidth, tileRows;
  int64_t (*weightBytes)(int64_t k, int64_t n);
  void (*packWeights)(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, void *packed);   // w[k, n]
  int64_t (*blockRows)(int64_t k);                                         // rows that a cache holds while all panels pass
  int64_t (*leftBytes)(int64_t rows, int64_t k);
  // Rows [begin, end) of src[rows, k]; `begin` is a multiple of tileRows, and so is `end` unless it is `rows`.
  void (*convertRows)(const float *src, int64_t rows, int64_t k, int64_t begin, int64_t end, void *left);
  void (*multiply)(const ReducedArgs *args, int64_t panelBegin, int64_t panelEnd);
  // For gradients; null where there are none (int8). w[n, k], packed as its transpose; left-hand rows [begin, end) from the columns of src[k, rows].
  void (*packTransposed)(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, void *packed);
  void (*convertColumns)(const float *src, int64_t rows, int64_t k, int64_t begin, int64_t end, void *left);
};

// k and n of the products that a reduced precision touches. The others, such as gates and most heads, stay f32: they cost next to nothing
// and decide exits. The upper limit keeps sums of 255·127·k within 32 bits. Row counts must never enter here (exit parity).
constexpr int64_t kReducedFrom = 32, kReducedDepth = 65536;
constexpr bool isReduced(int64_t k, int64_t n) { return k >= kReducedFrom && n >= kReducedFrom && k <= kReducedDepth; }

// The kernels for bf16 or int8 that this CPU can run, the fastest first; `count` of them.
const ReducedKernel *const *reducedKernels(Precision precision, int *count);

} // namespace offramp::cpu
#endif
