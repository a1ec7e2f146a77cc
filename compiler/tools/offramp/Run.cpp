// `offramp run`: answers for data without labels.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"

#include "runtime/data/ReadDataset.h"
#include "runtime/infer/Evaluate.h"

#include <iostream>

namespace offramp::tool {
namespace {

using namespace runtime;

struct Options {
  std::string run, out, dtype = "f32";
  std::vector<std::string> input, sets;
  int64_t batch = 64;
  int threads = 0;
};

void runInputs(const Options &options) {
  OpenRun run = openRun(options.run, options.sets, options.threads, options.dtype);
  std::vector<std::string> paths;
  for (const std::string &text : options.input)
    for (std::string &path : splitPaths(text, "--input " + text)) paths.push_back(std::move(path));
  const auto data = std::make_shared<const Dataset>(readDataset("input", paths, run.fields, Labels::IfKnown));
  tellNotes("input", *data);
  Split split = wholeSplit(data);
  Evaluator evaluator(*run.session, split, options.batch);
  Evaluation e = evaluator.evaluate({}, "run", options.out.empty() ? Progress::Output{} : Progress::standardError());
  if (!options.out.empty()) return writePredictions(options.out, e.predictions, run.info.classes);
  std::cout << predictionsHeader();
  for (const Prediction &prediction : e.predictions) std::cout << predictionLine(prediction, run.info.classes);
}

}  // namespace

void addRun(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("run", "Answers for data without labels");
  command->add_option("RUN", options->run, "run folder")->required();
  command->add_option("--input", options->input, "PATH…: IDX files in the order of the inputs, one table file, or plain text (.txt), a sample a line")->required();
  command->add_option("-o,--out", options->out, "table to write (.tsv); standard output if absent");
  command->add_option("--set", options->sets, "name=value of a setting")->take_all()->allow_extra_args(false);
  command->add_option("--batch", options->batch, "samples per batch")->check(CLI::Range(1, 1000000));
  addDtypeOption(*command, options->dtype);
  command->add_option("--threads", options->threads, "threads; 0: all")->check(CLI::Range(0, 4096));
  command->footer("Example: offramp run runs/first --input /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz -o answers.tsv");
  command->callback([options] { runInputs(*options); });
}

}  // namespace offramp::tool
