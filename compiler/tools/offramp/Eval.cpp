// `offramp eval`: accuracy, exits and speed of a run on its test data.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"
#include "compiler/tools/offramp/ReferenceRun.h"

#include "runtime/core/Error.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/Evaluate.h"
#include "runtime/infer/Metrics.h"

#include <fmt/ranges.h>

#include <chrono>
#include <cmath>
#include <iostream>

namespace offramp::tool {
namespace {

using namespace runtime;

struct Options {
  std::string run, predictions, exits = "on", backend = "cpu", dtype = "f32";
  std::vector<std::string> data, sets;
  int64_t batch = 64, limit = 0;
  int threads = 0;
  bool json = false;
};

using Metrics = std::vector<std::pair<std::string, double>>;

void print(const Evaluation &e, const std::vector<double> &perStage, const Metrics &metrics, const std::string &products) {
  std::cout << fmt::format("samples            {}\n", e.samples);
  if (e.accuracy) std::cout << fmt::format("accuracy           {:.2f} %\n", 100 * *e.accuracy);
  for (const auto &[name, value] : metrics)
    if (name != "accuracy") std::cout << fmt::format("{:<18} {:.4f}\n", name, value);
  std::cout << fmt::format("mean stage         {:.3f} of {} (layer ratio {:.2f})\n", e.meanStage, e.stages, (double)e.stages / e.meanStage);
  std::cout << fmt::format("exits per stage    {}\n", fmt::join(e.histogram, " "));
  if (!perStage.empty()) {
    std::cout << "accuracy per stage";
    for (double share : perStage) std::cout << fmt::format(" {:.2f} %", 100 * share);
    std::cout << "\n";
  }
  std::cout << fmt::format("samples per second {:.0f} (batch {})\n", e.samplesPerSecond, e.batch);
  if (!products.empty()) std::cout << fmt::format("weight products    {}\n", products);
  if (e.undecided > 0) std::cout << fmt::format("{} samples left by a decision that is not a number\n", e.undecided);
}

/// Those that the data's task is reported with; none for other data and without labels.
Metrics metricsOf(const Dataset &data, const Evaluation &e) {
  return data.task.empty() || !data.hasLabels() ? Metrics{} : glueMetrics(data.task, e.predictions);
}

/// The interpreter's answers as an evaluation; `perStage` is filled where there are labels. One sample at a time decides, whatever --batch says.
Evaluation byReference(const Options &options, OpenRun &run, const Split &split, std::vector<double> &perStage) {
  ReferenceRun reference(options.run, run);
  Evaluation e;
  e.samples = split.size(), e.stages = run.artifact->manifest().stages, e.batch = 1;
  e.histogram.assign((size_t)e.stages, 0);
  const Column *labels = split.data->find(FieldKind::Label);
  ReferenceOptions how;
  how.bf16 = options.dtype == "bf16";
  how.exits = options.exits == "on", how.everyStage = labels != nullptr, how.threads = options.threads;
  Progress progress("eval in double precision", e.samples, "samples", Progress::standardError());
  how.progress = [&](int64_t done) { progress.update(done); };
  const auto begun = std::chrono::steady_clock::now();
  std::vector<ReferenceAnswer> answers = reference.infer(*split.data, split.rows, how);
  e.samplesPerSecond = (double)e.samples / std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  progress.finish();
  int64_t right = 0, stageSum = 0;
  if (labels) perStage.assign((size_t)e.stages, 0);
  for (size_t i = 0; i < answers.size(); ++i) {
    const ReferenceAnswer &a = answers[i];
    Prediction p{split.rows[i], labels ? labels->labels[(size_t)split.rows[i]] : -1, a.prediction, a.stage, a.decision};
    right += p.prediction == p.label;
    stageSum += p.stage;
    ++e.histogram[(size_t)p.stage - 1];
    e.undecided += how.exits && p.stage < e.stages && std::isnan(p.decision);
    for (size_t s = 0; s < a.stagePredictions.size(); ++s) perStage[s] += (double)(a.stagePredictions[s] == p.label) / (double)e.samples;
    e.predictions.push_back(p);
  }
  if (labels) e.accuracy = (double)right / (double)e.samples;
  e.meanStage = (double)stageSum / (double)e.samples;
  return e;
}

Evaluation byCpu(const Options &options, OpenRun &run, const Split &split, std::vector<double> &perStage) {
  Evaluator evaluator(*run.session, split, options.batch);
  InferOptions infer;
  infer.exits = options.exits == "on";
  evaluator.warmUp(infer);
  Evaluation e = evaluator.evaluate(infer, "eval", Progress::standardError());
  if (split.data->hasLabels() && run.artifact->manifest().evaluate)
    perStage = summarize(*collect(*run.session, split, std::min<int64_t>(64, split.size()))).perStageAccuracy;
  return e;
}

void eval(const Options &options) {
  const bool onCpu = options.backend == "cpu";
  if (!onCpu && options.dtype == "int8") throw UsageError("`--backend reference` computes in f32 or bf16; int8 runs on `--backend cpu`");
  OpenRun run = openRun(options.run, options.sets, options.threads, onCpu ? options.dtype : "f32");
  Split split = wholeSplit(testData(options.data, run.fields), options.limit);
  std::vector<double> perStage;
  Evaluation e = onCpu ? byCpu(options, run, split, perStage) : byReference(options, run, split, perStage);
  if (!options.predictions.empty()) writePredictions(options.predictions, e.predictions, run.info.classes);
  const Metrics metrics = metricsOf(*split.data, e);
  if (!options.json) return print(e, perStage, metrics, onCpu && options.dtype != "f32" ? fmt::format("{} ({})", options.dtype, run.products) : "");
  OrderedJson json;
  json["samples"] = e.samples;
  json["accuracy"] = e.accuracy ? OrderedJson(*e.accuracy) : OrderedJson(nullptr);
  for (const auto &[name, value] : metrics) json["metrics"][name] = value;
  json["mean_stage"] = e.meanStage;
  json["stages"] = e.stages;
  json["stage_histogram"] = e.histogram;
  json["per_stage_accuracy"] = perStage;
  json["samples_per_second"] = e.samplesPerSecond;
  json["batch"] = e.batch;
  json["backend"] = options.backend;
  json["dtype"] = options.dtype;
  json["products"] = onCpu ? run.products : "double precision";
  std::cout << jsonLine(json) << "\n";
}

}  // namespace

void addEval(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("eval", "Accuracy, exits and speed of a run on test data");
  command->add_option("RUN", options->run, "run folder")->required();
  command->add_option("--data", options->data, "test=PATH[,PATH…], or glue:TASK=DIR")->take_all()->allow_extra_args(false);
  command->add_option("--set", options->sets, "name=value of a setting, such as threshold=0.5; threshold=valid: the one chosen on validation data")->take_all()->allow_extra_args(false);
  command->add_option("--exits", options->exits, "off: everybody runs to the last stage")->check(CLI::IsMember({"on", "off"}));
  command->add_option("--batch", options->batch, "samples per batch")->check(CLI::Range(1, 1000000));
  command->add_option("--backend", options->backend, "cpu, or reference (slow, double precision)")->check(CLI::IsMember({"cpu", "reference"}));
  addDtypeOption(*command, options->dtype);
  command->add_option("--predictions", options->predictions, "table of answers to write (.tsv)");
  command->add_option("--threads", options->threads, "threads; 0: all")->check(CLI::Range(0, 4096));
  command->add_option("--limit", options->limit, "only the first N samples")->check(CLI::NonNegativeNumber);
  command->add_flag("--json", options->json, "one JSON object");
  command->footer("Example: offramp eval runs/first --set threshold=0.5 --data "
                  "test=/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz,/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz");
  command->callback([options] { eval(*options); });
}

}  // namespace offramp::tool
