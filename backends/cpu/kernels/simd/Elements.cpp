// Loops over plain arrays: optimizer update, sums, random draws, epilogues on their own. One thread; callers split the range at places
// that do not change a result.
#include "backends/cpu/kernels/simd/SimdMath.h"
#include "backends/cpu/kernels/simd/SimdTable.h"
#include "runtime/abi/CpuKernels.h"
#include "runtime/abi/Random.h"

namespace offramp::cpu::simd {
namespace {

template <typename F> OFFRAMP_INLINE void mapInPlace(float *values, int64_t count, F f) {
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store(values + i, f(load(values + i)));
  if (i < count) store(values + i, f(load(values + i, count - i)), count - i);
}

void applyEpilogue(float *values, int64_t count, int64_t epilogue) {
  switch (epilogue) {
  case OFFRAMP_EPILOGUE_GELU: mapInPlace(values, count, [](Vec v) { return gelu(v); }); break;
  case OFFRAMP_EPILOGUE_RELU: mapInPlace(values, count, [](Vec v) { return relu(v); }); break;
  case OFFRAMP_EPILOGUE_TANH: mapInPlace(values, count, [](Vec v) { return tanh(v); }); break;
  default: break;
  }
}

// Sums of 64 rows are added to the running sum: less rounding than one long chain, and still one fixed order.
template <int NV> OFFRAMP_INLINE void columnSumPart(const float *src, int64_t stride, int64_t rows, int64_t tail, float *out) {
  Vec total[NV];
  for (int j = 0; j < NV; ++j) total[j] = splat(0);
  for (int64_t r = 0; r < rows; r += 64) {
    Vec part[NV];
    for (int j = 0; j < NV; ++j) part[j] = splat(0);
    int64_t end = smaller(r + 64, rows);
    for (int64_t i = r; i < end; ++i)
#pragma clang loop unroll(full)
      for (int j = 0; j < NV; ++j)
        part[j] += j == NV - 1 ? load(src + i * stride + j * kLanes, tail) : load(src + i * stride + j * kLanes);
    for (int j = 0; j < NV; ++j) total[j] += part[j];
  }
  for (int j = 0; j < NV; ++j) {
    int64_t lanes = j == NV - 1 ? tail : kLanes;
    store(out + j * kLanes, load(out + j * kLanes, lanes) + total[j], lanes);
  }
}

void columnSum(const float *src, int64_t stride, int64_t rows, int64_t columns, float *out) {
  int64_t c = 0;
  for (; c + 4 * kLanes <= columns; c += 4 * kLanes) columnSumPart<4>(src + c, stride, rows, kLanes, out + c);
  for (; c < columns; c += kLanes) columnSumPart<1>(src + c, stride, rows, smaller(kLanes, columns - c), out + c);
}

double sumSquares(const float *values, int64_t count) {
  typedef double Wide __attribute__((ext_vector_type(kLanes)));
  Wide sum = (Wide)(0.0);
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    Wide v = __builtin_convertvector(load(values + i), Wide);
    sum += v * v;
  }
  if (i < count) {
    Wide v = __builtin_convertvector(load(values + i, count - i), Wide);
    sum += v * v;
  }
  double total = 0;
  for (int j = 0; j < kLanes; ++j) total += sum[j];
  return total;
}

template <bool Tail> OFFRAMP_INLINE void adamwVector(const AdamwArgs *a, int64_t i, int64_t lanes) {
  auto get = [&](const float *p) { return Tail ? load(p + i, lanes) : load(p + i); };
  auto put = [&](float *p, Vec v) { if (Tail) store(p + i, v, lanes); else store(p + i, v); };
  Vec g = get(a->gradients) * splat(a->gradientScale);
  Vec m = fma(get(a->m), splat(a->beta1), g * splat(1.0f - a->beta1));
  Vec v = fma(get(a->v), splat(a->beta2), g * g * splat(1.0f - a->beta2));
  Vec denominator = fma(__builtin_elementwise_sqrt(v), splat(a->secondScale), splat(a->eps));
  Vec w = get(a->weights) * splat(a->decay) - splat(a->stepSize) * m / denominator;
  put(a->weights, w);
  put(a->m, m);
  put(a->v, v);
  put(a->gradients, splat(0));
}

void adamw(const AdamwArgs *a, int64_t begin, int64_t end) {
  int64_t i = begin;
  for (; i + kLanes <= end; i += kLanes) adamwVector<false>(a, i, kLanes);
  if (i < end) adamwVector<true>(a, i, end - i);
}

void uniform(uint64_t key, uint64_t element, int64_t count, float *dst) {
  for (int64_t i = 0; i < count; ++i) dst[i] = offramp_random_uniform(key, element + (uint64_t)i);
}

void addRow(const float *src, float *dst, int64_t columns) {
  int64_t c = 0;
  for (; c + kLanes <= columns; c += kLanes) store(dst + c, load(dst + c) + load(src + c));
  if (c < columns) store(dst + c, load(dst + c, columns - c) + load(src + c, columns - c), columns - c);
}

void meanRows(const float *first, const float *rest, int64_t stride, int64_t rows, int64_t columns, float factor, float *dst) {
  for (int64_t c = 0; c < columns; c += kLanes) {
    int64_t lanes = smaller(kLanes, columns - c);
    Vec sum = load(first + c, lanes);
    for (int64_t r = 0; r + 1 < rows; ++r) sum += load(rest + r * stride + c, lanes);
    store(dst + c, sum * splat(factor), lanes);
  }
}

void scaleRow(const float *src, float factor, float *dst, int64_t columns) {
  int64_t c = 0;
  for (; c + kLanes <= columns; c += kLanes) store(dst + c, load(src + c) * splat(factor));
  if (c < columns) store(dst + c, load(src + c, columns - c) * splat(factor), columns - c);
}

} // namespace

extern const ElementTable OFFRAMP_SIMD_TABLE(element_);
const ElementTable OFFRAMP_SIMD_TABLE(element_) = {applyEpilogue, columnSum, sumSquares, adamw, uniform, addRow, meanRows, scaleRow};

} // namespace offramp::cpu::simd
