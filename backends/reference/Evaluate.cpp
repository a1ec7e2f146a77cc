// Arrays of samples → tensors, chunk by chunk.
#include "backends/reference/Evaluate.h"

#include "mlir/IR/BuiltinOps.h"

#include <algorithm>
#include <stdexcept>

namespace offramp::reference {

namespace {

/// Cuts samples begin … end-1 out of the array; `offset` is the element where sample `begin` starts and is moved on.
std::vector<Tensor> cut(const InputArray &array, int64_t begin, int64_t end, int64_t &offset) {
  std::vector<Tensor> out;
  bool rows = !array.shape.empty() && array.shape[0] < 0;
  for (int64_t s = begin; s < end; ++s) {
    std::vector<int64_t> shape = array.shape;
    if (rows) shape[0] = array.rows.at(s);
    Tensor t = makeTensor(array.dtype, shape, rows);
    for (double &v : t.data) {
      switch (array.dtype) {
        case Dtype::U8: v = static_cast<const uint8_t *>(array.data)[offset]; break;
        case Dtype::I32: v = static_cast<const int32_t *>(array.data)[offset]; break;
        case Dtype::F32: v = static_cast<const float *>(array.data)[offset]; break;
        default: throw std::runtime_error(std::string("inputs of ") + dtypeName(array.dtype) + " are not read");
      }
      ++offset;
    }
    out.push_back(std::move(t));
  }
  return out;
}

std::vector<Answer> inChunks(const std::map<int64_t, InputArray> &arrays, int64_t samples, const std::vector<double> &settings,
                             const EvaluateOptions &options, const std::function<std::vector<Answer>(const Inputs &)> &run) {
  std::vector<Answer> answers;
  std::map<int64_t, int64_t> offsets;
  for (int64_t begin = 0; begin < samples; begin += options.chunk) {
    int64_t end = std::min(samples, begin + options.chunk);
    Inputs in;
    in.samples = end - begin;
    in.settings = settings;
    for (const auto &[slot, array] : arrays) in.inputs[slot] = cut(array, begin, end, offsets[slot]);
    for (Answer &a : run(in)) answers.push_back(std::move(a));
    if (options.progress) options.progress(end);
  }
  return answers;
}

RunOptions runOptions(const EvaluateOptions &options) {
  RunOptions out;
  out.exits = options.exits;
  out.distances = options.distances;
  return out;
}

}  // namespace

Evaluator::Evaluator(mlir::ModuleOp module, const std::vector<float> &weights) : interpreter_(module) { interpreter_.setWeights(weights); }

std::vector<Answer> Evaluator::infer(const std::map<int64_t, InputArray> &inputs, int64_t samples, const std::vector<double> &settings,
                                     const EvaluateOptions &options) {
  return inChunks(inputs, samples, settings, options,
                  [&](const Inputs &in) { return interpreter_.run("infer", in, runOptions(options)).answers; });
}

std::vector<Answer> Evaluator::simulate(const std::map<int64_t, InputArray> &inputs, int64_t samples, const std::vector<double> &settings,
                                        const EvaluateOptions &options) {
  return inChunks(inputs, samples, settings, options, [&](const Inputs &in) {
    Results r = interpreter_.run("evaluate", in, runOptions(options));
    for (const char *name : {"logits", "leave", "decision"})
      if (!r.collected.count(name)) throw std::runtime_error(std::string("@evaluate collects no \"") + name + "\"");
    return simulateExits(r.collected["logits"], r.collected["leave"], r.collected["decision"]);
  });
}

}  // namespace offramp::reference
