// Leaving and regrouping. `leave` splits the lists of a batch and moves no row; regrouping gives the stayers a new row space, dense or
// where their rows already lie. Orders are stable: stayers keep theirs.
#include "backends/cpu/kernels/EngineState.h"

#include <cstring>

namespace offramp::cpu {
namespace {

int64_t frontOf(const Engine &e, const offramp_batch *b) {
  const Descriptor *d = e.pool.find(b);
  return d ? d->front : b->n;   // a caller's batch is gapless: its first rows are 0 … n-1
}

const StageCost *costOf(const Engine &e, int64_t stage) {
  return stage >= 1 && stage <= int64_t(e.stages.size()) ? &e.stages[size_t(stage - 1)] : nullptr;
}

// Rows that live and die among the rows about to run; `channels` floats each.
bool regroupPays(offramp_call *call, Engine &e, int64_t stage, int64_t live, int64_t dead, int64_t channels) {
  if (dead <= 0 || call->regroup == 0) return false;
  const StageCost *cost = costOf(e, stage);
  bool yes = call->regroup == 1 || !cost || chooseRegroup(e.profile, *cost, costOf(e, stage + 1), live, dead, channels);
  e.count(yes ? &EngineChoices::regrouped : &EngineChoices::kept, stage);
  return yes;
}

// Copies the rest rows of the samples of s densely to dst; places are the new at[] minus `shift`.
void copyRest(Engine &e, const offramp_batch *s, const float *h, const offramp_batch *to, int64_t shift, float *dst, int64_t c) {
  int threads = int(std::min<int64_t>(threadsFor(to->rows * c * 8, 256 * 1024, e.threads), std::max<int64_t>(s->n, 1)));
  onBlocks(threads, s->n, {}, [&](int, int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i)
      if (s->len[i] > 0) std::memcpy(dst + (to->at[i] - shift) * c, h + int64_t(s->at[i]) * c, size_t(s->len[i]) * size_t(c) * 4);
  });
}

} // namespace
} // namespace offramp::cpu

using namespace offramp::cpu;

void offramp_cpu_begin(offramp_call *call) {
  mark(call, CallKind::Begin);
  engineOf(call).pool.reset();
}

void offramp_cpu_leave(offramp_call *call, const offramp_batch *b, const uint8_t *leave, offramp_batch **stayers, offramp_batch **leavers) {
  Engine &e = engineOf(call);
  const bool hasRows = b->at != nullptr;  // `first` may be there without rows (Call.h)
  int64_t front = frontOf(e, b), leaving = 0;
  mark(call, CallKind::Leave);
  if (call->exits)
    for (int64_t i = 0; i < b->n; ++i) leaving += leave[i] != 0;
  Descriptor *sides[2] = {e.pool.take(b->n), e.pool.take(b->n)};
  int64_t counts[2] = {0, 0};
  for (int64_t i = 0; i < b->n; ++i) {
    int side = leaving && leave[i] ? 1 : 0;
    offramp_batch &to = sides[side]->batch;
    int64_t at = counts[side]++;
    entries(to.id)[at] = b->id[i];
    entries(to.from)[at] = int32_t(i);
    if (hasRows) {
      entries(to.first)[at] = b->first[i];
      entries(to.at)[at] = b->at[i];
      entries(to.len)[at] = b->len[i];
    }
  }
  for (int side = 0; side < 2; ++side) {
    offramp_batch &to = sides[side]->batch;
    sides[side]->front = front;
    to.n = counts[side];
    to.rows = hasRows ? b->rows : counts[side];
    to.gapless = hasRows ? (counts[side] == b->n && b->gapless) : 1;
    if (!hasRows) to.first = to.at = to.len = nullptr;
  }
  *stayers = &sides[0]->batch;
  *leavers = &sides[1]->batch;
}

void offramp_cpu_narrow(offramp_call *call, const offramp_batch *child, const void *src, void *dst, int64_t bytes) {
  for (int64_t i = 0; i < child->n; ++i)
    std::memcpy(static_cast<char *>(dst) + i * bytes, static_cast<const char *>(src) + child->from[i] * bytes, size_t(bytes));
}

void offramp_cpu_regroup_rest(offramp_call *call, const offramp_batch *s, const float *h, float *rest, int64_t c, int64_t stage, offramp_batch **out,
                              const float **rest_out) {
  Engine &e = engineOf(call);
  int64_t front = frontOf(e, s), live = 0, extent = s->rows - front;
  for (int64_t i = 0; i < s->n; ++i) live += s->len[i];
  bool move = regroupPays(call, e, stage, live, extent - live, c);
  Descriptor *d = e.pool.take(s->n);
  offramp_batch &to = d->batch;
  d->front = to.n = s->n;
  to.rows = s->n + (move ? live : extent);
  to.gapless = move || extent == live;
  int64_t next = s->n;
  for (int64_t i = 0; i < s->n; ++i) {
    entries(to.id)[i] = s->id[i];
    entries(to.from)[i] = s->from[i];
    entries(to.first)[i] = int32_t(i);
    entries(to.len)[i] = s->len[i];
    entries(to.at)[i] = int32_t(move ? next : s->at[i] - front + s->n);
    next += s->len[i];
  }
  if (move) copyRest(e, s, h, &to, s->n, rest, c);
  *out = &to;
  *rest_out = move ? rest : h + front * c;
}

void offramp_cpu_regroup_all(offramp_call *call, const offramp_batch *s, const float *h, float *dst, int64_t c, int64_t stage, offramp_batch **out,
                             const float **dst_out) {
  Engine &e = engineOf(call);
  int64_t front = frontOf(e, s), live = 0, extent = s->rows - front;
  for (int64_t i = 0; i < s->n; ++i) live += s->len[i];
  bool identity = s->n == front;
  for (int64_t i = 0; i < s->n && identity; ++i) identity = s->first[i] == i;
  // First rows must lie in front of the space, so once somebody left rows are copied either way; off copies the dead ones too.
  bool dense = !identity && call->regroup != 0;
  if (!identity) e.count(dense ? &EngineChoices::regrouped : &EngineChoices::kept, stage);
  Descriptor *d = e.pool.take(s->n);
  offramp_batch &to = d->batch;
  d->front = to.n = s->n;
  to.rows = s->n + (dense ? live : extent);
  to.gapless = dense || extent == live;
  int64_t next = s->n;
  for (int64_t i = 0; i < s->n; ++i) {
    entries(to.id)[i] = s->id[i];
    entries(to.from)[i] = s->from[i];
    entries(to.first)[i] = int32_t(i);
    entries(to.len)[i] = s->len[i];
    entries(to.at)[i] = int32_t(dense ? next : s->at[i] - front + s->n);
    next += s->len[i];
  }
  *out = &to;
  *dst_out = identity ? h : dst;
  if (identity) return;
  for (int64_t i = 0; i < s->n; ++i) std::memcpy(dst + i * c, h + int64_t(s->first[i]) * c, size_t(c) * 4);
  if (dense) copyRest(e, s, h, &to, 0, dst, c);
  else if (extent > 0) std::memcpy(dst + s->n * c, h + front * c, size_t(extent) * size_t(c) * 4);
}

int64_t offramp_cpu_choose_split(offramp_call *call, const offramp_batch *b, int64_t stage) {
  if (call->split != 2) return call->split;
  Engine &e = engineOf(call);
  const StageCost *cost = costOf(e, stage);
  size_t at = size_t(stage - 1);
  double share = stage >= 1 && at < e.leaveShares.size() ? e.leaveShares[at] : 0;
  bool split = call->exits && cost && chooseSplit(e.profile, *cost, double(b->n), double(b->rows), share);
  e.count(split ? &EngineChoices::split : &EngineChoices::whole, stage);
  return split;
}
