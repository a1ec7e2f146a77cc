// Max pooling over NCHW values without padding; windows that do not fit are dropped. The gradient goes to the first maximum of a window in
// row-major order.
#include "backends/cpu/kernels/EngineState.h"

namespace offramp::cpu {
namespace {

template <typename Body> void overPlanes(Engine &e, int64_t planes, int64_t work, Body body) {
  onBlocks(threadsFor(planes * work, 32768, e.threads), planes, {}, [&](int, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) body(i);
  });
}

} // namespace
} // namespace offramp::cpu

using namespace offramp::cpu;

void offramp_cpu_max_pool2d(offramp_call *call, const float *x, float *y, int64_t n, int64_t c, int64_t h, int64_t w, int64_t size, int64_t stride) {
  int64_t oh = (h - size) / stride + 1, ow = (w - size) / stride + 1;
  if (n <= 0 || h < size || w < size) return;
  mark(call, CallKind::Pool);
  overPlanes(engineOf(call), n * c, h * w, [&](int64_t plane) {
    const float *src = x + plane * h * w;
    float *dst = y + plane * oh * ow;
    for (int64_t i = 0; i < oh; ++i)
      for (int64_t j = 0; j < ow; ++j) {
        const float *window = src + i * stride * w + j * stride;
        float best = window[0];
        for (int64_t a = 0; a < size; ++a)
          for (int64_t b = 0; b < size; ++b) {
            float value = window[a * w + b];
            best = value > best || value != value ? value : best;   // NaN stays visible
          }
        dst[i * ow + j] = best;
      }
  });
}

void offramp_cpu_max_pool2d_grad(offramp_call *call, const float *x, const float *dy, float *dx, int64_t n, int64_t c, int64_t h, int64_t w,
                                 int64_t size, int64_t stride) {
  int64_t oh = (h - size) / stride + 1, ow = (w - size) / stride + 1;
  bool fits = h >= size && w >= size;
  overPlanes(engineOf(call), n * c, h * w, [&](int64_t plane) {
    const float *src = x + plane * h * w, *up = dy + plane * oh * ow;
    float *dst = dx + plane * h * w;
    for (int64_t i = 0; i < h * w; ++i) dst[i] = 0;
    if (!fits) return;
    for (int64_t i = 0; i < oh; ++i)
      for (int64_t j = 0; j < ow; ++j) {
        int64_t best = i * stride * w + j * stride;
        for (int64_t a = 0; a < size; ++a)
          for (int64_t b = 0; b < size; ++b) {
            int64_t at = (i * stride + a) * w + j * stride + b;
            if (src[at] > src[best]) best = at;
          }
        dst[best] += up[i * ow + j];
      }
  });
}
