// `offramp eval`: accuracy (or correlations), exits and speed of a run on its test data.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"
#include "compiler/tools/offramp/ReferenceRun.h"

#include "runtime/core/Error.h"
#include "runtime/core/SteadyClock.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/EvaluationJson.h"
#include "runtime/infer/Quality.h"
#include "runtime/infer/Thresholds.h"

#include <fmt/ranges.h>

#include <iostream>

namespace offramp::tool {
namespace {

using namespace runtime;

struct Options {
  std::string run, predictions, exits = "on", backend = "cpu", dtype = "f32";
  std::vector<std::string> data, sets;
  int64_t batch = 64, limit = 0;
  int threads = 0;
  bool json = false, curve = false;
};

std::string shown(const std::string &metric, double value) { return Quality{metric == "accuracy"}.text(value); }

void print(const Evaluation &e, const std::string &products) {
  std::cout << fmt::format("samples            {}\n", e.samples);
  if (e.accuracy) std::cout << fmt::format("accuracy           {:.2f} %\n", 100 * *e.accuracy);
  for (const auto &[name, value] : e.metrics)
    if (name != "accuracy") std::cout << fmt::format("{:<18} {:.4f}\n", name, value);
  std::cout << fmt::format("mean stage         {:.3f} of {} (layer ratio {:.2f})\n", e.meanStage, e.stages, (double)e.stages / e.meanStage);
  std::cout << fmt::format("exits per stage    {}\n", fmt::join(e.histogram, " "));
  for (const StageMetric &metric : e.perStage) {
    std::cout << fmt::format("{:<18}", metric.name + " per stage");
    for (double value : metric.perStage) std::cout << " " << shown(metric.name, value);
    std::cout << "\n";
  }
  std::cout << fmt::format("samples per second {:.0f} (batch {})\n", e.samplesPerSecond, e.batch);
  if (!products.empty()) std::cout << fmt::format("weight products    {}\n", products);
  if (e.undecided > 0) std::cout << fmt::format("{} samples left by a decision that is not a number\n", e.undecided);
}

/// The interpreter's answers as an evaluation, with what every stage answers where there are labels. One sample at a time decides, whatever
/// --batch says.
Evaluation byReference(const Options &options, OpenRun &run, const Split &split) {
  ReferenceRun reference(options.run, run);
  Evaluation e;
  e.samples = split.size(), e.stages = run.artifact->manifest().stages, e.batch = 1, e.number = run.artifact->manifest().answersNumber();
  ReferenceOptions how;
  how.precision = referencePrecision(options.dtype);
  how.exits = options.exits == "on", how.everyStage = split.data->hasLabels(), how.threads = options.threads;
  Progress progress("eval in double precision", e.samples, "samples", Progress::standardError());
  how.progress = [&](int64_t done) { progress.update(done); };
  const double begun = steadySeconds();
  std::vector<ReferenceAnswer> answers = reference.infer(*split.data, split.rows, how);
  e.samplesPerSecond = (double)e.samples / (steadySeconds() - begun);
  progress.finish();
  Collected every = labelled(split);
  every.samples = e.samples, every.stages = e.stages, every.classes = run.artifact->manifest().classes;
  for (size_t i = 0; i < answers.size(); ++i) {
    const ReferenceAnswer &a = answers[i];
    Prediction p{split.rows[i], every.labels.empty() ? -1 : every.labels[i], a.prediction, a.stage, a.decision};
    if (e.number) p.number = a.number, p.numberLabel = every.numbers.empty() ? std::nullopt : std::optional(every.numbers[i]);
    e.add(p, how.exits);
    every.logits.insert(every.logits.end(), a.stageLogits.begin(), a.stageLogits.end());
  }
  every.leave.assign((size_t)(e.samples * e.stages), 0);
  if (every.isLabelled()) e.perStage = summarize(every).metrics;
  e.finish(every.isLabelled());
  return e;
}

/// `everyStage`: what all stages answer, where there are labels.
Evaluation byCpu(const Options &options, OpenRun &run, const Split &split, std::optional<Collected> &everyStage) {
  Evaluator evaluator(*run.session, split, options.batch);
  InferOptions infer;
  infer.exits = options.exits == "on";
  evaluator.warmUp(infer);
  Evaluation e = evaluator.evaluate(infer, "eval", Progress::standardError());
  if (split.data->hasLabels() && run.artifact->manifest().evaluate) {
    everyStage = collect(*run.session, split, std::min<int64_t>(64, split.size()));
    e.perStage = summarize(*everyStage).metrics;
  }
  return e;
}

/// Who would leave where at other values of what the rule compares with.
Thresholds curveOf(OpenRun &run, const Split &split, std::optional<Collected> everyStage) {
  Thresholds found = tryThresholds(*run.session, split, std::move(everyStage));
  if (found.setting.empty()) userError("--curve: {}", found.reason);
  if (const std::string reason = notForetold(*run.session, split, found, found.points[found.points.size() / 2]); !reason.empty())
    userError("--curve: {}; evaluate value by value with --set {}=…", reason, found.setting);
  return found;
}

void printCurve(const Thresholds &curve) {
  const Quality quality{!curve.number};
  std::cout << fmt::format("\n{:>18} {:>12} {:>11}\n", curve.setting, quality.name(), "mean stage");
  for (const ThresholdPoint &p : curve.points) std::cout << fmt::format("{:>18} {:>12} {:>11.3f}\n", p.value, quality.text(p.quality), p.meanStage);
}

void eval(const Options &options) {
  const bool onCpu = options.backend == "cpu";
  if (options.curve && !onCpu) userError("--curve is of the CPU's answers; leave --backend out");
  OpenRun run = openRun(options.run, options.sets, options.threads, onCpu ? options.dtype : "f32");
  Split split = wholeSplit(testData(options.data, run.fields), options.limit);
  std::optional<Collected> everyStage;
  Evaluation e = onCpu ? byCpu(options, run, split, everyStage) : byReference(options, run, split);
  if (!options.predictions.empty()) writePredictions(options.predictions, e.predictions, run.info.classes);
  if (!split.data->task.empty() && split.data->hasLabels()) e.metrics = glueMetrics(split.data->task, e.predictions);
  std::optional<Thresholds> curve;
  if (options.curve) curve = curveOf(run, split, std::move(everyStage));
  if (!options.json) {
    print(e, onCpu && options.dtype != "f32" ? fmt::format("{} ({})", options.dtype, run.products) : "");
    if (curve) printCurve(*curve);
    return;
  }
  OrderedJson json = evaluationJson(e, options.backend, options.dtype);
  json["products"] = onCpu ? run.products : "double precision";
  if (curve) json["curve"] = pointsJson(*curve, curve->setting);
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
  command->add_flag("--curve", options->curve, "also accuracy and mean stage at other values of what the exit rule compares with");
  command->add_option("--threads", options->threads, "threads; 0: all")->check(CLI::Range(0, 4096));
  command->add_option("--limit", options->limit, "only the first N samples")->check(wholeFromZero());
  command->add_flag("--json", options->json, "one JSON object");
  command->footer("Example: offramp eval runs/first --set threshold=0.5 --data "
                  "test=/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz,/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz");
  command->callback([options] { eval(*options); });
}

}  // namespace offramp::tool
