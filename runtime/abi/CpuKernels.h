/* The CPU backend's kernels as compiled programs call them. f32 unless said otherwise. `call` gives engine and threads.
 * Row counts are exact; zero rows is a no-op. Every function is deterministic for a given thread count. Pointers are 4-byte aligned
 * or better. "rows of b" are b->rows rows of the row space; "first rows" are its first b->n rows; "rest rows" are the others.
 * Training functions that make shared gradients ADD to their destination, in a fixed order.
 */
#ifndef OFFRAMP_ABI_CPU_KERNELS_H
#define OFFRAMP_ABI_CPU_KERNELS_H

#include "runtime/abi/Call.h"

#ifdef __cplusplus
extern "C" {
#endif

/* --- generated kernels ---------------------------------------------------------------------------------------- */
/* Runs body(args, begin, end) over [0, count) in contiguous blocks, on as many threads as can have `grain` items each. */
typedef void (*offramp_cpu_body)(void *const *args, int64_t begin, int64_t end);
void offramp_cpu_parallel(offramp_call *call, offramp_cpu_body body, void *const *args, int64_t count, int64_t grain);
/* The same for a body of which each item reads a row of `table`: pages of a large one that is mapped from a file are given back as it goes. */
void offramp_cpu_parallel_rows_of(offramp_call *call, offramp_cpu_body body, void *const *args, int64_t count, int64_t grain, const float *table,
                                  int64_t floats);

/* --- GEMMs. w is [K, N] row-major inside call->weights --------------------------------------------------------- */
enum { OFFRAMP_EPILOGUE_NONE = 0, OFFRAMP_EPILOGUE_GELU = 1, OFFRAMP_EPILOGUE_RELU = 2, OFFRAMP_EPILOGUE_TANH = 3,
       OFFRAMP_EPILOGUE_ADD = 4 /* dst += */ };
/* dst[rows, N] = epilogue(src[rows, K]·w + bias). bias may be null. Packs w once per address when the engine is in inference mode. */
void offramp_cpu_linear(offramp_call *call, const float *src, const float *w, const float *bias, float *dst, int64_t rows, int64_t k,
                        int64_t n, int64_t epilogue);
/* dx[rows, K] (= or +=) dy[rows, N]·wᵀ */
void offramp_cpu_linear_dx(offramp_call *call, const float *dy, const float *w, float *dx, int64_t rows, int64_t k, int64_t n,
                           int64_t accumulate);
/* dw[K, N] += xᵀ·dy, exact row count */
void offramp_cpu_linear_dw(offramp_call *call, const float *x, const float *dy, float *dw, int64_t rows, int64_t k, int64_t n);
/* out[C] += Σ rows of src[rows, C] */
void offramp_cpu_column_sum(offramp_call *call, const float *src, float *out, int64_t rows, int64_t c);

/* --- rows -------------------------------------------------------------------------------------------------------- */
enum { OFFRAMP_ROWS_ALL = 0, OFFRAMP_ROWS_FIRST = 1, OFFRAMP_ROWS_REST = 2 };
/* dst rows = softmax(q·kᵀ/√d)·v per head over the rows of the sample. kv: [rows of kb, 2·dim], placed by kb. q and dst are placed by qb:
 * ALL: [rows of qb, dim]; FIRST: dense [qb->n, dim]; REST: [rest rows of qb, dim] (row r of the space lies at r - qb->n).
 * Sample i of qb and sample i of kb are the same sample. lse: [same rows as q, heads] or null. */
void offramp_cpu_attention(offramp_call *call, const offramp_batch *qb, const float *q, const offramp_batch *kb, const float *kv, float *dst,
                           float *lse, int64_t heads, int64_t dim, int64_t which);
/* dq like q; dkv like kv (written whole; dead rows do not occur: gapless batches only). The softmax is recomputed from q and kv; lse spares
 * finding its sums again and may be null (compiled programs pass null). */
void offramp_cpu_attention_grad(offramp_call *call, const offramp_batch *b, const float *q, const float *kv, const float *lse, const float *dout,
                                float *dq, float *dkv, int64_t heads, int64_t dim, int64_t which);
void offramp_cpu_mean_rows(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t c);          /* [rows,C] -> [n,C] */
void offramp_cpu_sum_rows(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t c);           /* [rows,C] -> [n,C] */
void offramp_cpu_spread(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t c, int64_t mean); /* [n,C] -> [rows,C]; mean: divided by T */
void offramp_cpu_spread_rest(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t c);          /* [n,C] -> [rest rows,C] */
void offramp_cpu_to_rows(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t r, int64_t c);   /* [n,R,C] -> row space */
void offramp_cpu_from_rows(offramp_call *call, const offramp_batch *b, const float *src, float *dst, int64_t r, int64_t c); /* its inverse (adjoint) */
void offramp_cpu_positions(offramp_call *call, const offramp_batch *b, int32_t *dst);                                       /* -> [rows] */
/* The adjoint of reading rows of a table: dtable[ids] += src[count, C], in order of count. V rows in the table. */
void offramp_cpu_gather_dw(offramp_call *call, const int32_t *ids, const float *src, float *dtable, int64_t count, int64_t c, int64_t v);
/* U(0,1) from runtime/abi/Random.h: ROWS=0: dst [n, elements]; else dst [rows, elements], element index = row in sample · elements + column. */
void offramp_cpu_uniform(offramp_call *call, const offramp_batch *b, float *dst, int64_t site, int64_t stage, int64_t elements, int64_t rows);

/* --- caller's arrays ---------------------------------------------------------------------------------------------- */
/* dst [n, bytes] = array[id[i]]; table variants go through call->index. */
void offramp_cpu_read(offramp_call *call, const offramp_batch *b, const void *array, void *dst, int64_t bytes);
void offramp_cpu_write(offramp_call *call, const offramp_batch *b, void *array, const void *src, int64_t bytes);
void offramp_cpu_read_table(offramp_call *call, const offramp_batch *b, const void *table, void *dst, int64_t bytes);
void offramp_cpu_write_table(offramp_call *call, const offramp_batch *b, void *table, const void *src, int64_t bytes);
/* call->loss[slot] += Σ src[n] */
void offramp_cpu_add_loss(offramp_call *call, const float *src, int64_t n, int64_t slot);

/* --- exits ------------------------------------------------------------------------------------------------------- */
/* Descriptors come from a pool in the engine that offramp_cpu_begin resets. No row moves. leave[i] != 0 (bytes): sample i goes to *leavers.
 * call->exits == 0: nobody leaves. */
void offramp_cpu_begin(offramp_call *call);
void offramp_cpu_leave(offramp_call *call, const offramp_batch *b, const uint8_t *leave, offramp_batch **stayers, offramp_batch **leavers);
/* dst [child->n, bytes] = src [parent n, bytes] at child->from */
void offramp_cpu_narrow(offramp_call *call, const offramp_batch *child, const void *src, void *dst, int64_t bytes);
/* Exit-first: new batch for the stayers `s` (made by leave from a batch with rows in h). moved != 0: rest rows of the stayers are copied densely
 * to rest[…, c] and the result is gapless; else *rest_out = the rest rows of h where they are. First rows of the result are 0…n-1. */
void offramp_cpu_regroup_rest(offramp_call *call, const offramp_batch *s, const float *h, float *rest, int64_t c, int64_t stage, offramp_batch **out,
                              const float **rest_out);
/* Whole stage: all rows of the stayers, first rows in front, copied to dst [rows of *out, c]. Identity (dst_out = h) when nobody left. */
void offramp_cpu_regroup_all(offramp_call *call, const offramp_batch *s, const float *h, float *dst, int64_t c, int64_t stage, offramp_batch **out,
                             const float **dst_out);
/* Results of samples of b to the places of their ids: logits[n, classes], stage number, decision[n] or null (NaN). */
void offramp_cpu_put(offramp_call *call, const offramp_batch *b, const float *logits, int64_t classes, int64_t stage, const float *decision);
/* 1: run this stage exit-first. Reads call->split; 2 asks the cost model (engine). */
int64_t offramp_cpu_choose_split(offramp_call *call, const offramp_batch *b, int64_t stage);

/* --- convolutions (NCHW, dense per sample) ------------------------------------------------------------------------ */
typedef struct offramp_conv { int64_t c, h, w, o, kh, kw, stride, pad; } offramp_conv;
void offramp_cpu_conv2d(offramp_call *call, const float *x, const float *w, const float *bias, float *y, int64_t n, const offramp_conv *shape, int64_t epilogue);
void offramp_cpu_conv2d_dx(offramp_call *call, const float *dy, const float *w, float *dx, int64_t n, const offramp_conv *shape);
void offramp_cpu_conv2d_dw(offramp_call *call, const float *x, const float *dy, float *dw, int64_t n, const offramp_conv *shape);
void offramp_cpu_max_pool2d(offramp_call *call, const float *x, float *y, int64_t n, int64_t c, int64_t h, int64_t w, int64_t size, int64_t stride);
void offramp_cpu_max_pool2d_grad(offramp_call *call, const float *x, const float *dy, float *dx, int64_t n, int64_t c, int64_t h, int64_t w, int64_t size, int64_t stride);

/* --- optimizer: one pass over [count] after the global norm of all ranges ------------------------------------------- */
/* row > 0: a table of rows of that width, updated lazily: the rows that offramp_cpu_gather_dw added to since the last step, and no others. The
 * engine must have been told (engineSetUpdates). Bias correction is by `step` all the same. */
typedef struct offramp_adamw { float lr, beta1, beta2, eps, weight_decay, clip; int64_t step; } offramp_adamw;
typedef struct offramp_range { int64_t begin, count; int64_t decays; int64_t row; } offramp_range;
/* Returns the gradient norm before clipping. Gradients of the ranges are zeroed afterwards. */
double offramp_cpu_adamw(offramp_call *call, float *weights, float *gradients, float *m, float *v, const offramp_range *ranges, int64_t n,
                         const offramp_adamw *options);

#ifdef __cplusplus
}
#endif
#endif
