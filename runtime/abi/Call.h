/* What compiled programs and the runtime share: the call block and the batch descriptor.
 *
 * A compiled program is `void program(offramp_call *call, offramp_batch *batch)`. Compiled code reads the fields of
 * offramp_call by their offset (8 bytes each, order fixed here; tests/unit/compiler_artifact holds it). Nothing in here
 * knows a model. All arrays are owned by the caller and live for the whole call.
 */
#ifndef OFFRAMP_ABI_CALL_H
#define OFFRAMP_ABI_CALL_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Which samples, and where their rows lie. A row space holds row 0 of all samples in front, then the rest rows (1…T-1) sample by
 * sample. Networks without rows use n alone (rows == n, at/len null). All arrays have n entries. */
typedef struct offramp_batch {
  int64_t n;             /* samples */
  int64_t rows;          /* extent of the row space; rows of samples that left may lie in it (dead, never read) */
  int64_t gapless;       /* 1: every row of the space belongs to a sample of this batch */
  const int32_t *id;     /* place in the caller's arrays (inputs, outputs) */
  const int32_t *first;  /* row 0 of sample i */
  const int32_t *at;     /* its rows 1…T-1 lie at at[i] … at[i]+len[i]-1 */
  const int32_t *len;    /* T-1 */
  const int32_t *from;   /* index of sample i in the batch that `leave` made this one from (identity for a caller's batch);
                          * a regrouped batch keeps the stayers' `from` */
} offramp_batch;

typedef struct offramp_call {
  int64_t rows_max;             /*  0 arena was placed for so many rows … */
  int64_t samples_max;          /*  1 … and so many samples */
  char *arena;                  /*  2 64-byte aligned */
  const float *weights;         /*  3 flat weight block */
  float *gradients;             /*  4 same layout; compiled code adds to it */
  const float *settings;        /*  5 run-time settings in manifest order */
  const void *const *inputs;    /*  6 per manifest input: [samples, shape…] by id; Tokens: row space of this batch */
  void *const *tables;          /*  7 per manifest table: by dataset index (read: current epoch's, write: next) */
  float *logits;                /*  8 [samples, classes] by id */
  int32_t *stage;               /*  9 [samples] 1-based exit stage by id */
  float *decision;              /* 10 [samples] by id; NaN at a forced exit */
  float *loss;                  /* 11 [1 + metrics] sums over the samples of this call */
  int64_t seed;                 /* 12 */
  const int64_t *visit;         /* 13 [samples] by id: place in the epoch sequence, key of every random draw */
  const int64_t *index;         /* 14 [samples] by id: row number in the data, key of tables */
  void *engine;                 /* 15 kernel state (backends/cpu/kernels/Engine.h) */
  int64_t samples_in_step;      /* 16 N of the whole step; a step may run in chunks */
  void *const *collected;       /* 17 evaluate: per manifest collected value [samples, shape…] by id */
  int64_t exits;                /* 18 infer: 1 exits allowed, 0 everybody runs to the last stage */
  int64_t split;                /* 19 infer: exit-first 0 off, 1 on, 2 cost model decides */
  int64_t regroup;              /* 20 infer: regrouping 0 off, 1 on, 2 cost model decides */
  int64_t reserved[3];          /* 21 */
} offramp_call;

#ifdef __cplusplus
}
#endif
#endif
