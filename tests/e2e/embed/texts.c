/* Classifies plain text with a model built with `offramp build --emit so -o libsentences.so`: a text a line from a file, or a pair apart by a tab;
 * prints index, prediction and stage. Plain C99. */
#include "libsentences.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { batch = 7 };

static int answer(offramp_context *context, int64_t begun, int64_t count, const offramp_text *first, const offramp_text *second) {
  offramp_result result;
  if (offramp_run_text(context, count, first, second, &result) != OFFRAMP_OK) return fprintf(stderr, "%s\n", offramp_error(context)), 1;
  for (int64_t i = 0; i < result.samples; ++i) {
    const char *name = offramp_model_class(offramp_model_sentences(), result.prediction[i]);
    printf("%lld\t%s\t%d\n", (long long)(begun + i), name ? name : "?", (int)result.stage[i]);
  }
  return 0;
}

int main(int argc, char **argv) {
  FILE *file = argc > 2 ? fopen(argv[1], "rb") : NULL;
  if (!file) return fprintf(stderr, "usage: %s TEXTS THRESHOLD\n", argv[0]), 2;
  offramp_options options = {sizeof options, 1};
  offramp_context *context;
  if (offramp_context_create(offramp_model_sentences(), &options, &context) != OFFRAMP_OK) return fprintf(stderr, "%s\n", offramp_error(NULL)), 1;
  if (offramp_set(context, "threshold", atof(argv[2])) != OFFRAMP_OK) return fprintf(stderr, "%s\n", offramp_error(context)), 1;
  const int pairs = offramp_model_texts(offramp_model_sentences()) == 2;

  static char lines[batch][4096];
  offramp_text first[batch], second[batch];
  int64_t begun = 0, count = 0;
  while (fgets(lines[count], sizeof lines[0], file)) {
    size_t bytes = strcspn(lines[count], "\n");
    const char *tab = pairs ? memchr(lines[count], '\t', bytes) : NULL;
    first[count].data = lines[count];
    first[count].bytes = tab ? (size_t)(tab - lines[count]) : bytes;
    second[count].data = tab ? tab + 1 : NULL;
    second[count].bytes = tab ? bytes - first[count].bytes - 1 : 0;
    if (++count < batch) continue;
    if (answer(context, begun, count, first, pairs ? second : NULL)) return 1;
    begun += count, count = 0;
  }
  if (count > 0 && answer(context, begun, count, first, pairs ? second : NULL)) return 1;
  fprintf(stderr, "%lld of the last texts were cut\n", (long long)offramp_texts_cut(context));
  offramp_context_destroy(context);
  return 0;
}
