// What the vector code offers to the rest of the backend: tables of functions, one per instruction-set level, picked once when an
// engine is made. Plain C types only, so that this header can be included on both sides. No threads below this line.
#ifndef OFFRAMP_CPU_SIMD_TABLE_H
#define OFFRAMP_CPU_SIMD_TABLE_H

#include <stdint.h>

namespace offramp::cpu {

// c[rows, n] = epilogue(a[rows, k]·b[k, n] + bias), or += with `add`. a: element (r, s) at a[r·aRow + s·aStep].
struct GemmArgs {
  const float *a;
  int64_t aRow, aStep;
  const float *b;     // packed: panels of panelWidth columns, each [k, width]; the last one padded to whole vectors
  int64_t ldb;        // plain: distance of rows of b; 0: packed
  const float *bias;  // [n] or null
  float *c;
  int64_t ldc;
  int64_t rows, k, n;
  int64_t epilogue;   // OFFRAMP_EPILOGUE_*
  int64_t aTile = 0;  // distance of tileRows rows of a where these lie together, else 0: tileRows·aRow
};

struct GemmTable {
  int64_t panelWidth, tileRows;
  int64_t (*packedSize)(int64_t k, int64_t n);                                             // floats
  // Rows [begin, end) of w[k, n].
  void (*pack)(const float *w, int64_t ldw, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, int64_t begin, int64_t end, float *packed);
  void (*packTransposed)(const float *w, int64_t k, int64_t n, int64_t panelBegin, int64_t panelEnd, float *packed); // w[n, k], multiplied as its transpose
  void (*packColumns)(const float *x, int64_t ldx, int64_t k, int64_t rows, float *packed);   // x[k, rows], as left-hand tiles [k, tileRows] of its transpose
  void (*multiply)(const GemmArgs *args, int64_t panelBegin, int64_t panelEnd);              // all rows of args, some panels
};

// Rows of one sample and head: row 0 lies apart from the others.
struct SampleRows {
  float *first, *rest;   // rest: row 1
  int64_t stride;
};

struct AttentionArgs {
  SampleRows q, k, v, out;     // out: dst (forward only)
  SampleRows lse;              // stride heads; first == null: not wanted (forward), recomputed (gradient)
  SampleRows dout, dq, dk, dv; // gradient only
  int64_t queries, keys, d;
  float scale;
  float *scratch;              // attentionScratch floats, 64-byte aligned
};

struct AttentionTable {
  int64_t (*forwardScratch)(int64_t queries, int64_t keys, int64_t d);
  int64_t (*gradScratch)(int64_t queries, int64_t keys, int64_t d);
  void (*forward)(const AttentionArgs *args);
  void (*grad)(const AttentionArgs *args);
};

struct AdamwArgs {
  float *weights, *gradients, *m, *v;
  float gradientScale, beta1, beta2, stepSize, secondScale, eps, decay;   // decay: factor on the weight, 1 = none
};

struct ElementTable {
  void (*applyEpilogue)(float *values, int64_t count, int64_t epilogue);                    // in place; GELU, RELU, TANH
  void (*columnSum)(const float *src, int64_t stride, int64_t rows, int64_t columns, float *out);   // out += , rows in order, in blocks
  double (*sumSquares)(const float *values, int64_t count);
  void (*adamw)(const AdamwArgs *args, int64_t begin, int64_t end);
  void (*uniform)(uint64_t key, uint64_t element, int64_t count, float *dst);
  void (*addRow)(const float *src, float *dst, int64_t columns);                            // dst += src
  void (*meanRows)(const float *first, const float *rest, int64_t stride, int64_t rows, int64_t columns, float factor, float *dst);
  void (*scaleRow)(const float *src, float factor, float *dst, int64_t columns);            // dst = src · factor
};

struct SimdTable {
  const char *name;   // "x86-64-v4" …
  const GemmTable *gemm;
  const AttentionTable *attention;
  const ElementTable *element;
};

enum class SimdLevel { Best, V1, V3, V4 };
// Null when this CPU lacks the level.
const SimdTable *simdTable(SimdLevel level);

} // namespace offramp::cpu
#endif
