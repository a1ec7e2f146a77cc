// See TimedRun.h. Calls are marked by the engine (CallTrace.h) and paired with the counted operations in the order both run in.
#include "compiler/tools/offramp/TimedRun.h"

#include "backends/cpu/kernels/CallTrace.h"
#include "runtime/core/Error.h"
#include "runtime/infer/Infer.h"

#include <algorithm>
#include <chrono>
#include <numeric>
#include <random>

namespace offramp::tool {
namespace {

using namespace runtime;
using cpu::CallKind;

/// Uniform bytes, numbers in [0, 1) and tokens of the vocabulary; labels absent. What is computed does not depend on the values.
Dataset randomData(const std::vector<FieldSpec> &fields, int64_t samples, int64_t rows) {
  std::mt19937_64 draw(1);
  Dataset data;
  data.rows = samples;
  for (const FieldSpec &field : fields) {
    Column column;
    column.spec = field;
    if (field.kind == FieldKind::Tokens) {
      column.starts.push_back(0);
      for (int64_t s = 0; s < samples; ++s) {
        for (int64_t r = 0; r < rows; ++r) column.tokens.push_back((int32_t)(draw() % (uint64_t)field.classes));
        column.starts.push_back((int64_t)column.tokens.size());
      }
    } else if (field.kind == FieldKind::Label) {
      column.present = false;
    } else {
      const auto values = (size_t)(samples * elementsOf(field));
      column.values.resize(values * (size_t)valueTypeSize(field.dtype));
      for (size_t i = 0; i < values; ++i) {
        if (field.dtype == ValueType::F32)
          reinterpret_cast<float *>(column.values.data())[i] = (float)(draw() >> 40) * 0x1p-24f;
        else if (field.dtype == ValueType::U8)
          column.values[i] = (std::byte)(draw() & 255);
        else
          reinterpret_cast<int32_t *>(column.values.data())[i] = 0;
      }
    }
    data.columns.push_back(std::move(column));
  }
  return data;
}

std::optional<CallKind> callOf(OpKind kind) {
  switch (kind) {
  case OpKind::Linear:
    return CallKind::Linear;
  case OpKind::Attention:
    return CallKind::Attention;
  case OpKind::Convolution:
    return CallKind::Convolution;
  case OpKind::Pool:
    return CallKind::Pool;
  case OpKind::Gather:
  case OpKind::Rows:
    return std::nullopt;
  }
  return std::nullopt;
}

bool isRows(CallKind kind) { return kind == CallKind::Rows || kind == CallKind::Generated; }

struct Call {
  CallKind kind;
  double ns;
};

/// Gives calls to operations: products by kind, in order; the row kernels between two of them where as many were called as counted. Calls that
/// stay over (leaving, a kernel that the count does not know) belong to no operation.
void pair(const std::vector<Call> &calls, const std::vector<OpCount> &ops, std::vector<std::optional<double>> &out) {
  out.assign(ops.size(), std::nullopt);
  size_t at = 0, op = 0;
  while (op < ops.size()) {
    size_t nextOp = op, nextCall = at;
    std::vector<size_t> rows;
    while (nextOp < ops.size() && ops[nextOp].kind == OpKind::Rows) ++nextOp;
    while (nextCall < calls.size() &&
           (isRows(calls[nextCall].kind) || calls[nextCall].kind == CallKind::Begin || calls[nextCall].kind == CallKind::Leave)) {
      if (isRows(calls[nextCall].kind)) rows.push_back(nextCall);
      ++nextCall;
    }
    if (rows.size() == nextOp - op)
      for (size_t i = 0; i < rows.size(); ++i) out[op + i] = calls[rows[i]].ns;
    if (nextOp == ops.size() || nextCall == calls.size()) return;
    if (calls[nextCall].kind != callOf(ops[nextOp].kind)) return;
    out[nextOp] = calls[nextCall].ns;
    op = nextOp + 1, at = nextCall + 1;
  }
}

}  // namespace

std::vector<OpCount> fullDepthOps(const ModelOps &ops, size_t stage) {
  const StageOps &from = ops.stages[stage];
  std::vector<OpCount> all = from.whole;
  all.insert(all.end(), from.decide.begin(), from.decide.end());
  if (stage + 1 == ops.stages.size()) all.insert(all.end(), from.answer.begin(), from.answer.end());
  return all;
}

TimedRun timeRun(OpenRun &run, const ModelOps &ops, int64_t samples, int64_t rows) {
  Session &session = *run.session;
  const Dataset data = randomData(run.fields, samples, rows);
  BatchBuilder builder(data, session.manifest().rowsPerSample);
  std::vector<int64_t> all((size_t)samples);
  std::iota(all.begin(), all.end(), 0);
  builder.build(all);
  Infer infer(session, samples, builder.batch().rows);
  const InferOptions options{false, 0, 0};
  auto *engine = static_cast<cpu::Engine *>(session.backend().engine());

  for (int i = 0; i < 3; ++i) infer.run(builder, options);
  cpu::CallTrace trace;
  trace.marks.reserve(65536);
  std::vector<std::vector<cpu::CallMark>> batches;
  using Clock = std::chrono::steady_clock;
  const auto begun = Clock::now();
  cpu::engineTrace(engine, &trace);
  while (batches.size() < 5 || (batches.size() < 500 && Clock::now() - begun < std::chrono::seconds(2))) {
    trace.marks.clear();
    infer.run(builder, options);
    batches.push_back(trace.marks);
  }
  cpu::engineTrace(engine, nullptr);
  for (const auto &marks : batches)
    if (marks.size() != batches[0].size() || marks.size() < 2) throw std::logic_error("batches of one size made different kernel calls");

  // Stages end where results are put; a call lasts until the next one begins. The fastest counts, as in what the machine is measured by: other
  // work only ever adds.
  std::vector<std::vector<Call>> segments(1);
  TimedRun timed;
  timed.batches = (int64_t)batches.size();
  timed.products = run.products;
  for (size_t i = 0; i + 1 < batches[0].size(); ++i) {
    double ns = batches[0][i + 1].ns - batches[0][i].ns;
    for (const auto &marks : batches) ns = std::min(ns, marks[i + 1].ns - marks[i].ns);
    segments.back().push_back({batches[0][i].kind, ns});
    if (batches[0][i].kind == CallKind::Put) segments.emplace_back();
  }
  if (segments.size() != ops.stages.size()) throw std::logic_error("the run has another number of stages than its source");
  for (size_t s = 0; s < segments.size(); ++s) {
    std::vector<OpCount> counted = fullDepthOps(ops, s);
    const size_t before = s == 0 ? ops.embed.size() : 0;
    if (s == 0) counted.insert(counted.begin(), ops.embed.begin(), ops.embed.end());
    TimedStage stage;
    pair(segments[s], counted, stage.ops);
    for (const Call &call : segments[s]) stage.ns += call.ns;
    timed.ns += stage.ns;
    if (before > 0) {
      timed.embed.ops.assign(stage.ops.begin(), stage.ops.begin() + (long)before);
      stage.ops.erase(stage.ops.begin(), stage.ops.begin() + (long)before);
      for (const auto &ns : timed.embed.ops) timed.embed.ns += ns.value_or(0);  // what was not paired stays with the first stage
      stage.ns -= timed.embed.ns;
    }
    timed.stages.push_back(std::move(stage));
  }
  return timed;
}

}  // namespace offramp::tool
