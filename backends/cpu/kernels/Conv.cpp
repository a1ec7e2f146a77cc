// Convolutions as compiled programs call them.
#include "backends/cpu/kernels/OneDnnConv.h"

#include <cstring>

using namespace offramp::cpu;

static int64_t outputsOf(const offramp_conv &s) {
  return s.o * ((s.h + 2 * s.pad - s.kh) / s.stride + 1) * ((s.w + 2 * s.pad - s.kw) / s.stride + 1);
}

void offramp_cpu_conv2d(offramp_call *call, const float *x, const float *w, const float *bias, float *y, int64_t n, const offramp_conv *shape,
                        int64_t epilogue) {
  if (n <= 0) return;
  mark(call, CallKind::Convolution);
  Engine &e = engineOf(call);
  int64_t count = n * outputsOf(*shape);
  bool add = epilogue == OFFRAMP_EPILOGUE_ADD;
  float *to = add ? e.sharedScratch.need(count) : y;
  if (!to || !e.convs->run(e, ConvKind::Forward, x, w, bias, to, n, *shape, epilogue == OFFRAMP_EPILOGUE_RELU))
    return e.fail("oneDNN refused a convolution");
  if (add || epilogue == OFFRAMP_EPILOGUE_GELU || epilogue == OFFRAMP_EPILOGUE_TANH)
    onBlocks(threadsFor(count, 16384, e.threads), count, {64}, [&](int, int64_t begin, int64_t end) {
      if (add) e.simd->element->addRow(to + begin, y + begin, end - begin);
      else e.simd->element->applyEpilogue(y + begin, end - begin, epilogue);
    });
}

void offramp_cpu_conv2d_dx(offramp_call *call, const float *dy, const float *w, float *dx, int64_t n, const offramp_conv *shape) {
  if (n <= 0) return;
  Engine &e = engineOf(call);
  if (!e.convs->run(e, ConvKind::Data, dy, w, nullptr, dx, n, *shape, false)) e.fail("oneDNN refused the data gradient of a convolution");
}

void offramp_cpu_conv2d_dw(offramp_call *call, const float *x, const float *dy, float *dw, int64_t n, const offramp_conv *shape) {
  if (n <= 0) return;
  Engine &e = engineOf(call);
  int64_t count = shape->o * shape->c * shape->kh * shape->kw;
  float *part = e.sharedScratch.need(count);
  if (!part || !e.convs->run(e, ConvKind::Weights, x, dy, nullptr, part, n, *shape, false))
    return e.fail("oneDNN refused the weight gradient of a convolution");
  e.simd->element->addRow(part, dw, count);
}
