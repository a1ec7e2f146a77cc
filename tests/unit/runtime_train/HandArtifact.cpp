// What a compiler would make of a tiny model: logistic regression on x: f32[4] at two stages, each with weights of its own, two classes. Stage 1
// leaves when the larger probability exceeds the threshold (setting 0). Table 0: 1 where stage 1 is right, else 2.
#include "runtime/abi/Call.h"

#include <cmath>

namespace {

struct Answer {
  float logits[2], probability;
  int predicted;
};

Answer answer(const offramp_call *call, int64_t id, int stage) {
  const float *x = static_cast<const float *>(call->inputs[0]) + id * 4, *w = call->weights + 16 * stage;
  Answer a{};
  for (int c = 0; c < 2; ++c)
    for (int i = 0; i < 4; ++i) a.logits[c] += x[i] * w[i * 2 + c];
  a.predicted = a.logits[1] > a.logits[0];
  a.probability = 1 / (1 + std::exp(-std::fabs(a.logits[1] - a.logits[0])));
  return a;
}

}  // namespace

extern "C" {

void hand_infer(offramp_call *call, offramp_batch *b) {
  for (int64_t i = 0; i < b->n; ++i) {
    const int64_t id = b->id[i];
    Answer a = answer(call, id, 0);
    const bool leaves = call->exits && a.probability > call->settings[0];
    call->decision[id] = leaves ? a.probability : NAN;
    call->stage[id] = leaves ? 1 : 2;
    if (!leaves) a = answer(call, id, 1);
    call->logits[id * 2] = a.logits[0], call->logits[id * 2 + 1] = a.logits[1];
  }
}

void hand_step(offramp_call *call, offramp_batch *b) {
  for (int64_t i = 0; i < b->n; ++i) {
    const int64_t id = b->id[i];
    const int label = static_cast<const int *>(call->inputs[1])[id];
    const float *x = static_cast<const float *>(call->inputs[0]) + id * 4;
    for (int s = 0; s < 2; ++s) {
      const Answer a = answer(call, id, s);
      const float most = a.logits[a.predicted], e0 = std::exp(a.logits[0] - most), e1 = std::exp(a.logits[1] - most), z = e0 + e1;
      call->loss[0] += std::log(z) + most - a.logits[label] + 0 * static_cast<const int *>(call->tables[0])[call->index[id]];
      for (int c = 0; c < 2; ++c)
        for (int k = 0; k < 4; ++k)
          call->gradients[16 * s + k * 2 + c] += x[k] * ((c ? e1 : e0) / z - (c == label)) / static_cast<float>(call->samples_in_step);
    }
  }
}

void hand_measure(offramp_call *call, offramp_batch *b) {
  for (int64_t i = 0; i < b->n; ++i) {
    const int64_t id = b->id[i];
    const bool right = answer(call, id, 0).predicted == static_cast<const int *>(call->inputs[1])[id];
    static_cast<int *>(call->tables[0])[call->index[id]] = right ? 1 : 2;
  }
}

void hand_evaluate(offramp_call *call, offramp_batch *b) {
  for (int64_t i = 0; i < b->n; ++i) {
    const int64_t id = b->id[i];
    for (int s = 0; s < 2; ++s) {
      const Answer a = answer(call, id, s);
      for (int c = 0; c < 2; ++c) static_cast<float *>(call->collected[0])[(id * 2 + s) * 2 + c] = a.logits[c];
      static_cast<float *>(call->collected[1])[id * 2 + s] = s == 1 || a.probability > call->settings[0];
      static_cast<float *>(call->collected[2])[id * 2 + s] = s == 1 ? 0 : a.probability;
    }
  }
}
}
