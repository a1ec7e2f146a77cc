// See Infer.h.
#include "runtime/infer/Infer.h"

#include "runtime/infer/Collect.h"

namespace offramp::runtime {

int32_t InferResult::predicted(int64_t sample) const { return largest(logits + sample * classes, classes); }

Infer::Infer(Session &session, int64_t samples, int64_t rows)
    : session(session), program((size_t)session.manifest().findProgram(ProgramKind::Infer)) {
  session.reserve({&program, 1}, samples, rows);
  logits.resize((size_t)(samples * session.manifest().classes));
  decision.resize((size_t)samples);
  stage.resize((size_t)samples);
  visit.resize((size_t)samples);
}

InferResult Infer::run(const BatchBuilder &batch, const InferOptions &options) {
  return run(batch.batch(), batch.inputs(), batch.index(), options);
}

InferResult Infer::run(const offramp_batch &batch, const void *const *inputs, const int64_t *index, const InferOptions &options) {
  offramp_call &call = session.call();
  call.inputs = inputs, call.index = index, call.visit = visit.data();
  call.logits = logits.data(), call.stage = stage.data(), call.decision = decision.data();
  call.samples_in_step = batch.n;
  call.exits = options.exits, call.split = options.split, call.regroup = options.regroup;
  session.run(program, batch);
  return {batch.n, session.manifest().classes, logits.data(), stage.data(), decision.data()};
}

}  // namespace offramp::runtime
