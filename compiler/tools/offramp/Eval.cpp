// `offramp eval`: accuracy, exits and speed of a run on its test data.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"

#include "runtime/core/Error.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/Evaluate.h"

#include <fmt/ranges.h>

#include <iostream>

namespace offramp::tool {
namespace {

using namespace runtime;

struct Options {
  std::string run, predictions, exits = "on", backend = "cpu";
  std::vector<std::string> data, sets;
  int64_t batch = 64, limit = 0;
  int threads = 0;
  bool json = false;
};

void print(const Evaluation &e, const std::vector<double> &perStage) {
  std::cout << fmt::format("samples            {}\n", e.samples);
  if (e.accuracy) std::cout << fmt::format("accuracy           {:.2f} %\n", 100 * *e.accuracy);
  std::cout << fmt::format("mean stage         {:.3f} of {} (layer ratio {:.2f})\n", e.meanStage, e.stages, (double)e.stages / e.meanStage);
  std::cout << fmt::format("exits per stage    {}\n", fmt::join(e.histogram, " "));
  if (!perStage.empty()) {
    std::cout << "accuracy per stage";
    for (double share : perStage) std::cout << fmt::format(" {:.2f} %", 100 * share);
    std::cout << "\n";
  }
  std::cout << fmt::format("samples per second {:.0f} (batch {})\n", e.samplesPerSecond, e.batch);
  if (e.undecided > 0) std::cout << fmt::format("{} samples left by a decision that is not a number\n", e.undecided);
}

void eval(const Options &options) {
  if (options.backend == "reference") userError("`--backend reference` is not part of this program yet; use `--backend cpu`");
  OpenRun run = openRun(options.run, options.sets, options.threads);
  Split split = wholeSplit(testData(options.data, run.fields), options.limit);
  Evaluator evaluator(*run.session, split, options.batch);
  InferOptions infer;
  infer.exits = options.exits == "on";
  evaluator.warmUp(infer);
  Evaluation e = evaluator.evaluate(infer, "eval", Progress::standardError());
  std::vector<double> perStage;
  if (split.data->hasLabels() && run.artifact->manifest().evaluate)
    perStage = summarize(*collect(*run.session, split, std::min<int64_t>(64, split.size()))).perStageAccuracy;
  if (!options.predictions.empty()) writePredictions(options.predictions, e.predictions, run.info.classes);
  if (!options.json) return print(e, perStage);
  OrderedJson json;
  json["samples"] = e.samples;
  json["accuracy"] = e.accuracy ? OrderedJson(*e.accuracy) : OrderedJson(nullptr);
  json["mean_stage"] = e.meanStage;
  json["stages"] = e.stages;
  json["stage_histogram"] = e.histogram;
  json["per_stage_accuracy"] = perStage;
  json["samples_per_second"] = e.samplesPerSecond;
  json["batch"] = e.batch;
  json["backend"] = options.backend;
  std::cout << jsonLine(json) << "\n";
}

}  // namespace

void addEval(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("eval", "Accuracy, exits and speed of a run on test data");
  command->add_option("RUN", options->run, "run folder")->required();
  command->add_option("--data", options->data, "test=PATH[,PATH…]")->take_all()->allow_extra_args(false);
  command->add_option("--set", options->sets, "name=value of a setting, such as threshold=0.5")->take_all()->allow_extra_args(false);
  command->add_option("--exits", options->exits, "off: everybody runs to the last stage")->check(CLI::IsMember({"on", "off"}));
  command->add_option("--batch", options->batch, "samples per batch")->check(CLI::Range(1, 1000000));
  command->add_option("--backend", options->backend, "cpu, or reference (slow, double precision)")->check(CLI::IsMember({"cpu", "reference"}));
  command->add_option("--predictions", options->predictions, "table of answers to write (.tsv)");
  command->add_option("--threads", options->threads, "threads; 0: all")->check(CLI::Range(0, 4096));
  command->add_option("--limit", options->limit, "only the first N samples")->check(CLI::NonNegativeNumber);
  command->add_flag("--json", options->json, "one JSON object");
  command->footer("Example: offramp eval runs/first --set threshold=0.5 --data "
                  "test=/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz,/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz");
  command->callback([options] { eval(*options); });
}

}  // namespace offramp::tool
