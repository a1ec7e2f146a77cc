// See EvaluationJson.h.
#include "runtime/infer/EvaluationJson.h"

namespace offramp::runtime {

OrderedJson evaluationJson(const Evaluation &e, const std::string &backend, const std::string &dtype) {
  OrderedJson json;
  json["samples"] = e.samples;
  if (!e.number) json["accuracy"] = e.accuracy ? OrderedJson(*e.accuracy) : OrderedJson(nullptr);
  for (const auto &[name, value] : e.metrics) json["metrics"][name] = value;
  json["mean_stage"] = e.meanStage;
  json["stages"] = e.stages;
  json["stage_histogram"] = e.histogram;
  for (const StageMetric &metric : e.perStage) json["per_stage_" + metric.name] = metric.perStage;
  json["samples_per_second"] = e.samplesPerSecond;
  json["batch"] = e.batch;
  json["backend"] = backend;
  json["dtype"] = dtype;
  return json;
}

}  // namespace offramp::runtime
