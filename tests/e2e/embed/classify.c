/* Embeds a model built with `offramp build --emit so -o libfashion.so`: reads an IDX file of images and prints one line per image. With a second
 * argument it runs two contexts in two threads instead and compares them with the first answers. Plain C99. */
#include "libfashion.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned char *pixels;
static int64_t samples;

static int64_t bigEndian(const unsigned char *b) { return (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3]; }

static int readImages(const char *path) {
  unsigned char header[16];
  FILE *file = fopen(path, "rb");
  if (!file || fread(header, 1, 16, file) != 16) return 0;
  samples = bigEndian(header + 4);
  pixels = malloc((size_t)(samples * 28 * 28));
  int whole = pixels && fread(pixels, 28 * 28, (size_t)samples, file) == (size_t)samples;
  fclose(file);
  return whole;
}

static offramp_context *newContext(double threshold) {
  offramp_options options = {sizeof options, 1};
  offramp_context *context;
  if (offramp_context_create(offramp_model_fashion(), &options, &context) != OFFRAMP_OK) {
    fprintf(stderr, "%s\n", offramp_error(NULL));
    exit(1);
  }
  if (offramp_set(context, "threshold", threshold) != OFFRAMP_OK) {
    fprintf(stderr, "%s\n", offramp_error(context));
    exit(1);
  }
  return context;
}

static void printAnswers(void) {
  offramp_context *context = newContext(0.5);
  offramp_input image = {pixels, NULL};
  offramp_result result;
  if (offramp_run(context, samples, &image, 1, &result) != OFFRAMP_OK) {
    fprintf(stderr, "%s\n", offramp_error(context));
    exit(1);
  }
  printf("index\tlabel\tprediction\tstage\n");
  for (int64_t i = 0; i < result.samples; ++i) {
    const char *name = offramp_model_class(offramp_model_fashion(), result.prediction[i]);
    if (name) printf("%lld\t\t%s\t%d\n", (long long)i, name, (int)result.stage[i]);
    else printf("%lld\t\t%d\t%d\n", (long long)i, (int)result.prediction[i], (int)result.stage[i]);
  }
  offramp_context_destroy(context);
}

/* Everything a thread computes is compared with what one context computed before, alone. */
struct Job {
  double threshold;
  int32_t *stage, *prediction;
  long wrong;
};

static void *work(void *argument) {
  struct Job *job = argument;
  offramp_context *context = newContext(job->threshold);
  for (int round = 0; round < 20; ++round) {
    offramp_input image = {pixels, NULL};
    offramp_result result;
    if (offramp_run(context, samples, &image, 1, &result) != OFFRAMP_OK) ++job->wrong;
    else if (!job->stage) {
      job->stage = malloc((size_t)samples * 4), job->prediction = malloc((size_t)samples * 4);
      memcpy(job->stage, result.stage, (size_t)samples * 4), memcpy(job->prediction, result.prediction, (size_t)samples * 4);
    } else if (memcmp(job->stage, result.stage, (size_t)samples * 4) || memcmp(job->prediction, result.prediction, (size_t)samples * 4))
      ++job->wrong;
  }
  offramp_context_destroy(context);
  return NULL;
}

static int twoThreads(void) {
  struct Job jobs[2] = {{0.0, NULL, NULL, 0}, {2.0, NULL, NULL, 0}}; /* the first all leave at stage 1, the others never before the last */
  pthread_t threads[2];
  for (int i = 0; i < 2; ++i) work(&jobs[i]);
  for (int i = 0; i < 2; ++i) pthread_create(&threads[i], NULL, work, &jobs[i]);
  for (int i = 0; i < 2; ++i) pthread_join(threads[i], NULL);
  printf("stages %d and %d, wrong %ld and %ld\n", (int)jobs[0].stage[0], (int)jobs[1].stage[0], jobs[0].wrong, jobs[1].wrong);
  return jobs[0].wrong == 0 && jobs[1].wrong == 0 && jobs[0].stage[0] == 1 && jobs[1].stage[0] == offramp_model_stages(offramp_model_fashion());
}

int main(int argc, char **argv) {
  if (offramp_abi_version() != OFFRAMP_ABI_VERSION) return fprintf(stderr, "another version of the interface\n"), 1;
  if (argc < 2 || !readImages(argv[1])) return fprintf(stderr, "usage: %s IMAGES.idx [threads]\n", argv[0]), 2;
  if (argc > 2) return twoThreads() ? 0 : 1;
  printAnswers();
  return 0;
}
