/* Two models, linked as objects into one program: each is itself, and both run. Plain C99. */
#include "first.h"
#include "second.h"

#include <stdio.h>

static int runs(const offramp_model *model) {
  static unsigned char black[28 * 28];
  offramp_context *context;
  offramp_input image = {black, NULL};
  offramp_result result;
  if (offramp_context_create(model, NULL, &context) != OFFRAMP_OK) return fprintf(stderr, "%s\n", offramp_error(NULL)), 0;
  const int fine = offramp_run(context, 1, &image, 1, &result) == OFFRAMP_OK && result.stage[0] >= 1;
  if (!fine) fprintf(stderr, "%s\n", offramp_error(context));
  offramp_context_destroy(context);
  return fine;
}

int main(void) {
  if (offramp_model_first() == offramp_model_second()) return fprintf(stderr, "one model twice\n"), 1;
  return runs(offramp_model_first()) && runs(offramp_model_second()) ? 0 : 1;
}
