// Products in int8 on vector registers, sums exact in 32 bits. By the instruction for four products where this file is compiled for it: rows as
// unsigned codes, the zero point's share taken off at the end. Else by products of 16-bit pairs: rows as code - zero, weights
// widened on the way. (The byte product of AVX2 saturates: it is no exact sum.)
//
// A panel begins with the scales of its columns and the sums of their codes.
#include "backends/cpu/kernels/simd/Narrow.h"
#include "backends/cpu/kernels/simd/NativeDots.h"
#include "backends/cpu/kernels/simd/Quantize.h"
#include "backends/cpu/kernels/simd/ReducedPanel.h"

namespace offramp::cpu::simd {
namespace {

struct Int8Base {
  using Sum = IntVec;
  static constexpr int64_t kHeaderBytes = 8;
  static int64_t leftHeaderBytes(int64_t rows) { return roundUp(rows * (int64_t)sizeof(RowScale), 64); }
};

#if defined(OFFRAMP_INT8_DOT)
struct Int8 : Int8Base {
  static constexpr int64_t kGroup = 4, kVectorBytes = 4 * kLanes, kElementBytes = 1;
  static constexpr bool kCentred = false;   // codes are as they are, not less the zero point
  static constexpr int kVectors = 4;        // whose codes are stored together
  OFFRAMP_INLINE void storeCodes(const IntVec (&codes)[kVectors], int32_t, char *to) { storeBytes(codes, to); }
  OFFRAMP_INLINE IntVec load(const char *weights) {
    IntVec b;
    __builtin_memcpy(&b, weights, sizeof b);
    return b;
  }
  OFFRAMP_INLINE IntVec add(IntVec sum, int32_t left, IntVec b) { return dotInt8(sum, (IntVec)(left), b); }
  OFFRAMP_INLINE void storeGroup(IntVec word, char *to) { __builtin_memcpy(to, &word, sizeof word); }
};
#else
struct Int8 : Int8Base {
  static constexpr int64_t kGroup = 2, kVectorBytes = 2 * kLanes, kElementBytes = 2;
  static constexpr bool kCentred = true;
  static constexpr int kVectors = 2;
  OFFRAMP_INLINE void storeCodes(const IntVec (&codes)[kVectors], int32_t zero, char *to) {
    IntVec centred[kVectors];
    for (int i = 0; i < kVectors; ++i) centred[i] = (codes[i] > 255 ? (IntVec)(255) : codes[i]) - zero;
    storeHalves(centred, to);
  }
#if defined(__AVX512BW__)
  OFFRAMP_INLINE IntVec load(const char *weights) { return (IntVec)_mm512_cvtepi8_epi16(_mm256_loadu_si256((const __m256i *)weights)); }
  OFFRAMP_INLINE IntVec add(IntVec sum, int32_t left, IntVec b) { return sum + (IntVec)_mm512_madd_epi16(_mm512_set1_epi32(left), (__m512i)b); }
#elif defined(__AVX2__)
  OFFRAMP_INLINE IntVec load(const char *weights) { return (IntVec)_mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)weights)); }
  OFFRAMP_INLINE IntVec add(IntVec sum, int32_t left, IntVec b) { return sum + (IntVec)_mm256_madd_epi16(_mm256_set1_epi32(left), (__m256i)b); }
#else
  OFFRAMP_INLINE IntVec load(const char *weights) {
    __m128i bytes = _mm_loadl_epi64((const __m128i *)weights);
    return (IntVec)_mm_srai_epi16(_mm_unpacklo_epi8(bytes, bytes), 8);
  }
  OFFRAMP_INLINE IntVec add(IntVec sum, int32_t left, IntVec b) { return sum + (IntVec)_mm_madd_epi16(_mm_set1_epi32(left), (__m128i)b); }
#endif
  OFFRAMP_INLINE void storeGroup(IntVec word, char *to) {
    typedef uint16_t Pairs __attribute__((ext_vector_type(kLanes)));
    Pairs pairs = __builtin_convertvector(word, Pairs);
    __builtin_memcpy(to, &pairs, sizeof pairs);
  }
};
#endif

struct Int8Panel : Int8 {
  template <int MR, int NV> OFFRAMP_INLINE void step(const char *left, int64_t leftRow, const char *weights, IntVec (&acc)[MR][NV]) {
    IntVec b[NV];
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) b[j] = Int8::load(weights + j * kVectorBytes);
#pragma clang loop unroll(full)
    for (int i = 0; i < MR; ++i) {
      int32_t group;
      __builtin_memcpy(&group, left + i * leftRow, 4);
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j) acc[i][j] = Int8::add(acc[i][j], group, b[j]);
    }
  }
  template <int MR, int NV>
  OFFRAMP_INLINE void finish(const ReducedArgs &args, const char *header, int64_t row, IntVec (&acc)[MR][NV], Vec *values) {
    const RowScale *rows = static_cast<const RowScale *>(args.left) + row;
#pragma clang loop unroll(full)
    for (int j = 0; j < NV; ++j) {
      Vec scale = simd::load((const float *)header + j * kLanes);
      IntVec sums;
      __builtin_memcpy(&sums, header + 4 * (NV + j) * kLanes, sizeof sums);
#pragma clang loop unroll(full)
      for (int i = 0; i < MR; ++i) values[i * NV + j] = dequantize(acc[i][j], kCentred ? (IntVec)(0) : sums, scale, rows[i]);
    }
  }
};

void packWeights(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, void *packed) {
  for (int64_t p = panelBegin; p < panelEnd; ++p) {
    int64_t j = p * kReducedPanel, columns = smaller(kReducedPanel, n - j), vectors = (columns + kLanes - 1) / kLanes;
    char *header = static_cast<char *>(packed) + j * columnBytes<Int8Panel>(k), *out = header + vectors * kLanes * Int8::kHeaderBytes;
    ColumnCoders coders[kTileVectors];
    IntVec sums[kTileVectors] = {};
    for (int64_t v = 0; v < vectors; ++v) coders[v] = columnCodersOf(w + j + v * kLanes, n, k, smaller(kLanes, columns - v * kLanes));
    for (int64_t s = 0; s < k; s += Int8::kGroup)
      for (int64_t v = 0; v < vectors; ++v, out += Int8::kVectorBytes)
        Int8::storeGroup(columnGroup<Int8::kGroup>(w + j + v * kLanes, n, k, s, smaller(kLanes, columns - v * kLanes), coders[v].inverse, sums[v]), out);
    for (int64_t v = 0; v < vectors; ++v) {
      simd::store((float *)header + v * kLanes, coders[v].scale);
      __builtin_memcpy(header + 4 * (vectors + v) * kLanes, &sums[v], sizeof sums[v]);
    }
  }
}

int64_t leftBytes(int64_t rows, int64_t k) { return Int8::leftHeaderBytes(rows) + rows * leftElements(k) * Int8::kElementBytes; }

void convertRows(const float *src, int64_t rows, int64_t k, int64_t begin, int64_t end, void *left) {
  auto *scales = static_cast<RowScale *>(left);
  char *to = static_cast<char *>(left) + Int8::leftHeaderBytes(rows) + begin * leftElements(k) * Int8::kElementBytes;
  for (int64_t r = begin; r < end; ++r) {
    RowCoder coder = rowCoderOf(src + r * k, k);
    scales[r] = coder.row;
    constexpr int64_t step = Int8::kVectors * kLanes;
    IntVec codes[Int8::kVectors];
    for (int64_t s = 0; s < leftElements(k); s += step, to += step * Int8::kElementBytes) {
      rowCodes(coder, src + r * k, s, k, codes);
      Int8::storeCodes(codes, coder.row.zero, to);
    }
  }
}

} // namespace

extern const ReducedKernel OFFRAMP_SIMD_TABLE(int8_);
#if defined(OFFRAMP_INT8_DOT)
const ReducedKernel OFFRAMP_SIMD_TABLE(int8_) = {OFFRAMP_INT8_DOT, false, kOwnLevel,
#else
const ReducedKernel OFFRAMP_SIMD_TABLE(int8_) = {OFFRAMP_LEVEL_NAME, true, kOwnLevel,
#endif
                                                 kReducedPanel, kTileRows, weightBytes<Int8Panel>, packWeights, blockRows<Int8Panel>, leftBytes, convertRows,
                                                 reducedMultiply<Int8Panel>, nullptr, nullptr};

} // namespace offramp::cpu::simd
