// The few places where oneDNN's C API differs between 2.x (descriptors by value, op descriptors) and 3.x (opaque descriptors, one
// creation function per primitive). Nothing else in this folder looks at the version.
#ifndef OFFRAMP_CPU_DNNL_COMPAT_H
#define OFFRAMP_CPU_DNNL_COMPAT_H

#include <oneapi/dnnl/dnnl.h>
#include <utility>

namespace offramp::cpu::dnnl2or3 {

inline bool ok(dnnl_status_t s) { return s == dnnl_success; }

#if DNNL_VERSION_MAJOR >= 3
using Md = const_dnnl_memory_desc_t;
// Owns a memory descriptor.
class MemoryDesc {
public:
  MemoryDesc() = default;
  MemoryDesc(MemoryDesc &&o) noexcept : d(std::exchange(o.d, nullptr)) {}
  MemoryDesc &operator=(MemoryDesc &&o) noexcept { std::swap(d, o.d); return *this; }
  ~MemoryDesc() { if (d) dnnl_memory_desc_destroy(d); }
  static MemoryDesc strided(int rank, const dnnl_dims_t dims, const dnnl_dims_t strides) {
    MemoryDesc m;
    dnnl_memory_desc_create_with_strides(&m.d, rank, dims, dnnl_f32, strides);
    return m;
  }
  static MemoryDesc any(int rank, const dnnl_dims_t dims) {
    MemoryDesc m;
    dnnl_memory_desc_create_with_tag(&m.d, rank, dims, dnnl_f32, dnnl_format_tag_any);
    return m;
  }
  Md get() const { return d; }
private:
  dnnl_memory_desc_t d = nullptr;
};
inline bool sameLayout(Md a, Md b) { return dnnl_memory_desc_equal(a, b); }
inline dnnl_status_t createMemory(dnnl_memory_t *m, Md d, dnnl_engine_t e, void *p) { return dnnl_memory_create(m, d, e, p); }
inline dnnl_status_t setHandle(dnnl_memory_t m, const void *p, dnnl_stream_t) { return dnnl_memory_set_data_handle(m, const_cast<void *>(p)); }
inline dnnl_status_t appendSum(dnnl_post_ops_t p) { return dnnl_post_ops_append_sum(p, 1.0f, 0, dnnl_data_type_undef); }
inline dnnl_status_t appendEltwise(dnnl_post_ops_t p, dnnl_alg_kind_t alg) { return dnnl_post_ops_append_eltwise(p, alg, 0, 0); }
inline dnnl_status_t matmulPd(dnnl_primitive_desc_t *pd, dnnl_engine_t e, Md src, Md w, Md bias, Md dst, const_dnnl_primitive_attr_t attr) {
  return dnnl_matmul_primitive_desc_create(pd, e, src, w, bias, dst, attr);
}
inline dnnl_status_t convForwardPd(dnnl_primitive_desc_t *pd, dnnl_engine_t e, Md src, Md w, Md bias, Md dst, const dnnl_dims_t strides,
                                   const dnnl_dims_t pad, const_dnnl_primitive_attr_t attr) {
  dnnl_dims_t dilation = {0, 0};
  return dnnl_convolution_forward_primitive_desc_create(pd, e, dnnl_forward_inference, dnnl_convolution_direct, src, w, bias, dst, strides, dilation,
                                                        pad, pad, attr);
}
inline dnnl_status_t convDataPd(dnnl_primitive_desc_t *pd, dnnl_engine_t e, Md dsrc, Md w, Md ddst, const dnnl_dims_t strides, const dnnl_dims_t pad,
                                const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attr) {
  dnnl_dims_t dilation = {0, 0};
  return dnnl_convolution_backward_data_primitive_desc_create(pd, e, dnnl_convolution_direct, dsrc, w, ddst, strides, dilation, pad, pad, hint, attr);
}
inline dnnl_status_t convWeightsPd(dnnl_primitive_desc_t *pd, dnnl_engine_t e, Md src, Md dw, Md ddst, const dnnl_dims_t strides, const dnnl_dims_t pad,
                                   const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attr) {
  dnnl_dims_t dilation = {0, 0};
  return dnnl_convolution_backward_weights_primitive_desc_create(pd, e, dnnl_convolution_direct, src, dw, nullptr, ddst, strides, dilation, pad, pad,
                                                                 hint, attr);
}
inline dnnl_status_t reorderPd(dnnl_primitive_desc_t *pd, Md from, Md to, dnnl_engine_t e) {
  return dnnl_reorder_primitive_desc_create(pd, from, e, to, e, nullptr);
}
inline size_t sizeOf(Md d) { return dnnl_memory_desc_get_size(d); }
#else
using Md = const dnnl_memory_desc_t *;
class MemoryDesc {
public:
  static MemoryDesc strided(int rank, const dnnl_dims_t dims, const dnnl_dims_t strides) {
    MemoryDesc m;
    dnnl_memory_desc_init_by_strides(&m.d, rank, dims, dnnl_f32, strides);
    return m;
  }
  static MemoryDesc any(int rank, const dnnl_dims_t dims) {
    MemoryDesc m;
    dnnl_memory_desc_init_by_tag(&m.d, rank, dims, dnnl_f32, dnnl_format_tag_any);
    return m;
  }
  Md get() const { return &d; }
private:
  dnnl_memory_desc_t d{};
};
inline bool sameLayout(Md a, Md b) { return dnnl_memory_desc_equal(a, b); }
inline dnnl_status_t createMemory(dnnl_memory_t *m, Md d, dnnl_engine_t e, void *p) { return dnnl_memory_create(m, d, e, p); }
inline dnnl_status_t setHandle(dnnl_memory_t m, const void *p, dnnl_stream_t s) { return dnnl_memory_set_data_handle_v2(m, const_cast<void *>(p), s); }
inline dnnl_status_t appendSum(dnnl_post_ops_t p) { return dnnl_post_ops_append_sum(p, 1.0f); }
inline dnnl_status_t appendEltwise(dnnl_post_ops_t p, dnnl_alg_kind_t alg) { return dnnl_post_ops_append_eltwise(p, 1.0f, alg, 0, 0); }
inline dnnl_status_t matmulPd(dnnl_primitive_desc_t *pd, dnnl_engine_t e, Md src, Md w, Md bias, Md dst, const_dnnl_primitive_attr_t attr) {
  dnnl_matmul_desc_t d;
  dnnl_status_t s = dnnl_matmul_desc_init(&d, src, w, bias, dst);
  return ok(s) ? dnnl_primitive_desc_create(pd, &d, attr, e, nullptr) : s;
}
inline dnnl_status_t convForwardPd(dnnl_primitive_desc_t *pd, dnnl_engine_t e, Md src, Md w, Md bias, Md dst, const dnnl_dims_t strides,
                                   const dnnl_dims_t pad, const_dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t d;
  dnnl_status_t s = dnnl_convolution_forward_desc_init(&d, dnnl_forward_inference, dnnl_convolution_direct, src, w, bias, dst, strides, pad, pad);
  return ok(s) ? dnnl_primitive_desc_create(pd, &d, attr, e, nullptr) : s;
}
inline dnnl_status_t convDataPd(dnnl_primitive_desc_t *pd, dnnl_engine_t e, Md dsrc, Md w, Md ddst, const dnnl_dims_t strides, const dnnl_dims_t pad,
                                const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t d;
  dnnl_status_t s = dnnl_convolution_backward_data_desc_init(&d, dnnl_convolution_direct, dsrc, w, ddst, strides, pad, pad);
  return ok(s) ? dnnl_primitive_desc_create(pd, &d, attr, e, hint) : s;
}
inline dnnl_status_t convWeightsPd(dnnl_primitive_desc_t *pd, dnnl_engine_t e, Md src, Md dw, Md ddst, const dnnl_dims_t strides, const dnnl_dims_t pad,
                                   const_dnnl_primitive_desc_t hint, const_dnnl_primitive_attr_t attr) {
  dnnl_convolution_desc_t d;
  dnnl_status_t s = dnnl_convolution_backward_weights_desc_init(&d, dnnl_convolution_direct, src, dw, nullptr, ddst, strides, pad, pad);
  return ok(s) ? dnnl_primitive_desc_create(pd, &d, attr, e, hint) : s;
}
inline dnnl_status_t reorderPd(dnnl_primitive_desc_t *pd, Md from, Md to, dnnl_engine_t e) {
  return dnnl_reorder_primitive_desc_create(pd, from, e, to, e, nullptr);
}
inline size_t sizeOf(Md d) { return dnnl_memory_desc_get_size(d); }
#endif

inline Md queryMd(const_dnnl_primitive_desc_t pd, dnnl_query_t what) { return dnnl_primitive_desc_query_md(pd, what, 0); }

// One CPU engine for the process (oneDNN engines are thread-safe).
inline dnnl_engine_t cpuEngine() {
  static dnnl_engine_t engine = [] {
    dnnl_engine_t e = nullptr;
    dnnl_engine_create(&e, dnnl_cpu, 0);
    return e;
  }();
  return engine;
}

} // namespace offramp::cpu::dnnl2or3
#endif
