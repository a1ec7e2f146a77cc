// oneDNN convolutions with a fixed sample count, by shape and count. Values outside are plain NCHW; where oneDNN prefers blocked layouts it
// is given reorders on the way in and out, and weights are reordered once per address in inference.
#ifndef OFFRAMP_CPU_ONEDNN_CONV_H
#define OFFRAMP_CPU_ONEDNN_CONV_H

#include "backends/cpu/kernels/DnnlCompat.h"
#include "backends/cpu/kernels/EngineState.h"

namespace offramp::cpu {

enum class ConvKind : int32_t { Forward, Data, Weights };

class ConvCache {
public:
  ~ConvCache();
  // Forward: a = x, b = w, dst = y. Data: a = dy, b = w, dst = dx. Weights: a = x, b = dy, dst = dw (written, not added).
  // relu: fused into Forward. False: oneDNN refused.
  bool run(Engine &e, ConvKind kind, const float *a, const float *b, const float *bias, float *dst, int64_t n, const offramp_conv &shape, bool relu);

private:
  struct Operand {   // one argument: the caller's plain memory and, where the layouts differ, oneDNN's own with a reorder between
    dnnl_memory_t plain = nullptr, blocked = nullptr;
    dnnl_primitive_t reorder = nullptr;   // plain → blocked for inputs, blocked → plain for the destination
    Buffer storage;
    const float *packedFrom = nullptr;    // weights only: address and version the storage was made from
    uint64_t version = 0;
    ~Operand();
    dnnl_memory_t used() const { return blocked ? blocked : plain; }
  };
  struct Instance {
    ConvKind kind;
    bool relu, bias;
    int64_t n;
    offramp_conv shape;
    dnnl_primitive_t primitive = nullptr;
    Operand a, b, dst, biasOperand;
    dnnl_memory_t scratch = nullptr;
    int64_t scratchFloats = 0;
    uint64_t lastUse = 0;
    ~Instance();
  };
  std::unique_ptr<Instance> create(ConvKind kind, int64_t n, const offramp_conv &s, bool bias, bool relu);

  std::vector<std::unique_ptr<Instance>> instances;
  dnnl_stream_t stream = nullptr;
  Buffer scratch;
  uint64_t clock = 0;
};

} // namespace offramp::cpu
#endif
