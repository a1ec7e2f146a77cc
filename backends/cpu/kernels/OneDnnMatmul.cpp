// Creation, lookup and execution of the fixed-row-count primitives.
#include "backends/cpu/kernels/OneDnnMatmul.h"

namespace offramp::cpu {
using namespace dnnl2or3;

constexpr int64_t kRowsIndexed = int64_t(1) << 17;   // larger row counts go to the own kernel

MatmulCache::Instance::~Instance() {
  if (primitive) dnnl_primitive_destroy(primitive);
  for (dnnl_memory_t m : {a, b, bias, dst, scratch})
    if (m) dnnl_memory_destroy(m);
}

MatmulCache::~MatmulCache() {
  sites.clear();
  if (stream) dnnl_stream_destroy(stream);
}

MatmulCache::Site &MatmulCache::siteOf(MatmulKind kind, int64_t k, int64_t n, int64_t epilogue, bool bias, bool add) {
  for (auto &s : sites)   // a model has about ten
    if (s->k == k && s->n == n && s->kind == kind && s->epilogue == epilogue && s->bias == bias && s->add == add) return *s;
  sites.push_back(std::unique_ptr<Site>(new Site{kind, k, n, epilogue, bias, add, {}}));
  return *sites.back();
}

void MatmulCache::evict() {
  std::unique_ptr<Instance> *oldest = nullptr;
  for (auto &s : sites)
    for (auto &i : s->byRows)
      if (i && (!oldest || i->lastUse < (*oldest)->lastUse)) oldest = &i;
  if (oldest) {
    oldest->reset();
    --instances;
  }
}

std::unique_ptr<MatmulCache::Instance> MatmulCache::create(Engine &e, const Site &site, int64_t m) {
  dnnl_engine_t engine = cpuEngine();
  if (!engine || (!stream && !ok(dnnl_stream_create(&stream, engine, dnnl_stream_default_flags)))) return nullptr;
  auto matrix = [](int64_t rows, int64_t columns, bool transposed) {   // of the product; transposed: stored [columns, rows]
    dnnl_dims_t dims = {rows, columns}, strides = {transposed ? 1 : columns, transposed ? rows : 1};
    return MemoryDesc::strided(2, dims, strides);
  };
  MemoryDesc a, b, dst;
  int64_t width = site.kind == MatmulKind::Dx ? site.k : site.n;
  switch (site.kind) {
  case MatmulKind::Forward: a = matrix(m, site.k, false), b = matrix(site.k, site.n, false), dst = matrix(m, site.n, false); break;
  case MatmulKind::Dx: a = matrix(m, site.n, false), b = matrix(site.n, site.k, true), dst = matrix(m, site.k, false); break;
  case MatmulKind::Dw: a = matrix(site.k, m, true), b = matrix(m, site.n, false), dst = matrix(site.k, site.n, false); break;
  }
  MemoryDesc bias = matrix(1, width, false);
  dnnl_primitive_attr_t attr = nullptr;
  dnnl_post_ops_t post = nullptr;
  dnnl_primitive_desc_t pd = nullptr;
  auto made = std::make_unique<Instance>();
  bool good = ok(dnnl_primitive_attr_create(&attr)) && ok(dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user)) &&
              ok(dnnl_post_ops_create(&post));
  if (good && site.add) good = ok(appendSum(post));
  if (good && site.epilogue == OFFRAMP_EPILOGUE_RELU) good = ok(appendEltwise(post, dnnl_eltwise_relu));
  if (good) good = ok(dnnl_primitive_attr_set_post_ops(attr, post));
  if (good) good = ok(matmulPd(&pd, engine, a.get(), b.get(), site.bias ? bias.get() : nullptr, dst.get(), attr));
  if (good) {
    Md scratchMd = queryMd(pd, dnnl_query_scratchpad_md);
    made->scratchFloats = int64_t(sizeOf(scratchMd) + 3) / 4;
    good = ok(dnnl_primitive_create(&made->primitive, pd)) && ok(createMemory(&made->a, a.get(), engine, DNNL_MEMORY_NONE)) &&
           ok(createMemory(&made->b, b.get(), engine, DNNL_MEMORY_NONE)) && ok(createMemory(&made->dst, dst.get(), engine, DNNL_MEMORY_NONE)) &&
           ok(createMemory(&made->scratch, scratchMd, engine, DNNL_MEMORY_NONE)) &&
           (!site.bias || ok(createMemory(&made->bias, bias.get(), engine, DNNL_MEMORY_NONE)));
  }
  if (pd) dnnl_primitive_desc_destroy(pd);
  if (post) dnnl_post_ops_destroy(post);
  if (attr) dnnl_primitive_attr_destroy(attr);
  if (!good) return nullptr;
  ++instances;
  return made;
}

bool MatmulCache::run(Engine &e, MatmulKind kind, const float *a, const float *b, const float *bias, float *dst, int64_t m, int64_t k, int64_t n,
                      bool add, int64_t epilogue) {
  if (m >= kRowsIndexed) return false;
  Site &site = siteOf(kind, k, n, epilogue == OFFRAMP_EPILOGUE_RELU ? epilogue : 0, bias != nullptr, add);
  if (int64_t(site.byRows.size()) <= m) site.byRows.resize(size_t(m) + 1);
  Team::mine().useOpenMp(e.threads);   // before creation too: oneDNN plans for the count it sees
  auto &slot = site.byRows[size_t(m)];
  if (!slot) {
    if (instances >= e.options.primitiveLimit) evict();
    slot = create(e, site, m);
    if (!slot) return false;
  }
  slot->lastUse = ++clock;
  float *space = scratch.need(slot->scratchFloats + 16);
  if (!space) return false;
  if (!ok(setHandle(slot->a, a, stream)) || !ok(setHandle(slot->b, b, stream)) || !ok(setHandle(slot->dst, dst, stream)) ||
      !ok(setHandle(slot->scratch, space, stream)) || (bias && !ok(setHandle(slot->bias, bias, stream))))
    return false;
  dnnl_exec_arg_t args[5] = {{DNNL_ARG_SRC, slot->a}, {DNNL_ARG_WEIGHTS, slot->b}, {DNNL_ARG_DST, slot->dst}, {DNNL_ARG_SCRATCHPAD, slot->scratch},
                             {DNNL_ARG_BIAS, slot->bias}};
  return ok(dnnl_primitive_execute(slot->primitive, stream, bias ? 5 : 4, args));
}

} // namespace offramp::cpu
