// Products in int8 on vector registers: rows as unsigned codes, weights as signed ones, four products to a lane (NativeDots.h), sums exact in 32
// bits, the zero point's share taken off at the end. A panel begins with the scales of its columns and the sums of their codes.
#include "backends/cpu/kernels/simd/NativeDots.h"
#include "backends/cpu/kernels/simd/Quantize.h"
#include "backends/cpu/kernels/simd/ReducedPanel.h"

namespace offramp::cpu::simd {
namespace {

struct Int8Panel {
  using Sum = IntVec;
  static constexpr int64_t kGroup = 4, kVectorBytes = 4 * kLanes, kElementBytes = 1, kHeaderBytes = 8;
  static int64_t leftHeaderBytes(int64_t rows) { return roundUp(rows * (int64_t)sizeof(RowScale), 64); }
  template <int MR, int NV> OFFRAMP_INLINE void step(const char *left, int64_t leftRow, const char *weights, IntVec (&acc)[MR][NV]) {
    IntVec b[NV];
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) __builtin_memcpy(&b[j], weights + j * kVectorBytes, sizeof b[j]);
#pragma clang loop unroll(full)
    for (int i = 0; i < MR; ++i) {
      int32_t group;
      __builtin_memcpy(&group, left + i * leftRow, 4);
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j) acc[i][j] = dotInt8(acc[i][j], (IntVec)(group), b[j]);
    }
  }
  template <int MR, int NV>
  OFFRAMP_INLINE void finish(const ReducedArgs &args, const char *header, int64_t row, IntVec (&acc)[MR][NV], Vec (&values)[MR][NV]) {
    const RowScale *rows = static_cast<const RowScale *>(args.left) + row;
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) {
      Vec scale = load((const float *)header + j * kLanes);
      IntVec sums;
      __builtin_memcpy(&sums, header + 4 * (NV + j) * kLanes, sizeof sums);
#pragma clang loop unroll(full)
      for (int i = 0; i < MR; ++i) values[i][j] = dequantize(acc[i][j], sums, scale, rows[i]);
    }
  }
};

void packWeights(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, void *packed) {
  for (int64_t p = panelBegin; p < panelEnd; ++p) {
    int64_t j = p * kReducedPanel, columns = smaller(kReducedPanel, n - j), vectors = (columns + kLanes - 1) / kLanes;
    char *header = static_cast<char *>(packed) + j * columnBytes<Int8Panel>(k), *out = header + vectors * kLanes * Int8Panel::kHeaderBytes;
    ColumnCoders coders[kTileVectors];
    IntVec sums[kTileVectors] = {};
    for (int64_t v = 0; v < vectors; ++v) coders[v] = columnCodersOf(w + j + v * kLanes, n, k, smaller(kLanes, columns - v * kLanes));
    for (int64_t s = 0; s < k; s += Int8Panel::kGroup)
      for (int64_t v = 0; v < vectors; ++v, out += Int8Panel::kVectorBytes) {
        IntVec group = columnGroup<Int8Panel::kGroup>(w + j + v * kLanes, n, k, s, smaller(kLanes, columns - v * kLanes), coders[v].inverse, sums[v]);
        __builtin_memcpy(out, &group, sizeof group);
      }
    for (int64_t v = 0; v < vectors; ++v) {
      store((float *)header + v * kLanes, coders[v].scale);
      __builtin_memcpy(header + 4 * (vectors + v) * kLanes, &sums[v], sizeof sums[v]);
    }
  }
}

int64_t leftBytes(int64_t rows, int64_t k) { return Int8Panel::leftHeaderBytes(rows) + rows * leftElements(k); }

void convertRows(const float *src, int64_t rows, int64_t k, int64_t begin, int64_t end, void *left) {
  auto *scales = static_cast<RowScale *>(left);
  char *to = static_cast<char *>(left) + Int8Panel::leftHeaderBytes(rows) + begin * leftElements(k);
  for (int64_t r = begin; r < end; ++r) {
    RowCoder coder = rowCoderOf(src + r * k, k);
    scales[r] = coder.row;
    for (int64_t s = 0; s < leftElements(k); s += 4 * kLanes, to += 4 * kLanes) {   // the next row comes nearer while this one is coded
      for (int64_t j = 0; j < 4 * kLanes; j += kLineFloats) __builtin_prefetch(src + (r + 1) * k + s + j);
      storeRowCodes(coder, src + r * k, s, k, to);
    }
  }
}

} // namespace

#if defined(OFFRAMP_INT8_EMULATED)
constexpr bool kEmulated = true;
#else
constexpr bool kEmulated = false;
#endif
extern const ReducedKernel OFFRAMP_SIMD_TABLE(int8_);
const ReducedKernel OFFRAMP_SIMD_TABLE(int8_) = {OFFRAMP_INT8_DOT, kEmulated, kOwnLevel, kReducedPanel, kTileRows, weightBytes<Int8Panel>, packWeights,
                                                 blockRows<Int8Panel>, leftBytes, convertRows, reducedMultiply<Int8Panel>, nullptr, nullptr};

} // namespace offramp::cpu::simd
