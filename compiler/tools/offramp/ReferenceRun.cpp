// See ReferenceRun.h.
#include "compiler/tools/offramp/ReferenceRun.h"

#include "compiler/artifact/ModuleObject.h"
#include "compiler/artifact/SampleModule.h"
#include "runtime/core/Error.h"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <exception>
#include <mutex>
#include <thread>

namespace offramp::tool {

using namespace runtime;
using reference::Dtype;
using reference::Tensor;
namespace fs = std::filesystem;

namespace {

reference::Interpreter interpreterOf(const fs::path &run, const OpenRun &open) {
  const fs::path source = run / "source" / open.info.source;
  if (!fs::exists(source)) userError("`{}` is missing; the reference runs a model from the source kept in its run", source.string());
  auto context = makeCompilerContext();
  mlir::OwningOpRef<mlir::ModuleOp> module = sampleModule(*context, source, open.info.sets, importRootsOf(run), {"infer", "evaluate"});
  return reference::Interpreter(*module);
}

/// Index of the greatest element, the first of equals.
int32_t argmax(const double *values, int64_t n) { return (int32_t)(std::max_element(values, values + n) - values); }

Tensor valuesOf(const Column &column, int64_t row) {
  Tensor t = reference::makeTensor(column.spec.dtype == ValueType::U8 ? Dtype::U8 : column.spec.dtype == ValueType::I32 ? Dtype::I32 : Dtype::F32, column.spec.shape);
  const std::byte *from = column.values.data() + row * elementsOf(column.spec) * valueTypeSize(column.spec.dtype);
  for (double &v : t.data) {
    if (t.dtype == Dtype::U8) v = (double)(uint8_t)*from;
    else if (t.dtype == Dtype::I32) v = [&] { int32_t x; std::memcpy(&x, from, 4); return (double)x; }();
    else v = [&] { float x; std::memcpy(&x, from, 4); return (double)x; }();
    from += valueTypeSize(column.spec.dtype);
  }
  return t;
}

}  // namespace

reference::Precision referencePrecision(const std::string &dtype) {
  return dtype == "bf16" ? reference::Precision::Bf16 : dtype == "int8" ? reference::Precision::Int8 : reference::Precision::Double;
}

ReferenceRun::ReferenceRun(const fs::path &run, OpenRun &open) : interpreter_(interpreterOf(run, open)) {
  std::span<float> weights = open.session->weights();
  if (interpreter_.program().weights != (int64_t)weights.size())
    userError("`{}`: its source has {} weights, its artifact {}; the source was changed after training", run.string(), interpreter_.program().weights, weights.size());
  interpreter_.setWeights({weights.begin(), weights.end()});
  for (float value : open.session->settings().values()) settings_.push_back(value);
}

reference::Inputs ReferenceRun::inputsOf(const Dataset &data, std::span<const int64_t> rows) const {
  reference::Inputs inputs;
  inputs.samples = (int64_t)rows.size();
  inputs.settings = settings_;
  for (size_t slot = 0; slot < data.columns.size(); ++slot) {
    const Column &column = data.columns[slot];
    if (column.spec.kind == FieldKind::Label) continue;  // no program that infers reads it
    for (int64_t row : rows) {
      if (column.spec.kind == FieldKind::Values) {
        inputs.inputs[(int64_t)slot].push_back(valuesOf(column, row));
        continue;
      }
      std::span<const int32_t> ids = column.sequence(row);
      Tensor t = reference::makeTensor(Dtype::I32, {(int64_t)ids.size()}, true);
      std::copy(ids.begin(), ids.end(), t.data.begin());
      inputs.inputs[(int64_t)slot].push_back(std::move(t));
    }
  }
  return inputs;
}

void ReferenceRun::answer(reference::Interpreter &interpreter, const reference::Inputs &inputs, const ReferenceOptions &options, ReferenceAnswer *out) const {
  reference::RunOptions run;
  run.exits = options.exits;
  run.precision = options.precision;
  std::vector<reference::Answer> answers = interpreter.run("infer", inputs, run).answers;
  for (size_t i = 0; i < answers.size(); ++i) {
    const reference::Answer &a = answers[i];
    out[i].stage = (int32_t)a.stage;
    out[i].prediction = argmax(a.logits.data.data(), a.logits.size());
    out[i].number = (float)a.logits.data.at(0);
    out[i].decision = (float)a.decision;
    out[i].distance = a.distance;
  }
  if (!options.everyStage) return;
  run.distances = false;
  reference::Results results = interpreter.run("evaluate", inputs, run);
  const reference::Value &logits = results.collected.at("logits");
  for (size_t i = 0; i < answers.size(); ++i) {
    out[i].stageLogits.assign(logits.items[i].data.begin(), logits.items[i].data.end());
  }
}

std::vector<ReferenceAnswer> ReferenceRun::infer(const Dataset &data, std::span<const int64_t> rows, const ReferenceOptions &options) {
  constexpr size_t chunk = 8;  // samples at a time: memory does not grow with the data
  std::vector<ReferenceAnswer> answers(rows.size());
  std::atomic<size_t> next{0};
  std::mutex mutex;
  size_t done = 0;
  std::exception_ptr failure;
  auto work = [&] {
    try {
      reference::Interpreter mine = interpreter_;
      for (size_t begin; (begin = next.fetch_add(chunk)) < rows.size();) {
        const size_t n = std::min(chunk, rows.size() - begin);
        answer(mine, inputsOf(data, rows.subspan(begin, n)), options, answers.data() + begin);
        std::lock_guard lock(mutex);
        done += n;
        if (options.progress) options.progress((int64_t)done);
      }
    } catch (...) {
      std::lock_guard lock(mutex);
      failure = std::current_exception();
      next = rows.size();
    }
  };
  size_t threads = options.threads > 0 ? (size_t)options.threads : std::max(1u, std::thread::hardware_concurrency());
  threads = std::min(threads, (rows.size() + chunk - 1) / chunk);
  std::vector<std::thread> workers;
  for (size_t t = 1; t < threads; ++t) workers.emplace_back(work);
  work();
  for (std::thread &worker : workers) worker.join();
  if (failure) std::rethrow_exception(failure);
  return answers;
}

}  // namespace offramp::tool
