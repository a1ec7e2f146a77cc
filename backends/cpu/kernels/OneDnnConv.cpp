// Creation, lookup and execution of the convolution primitives.
#include "backends/cpu/kernels/OneDnnConv.h"

#include <cstring>

namespace offramp::cpu {
using namespace dnnl2or3;

ConvCache::Operand::~Operand() {
  if (reorder) dnnl_primitive_destroy(reorder);
  if (blocked) dnnl_memory_destroy(blocked);
  if (plain) dnnl_memory_destroy(plain);
}

ConvCache::Instance::~Instance() {
  if (primitive) dnnl_primitive_destroy(primitive);
  if (scratch) dnnl_memory_destroy(scratch);
}

ConvCache::~ConvCache() {
  instances.clear();
  if (stream) dnnl_stream_destroy(stream);
}

std::unique_ptr<ConvCache::Instance> ConvCache::create(ConvKind kind, int64_t n, const offramp_conv &s, bool bias, bool relu) {
  dnnl_engine_t engine = cpuEngine();
  if (!engine || (!stream && !ok(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags)))) return nullptr;
  int64_t oh = (s.h + 2 * s.pad - s.kh) / s.stride + 1, ow = (s.w + 2 * s.pad - s.kw) / s.stride + 1;
  dnnl_dims_t xDims = {n, s.c, s.h, s.w}, xStrides = {s.c * s.h * s.w, s.h * s.w, s.w, 1};
  dnnl_dims_t wDims = {s.o, s.c, s.kh, s.kw}, wStrides = {s.c * s.kh * s.kw, s.kh * s.kw, s.kw, 1};
  dnnl_dims_t yDims = {n, s.o, oh, ow}, yStrides = {s.o * oh * ow, oh * ow, ow, 1};
  dnnl_dims_t bDims = {s.o}, bStrides = {1}, strides = {s.stride, s.stride}, pad = {s.pad, s.pad};
  MemoryDesc x = MemoryDesc::strided(4, xDims, xStrides), w = MemoryDesc::strided(4, wDims, wStrides), y = MemoryDesc::strided(4, yDims, yStrides);
  MemoryDesc xAny = MemoryDesc::any(4, xDims), wAny = MemoryDesc::any(4, wDims), yAny = MemoryDesc::any(4, yDims);
  MemoryDesc b = MemoryDesc::strided(1, bDims, bStrides);

  dnnl_primitive_attr_t attr = nullptr;
  dnnl_post_ops_t post = nullptr;
  dnnl_primitive_desc_t hint = nullptr, pd = nullptr;
  bool good = ok(dnnl_primitive_attr_create(&attr)) && ok(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user)) &&
              ok(dnnl_post_ops_create(&post)) && (!relu || ok(appendEltwise(post, dnnl_eltwise_relu))) && ok(dnnl_primitive_attr_set_post_ops(attr, post));
  if (good && kind != ConvKind::Forward) good = ok(convForwardPd(&hint, engine, xAny.get(), wAny.get(), nullptr, yAny.get(), strides, pad, nullptr));
  auto made = std::make_unique<Instance>();
  made->kind = kind, made->n = n, made->shape = s, made->bias = bias, made->relu = relu;
  Md plainA = nullptr, plainB = nullptr, plainDst = nullptr;
  dnnl_query_t queryA = dnnl_query_src_md, queryB = dnnl_query_weights_md, queryDst = dnnl_query_dst_md;
  if (good) switch (kind) {
    case ConvKind::Forward:
      good = ok(convForwardPd(&pd, engine, xAny.get(), wAny.get(), bias ? b.get() : nullptr, yAny.get(), strides, pad, attr));
      plainA = x.get(), plainB = w.get(), plainDst = y.get();
      break;
    case ConvKind::Data:
      good = ok(convDataPd(&pd, engine, xAny.get(), wAny.get(), yAny.get(), strides, pad, hint, attr));
      plainA = y.get(), plainB = w.get(), plainDst = x.get();
      queryA = dnnl_query_diff_dst_md, queryDst = dnnl_query_diff_src_md;
      break;
    case ConvKind::Weights:
      good = ok(convWeightsPd(&pd, engine, xAny.get(), wAny.get(), yAny.get(), strides, pad, hint, attr));
      plainA = x.get(), plainB = y.get(), plainDst = w.get();
      queryB = dnnl_query_diff_dst_md, queryDst = dnnl_query_diff_weights_md;
      break;
    }
  auto bindOperand = [&](Operand &o, Md plain, Md wanted, bool output) {
    if (!ok(createMemory(&o.plain, plain, engine, DNNL_MEMORY_NONE))) return false;
    if (sameLayout(plain, wanted)) return true;
    if (!o.storage.need(int64_t(sizeOf(wanted) + 3) / 4) || !ok(createMemory(&o.blocked, wanted, engine, o.storage.data()))) return false;
    dnnl_primitive_desc_t r = nullptr;
    bool fine = ok(reorderPd(&r, output ? wanted : plain, output ? plain : wanted, engine)) && ok(dnnl_primitive_create(&o.reorder, r));
    if (r) dnnl_primitive_desc_destroy(r);
    return fine;
  };
  if (good) {
    Md scratchMd = queryMd(pd, dnnl_query_scratchpad_md);
    made->scratchFloats = int64_t(sizeOf(scratchMd) + 3) / 4;
    good = ok(dnnl_primitive_create(&made->primitive, pd)) && bindOperand(made->a, plainA, queryMd(pd, queryA), false) &&
           bindOperand(made->b, plainB, queryMd(pd, queryB), false) && bindOperand(made->dst, plainDst, queryMd(pd, queryDst), true) &&
           (!bias || ok(createMemory(&made->biasOperand.plain, b.get(), engine, DNNL_MEMORY_NONE))) &&
           ok(createMemory(&made->scratch, scratchMd, engine, DNNL_MEMORY_NONE));
  }
  if (pd) dnnl_primitive_desc_destroy(pd);
  if (hint) dnnl_primitive_desc_destroy(hint);
  if (post) dnnl_post_ops_destroy(post);
  if (attr) dnnl_primitive_attr_destroy(attr);
  return good ? std::move(made) : nullptr;
}

bool ConvCache::run(Engine &e, ConvKind kind, const float *a, const float *b, const float *bias, float *dst, int64_t n, const offramp_conv &shape,
                    bool relu) {
  Team::mine().useOpenMp(e.threads);
  Instance *found = nullptr;
  bool keepWeights = e.options.mode == EngineMode::Inference && kind != ConvKind::Weights;
  for (auto &i : instances)   // weights kept by address: equal shapes with other weights have instances of their own
    if (i->kind == kind && i->n == n && i->relu == relu && i->bias == (bias != nullptr) && !std::memcmp(&i->shape, &shape, sizeof shape) &&
        (!keepWeights || !i->b.reorder || i->b.packedFrom == b)) {
      found = i.get();
      break;
    }
  if (!found) {
    if (instances.size() >= e.options.primitiveLimit / 8) {
      size_t oldest = 0;
      for (size_t i = 1; i < instances.size(); ++i)
        if (instances[i]->lastUse < instances[oldest]->lastUse) oldest = i;
      instances.erase(instances.begin() + long(oldest));
    }
    auto made = create(kind, n, shape, bias != nullptr, relu);
    if (!made) return false;
    instances.push_back(std::move(made));
    found = instances.back().get();
  }
  found->lastUse = ++clock;
  auto reorder = [&](Operand &o, dnnl_memory_t from, dnnl_memory_t to) {
    dnnl_exec_arg_t args[2] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    return ok(dnnl_primitive_execute(o.reorder, stream, 2, args));
  };
  auto enter = [&](Operand &o, const float *p, bool keep) {
    if (!ok(setHandle(o.plain, p, stream))) return false;
    if (!o.reorder || (keep && o.packedFrom == p && o.version == e.weightsVersion)) return true;
    o.packedFrom = p, o.version = e.weightsVersion;
    return reorder(o, o.plain, o.blocked);
  };
  float *space = scratch.need(found->scratchFloats + 16);
  if (!space || !ok(setHandle(found->scratch, space, stream)) || !ok(setHandle(found->dst.plain, dst, stream)) || !enter(found->a, a, false) ||
      !enter(found->b, b, keepWeights) || (bias && !ok(setHandle(found->biasOperand.plain, bias, stream))))
    return false;
  int argA = kind == ConvKind::Data ? DNNL_ARG_DIFF_DST : DNNL_ARG_SRC, argB = kind == ConvKind::Weights ? DNNL_ARG_DIFF_DST : DNNL_ARG_WEIGHTS;
  int argDst = kind == ConvKind::Forward ? DNNL_ARG_DST : kind == ConvKind::Data ? DNNL_ARG_DIFF_SRC : DNNL_ARG_DIFF_WEIGHTS;
  dnnl_exec_arg_t args[5] = {{argA, found->a.used()}, {argB, found->b.used()}, {argDst, found->dst.used()}, {DNNL_ARG_SCRATCHPAD, found->scratch},
                             {DNNL_ARG_BIAS, found->biasOperand.plain}};
  if (!ok(dnnl_primitive_execute(found->primitive, stream, bias ? 5 : 4, args))) return false;
  return !found->dst.reorder || reorder(found->dst, found->dst.blocked, found->dst.plain);
}

} // namespace offramp::cpu
