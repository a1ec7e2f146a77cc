/* Embedding a built model: the C interface of a shared library made with `offramp build --emit so` and of an object made with `--emit obj`.
 *
 *   offramp_context *context;
 *   if (offramp_context_create(offramp_model_NAME(), NULL, &context)) { puts(offramp_error(NULL)); return 1; }
 *   offramp_input image = {pixels, NULL};                      // [samples, shape…]
 *   offramp_result result;
 *   if (offramp_run(context, samples, &image, 1, &result)) puts(offramp_error(context));
 *   // result.prediction[i], result.stage[i], result.decision[i], result.logits[i * result.classes + c]
 *   offramp_context_destroy(context);
 *
 * A model of texts takes them as they are, in UTF-8:
 *
 *   offramp_text text = {"A superb film", 13};
 *   if (offramp_run_text(context, 1, &text, NULL, &result)) puts(offramp_error(context));
 *
 * `offramp_model_NAME` is declared in the header that stands beside the library. Threads: one context serves one call at a time; separate
 * contexts may be used from separate threads at the same time. Questions about a model may be asked from any thread.
 * It trains nothing and reads no files. No C++ exception leaves it. Plain C99.
 */
#ifndef OFFRAMP_OFFRAMP_H
#define OFFRAMP_OFFRAMP_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Version of this interface: compare OFFRAMP_ABI_VERSION (compiled in) with offramp_abi_version() (linked). */
#define OFFRAMP_ABI_VERSION 1
int32_t offramp_abi_version(void);

typedef enum offramp_status {
  OFFRAMP_OK = 0,
  OFFRAMP_INVALID = 1, /* what the caller gave cannot be used; nothing was computed */
  OFFRAMP_INTERNAL = 3 /* a mistake of offramp, or no memory */
} offramp_status;

typedef struct offramp_model offramp_model;     /* part of the library: never created, never freed */
typedef struct offramp_context offramp_context; /* a model ready to run: threads, packed weights, settings, memory */

/* --- about a model. Texts live as long as the library. ----------------------------------------------------------- */
enum { OFFRAMP_VALUES = 0, OFFRAMP_TOKENS = 1 };             /* kinds of input */
enum { OFFRAMP_U8 = 0, OFFRAMP_F32 = 1, OFFRAMP_I32 = 2 };   /* types of elements */

typedef struct offramp_input_info {
  const char *name;
  int32_t kind;         /* OFFRAMP_VALUES: an array per sample; OFFRAMP_TOKENS: i32 ids, as many as the sample has */
  int32_t dtype;
  int32_t dimensions;   /* of one sample; 0 for tokens and for a single number */
  int64_t shape[8];
  int64_t vocabulary;   /* tokens: ids lie below it */
  int64_t max_tokens;   /* tokens: longest sample */
} offramp_input_info;

const char *offramp_model_name(const offramp_model *model);      /* as declared in the .ramp file; NULL if the library is damaged */
const char *offramp_model_version(const offramp_model *model);   /* version of the compiler that made it */
int64_t offramp_model_stages(const offramp_model *model);
int64_t offramp_model_classes(const offramp_model *model);        /* 1: the answer is a number, logits[i]; there are no classes then */
const char *offramp_model_class(const offramp_model *model, int64_t number);    /* its name; NULL if it has none */
int64_t offramp_model_inputs(const offramp_model *model);                       /* without the label */
offramp_status offramp_model_input(const offramp_model *model, int64_t number, offramp_input_info *info);
/* What offramp_run_text takes: 0: the model does not read texts (alone), 1: a text a sample, 2: a pair of texts. */
int32_t offramp_model_texts(const offramp_model *model);
int64_t offramp_model_settings(const offramp_model *model);
const char *offramp_model_setting(const offramp_model *model, int64_t number);  /* its name; NULL beyond the last */

/* --- contexts ------------------------------------------------------------------------------------------------------ */
typedef struct offramp_options {
  size_t size;      /* sizeof(offramp_options) */
  int32_t threads;  /* 0: as many as this process may use */
} offramp_options;

/* `options` may be NULL. Fails with OFFRAMP_INVALID on a CPU that lacks what the model was compiled for. */
offramp_status offramp_context_create(const offramp_model *model, const offramp_options *options, offramp_context **context);
void offramp_context_destroy(offramp_context *context); /* NULL is fine */

/* What went wrong in the last failed call with this context; with NULL: in the last failed call of this thread that has no context.
 * Never NULL. Valid until the next call. */
const char *offramp_error(const offramp_context *context);

/* Run-time settings such as thresholds; a new context has the values the model was built with. */
offramp_status offramp_set(offramp_context *context, const char *setting, double value);
offramp_status offramp_get(offramp_context *context, const char *setting, double *value);
/* 0: every sample runs to the last stage. A new context has 1. */
offramp_status offramp_set_exits(offramp_context *context, int32_t exits);

typedef struct offramp_input {
  const void *data;        /* VALUES: [samples, shape…], aligned to its elements. TOKENS: i32, all samples one behind the other */
  const int64_t *offsets;  /* TOKENS: [samples + 1], sample i is data[offsets[i]] … data[offsets[i + 1] - 1]. VALUES: NULL */
} offramp_input;

/* By place of the sample in the call; owned by the context, valid until its next run. */
typedef struct offramp_result {
  int64_t samples, classes;
  const float *logits;        /* [samples, classes] at the exit taken */
  const int32_t *prediction;  /* [samples] class of the largest logit */
  const int32_t *stage;       /* [samples] 1-based exit */
  const float *decision;      /* [samples] what was compared to leave; NaN at a forced exit */
} offramp_result;

/* Inputs in the order of offramp_model_input. Nothing is allocated once a batch as large has been seen. */
offramp_status offramp_run(offramp_context *context, int64_t samples, const offramp_input *inputs, int64_t input_count, offramp_result *result);

typedef struct offramp_text {
  const char *data; /* UTF-8; no 0 is needed at the end. NULL only if bytes is 0: an empty text */
  size_t bytes;
} offramp_text;

/* The same for a model whose input is text: first[samples] and, for pairs, second[samples]; second is NULL for single texts. The library holds
 * the vocabulary: ids and segments are those of `offramp eval`. A text that is too long is cut as there. */
offramp_status offramp_run_text(offramp_context *context, int64_t samples, const offramp_text *first, const offramp_text *second,
                                offramp_result *result);
/* Samples of the last offramp_run_text of this context that were cut to the most tokens that the model takes. */
int64_t offramp_texts_cut(const offramp_context *context);

#ifdef __cplusplus
}
#endif
#endif
