// The program that `offramp build` makes: reads data, runs the model that is linked in, prints one line per sample. Everything about the model
// comes from its record, so this file is compiled once for all models. No training, no per-stage accuracy: `offramp eval` does that.
#include "runtime/core/Error.h"
#include "runtime/core/Json.h"
#include "runtime/data/DataArgument.h"
#include "runtime/data/ReadDataset.h"
#include "runtime/embed/EmbeddedModel.h"
#include "runtime/infer/EvaluationJson.h"

#include <CLI/CLI.hpp>
#include <fmt/ranges.h>

#include <iostream>

extern "C" const offramp_model offramp_linked_model;

namespace offramp::runtime {
namespace {

constexpr int64_t fewSamples = 8;
constexpr int64_t manyWeights = int64_t(4) << 20;  ///< packing so many is worth a second thread

struct Options {
  std::vector<std::string> inputs, sets;
  std::map<std::string, std::string> named;  ///< settings given as `--NAME`
  std::string out, exits = "on", dtype;
  int64_t batch = 64;
  int threads = 0;
  bool json = false;
};

std::string describeInputs(const EmbeddedModel &model) {
  std::string text;
  for (const FieldSpec &field : model.manifest().inputs)
    if (field.segmentsOf.empty())
      text += fmt::format("  {}: {}{}\n", field.name, describe(field), field.kind == FieldKind::Label ? " (may be left out)" : "");
  return text;
}

void declare(CLI::App &app, const EmbeddedModel &model, Options &options) {
  const Manifest &m = model.manifest();
  app.description(fmt::format("{}: model {}, {} stages, {}, made by offramp {} for {}", model.name(), m.model, m.stages,
                              m.answersNumber() ? "answers with a number" : fmt::format("{} classes", m.classes), m.offramp, m.cpuName));
  app.set_version_flag("--version", fmt::format("{} (model {}, offramp {}, {})", model.name(), m.model, m.offramp, m.cpuName));
  app.add_option("INPUT", options.inputs, "IDX files in the order of the inputs, one table (.csv, .tsv, .jsonl), or text (.txt), a sample a line; plain or .gz; commas separate too")->required();
  app.add_option("-o,--out", options.out, "table to write (.tsv); standard output if absent");
  app.add_flag("--json", options.json, "a summary as one JSON object instead of the table; speed is measured after a warm-up");
  app.add_option("--batch", options.batch, fmt::format("samples per batch ({})", options.batch))->check(CLI::Range(1, 1000000));
  app.add_option("--exits", options.exits, "off: everybody runs to the last stage (on)")->check(CLI::IsMember({"on", "off"}));
  app.add_option("--threads", options.threads, "threads; 0: all (one for a handful of samples of a small model)")->check(CLI::Range(0, 4096));
  app.add_option("--dtype", options.dtype, fmt::format("of the weights of matrix products: f32, bf16, int8 ({})", model.dtype()))->check(CLI::IsMember({"f32", "bf16", "int8"}));
  app.add_option("--set", options.sets, "name=value of a setting")->take_all()->allow_extra_args(false);
  for (const ManifestSetting &setting : m.settings) {
    const std::string option = "--" + setting.name;
    if (app.get_option_no_throw(option)) continue;  // a setting called `batch` is reached with --set
    const auto value = model.settings().find(setting.name);
    app.add_option_function<std::string>(option, [&options, name = setting.name](const std::string &text) { options.named[name] = text; },
                                         fmt::format("setting of the model ({})", value == model.settings().end() ? setting.value : value->second))
        ->type_name("NUMBER")->group("Settings");
  }
  app.footer(fmt::format("Inputs of the model:\n{}\nThe table has the columns index, label, prediction, stage, decision; the decision is empty at a forced exit.\n"
                         "Exit status: 1 wrong input, 2 wrong usage, 3 a mistake of offramp.", describeInputs(model)));
}

void answer(const EmbeddedModel &model, const Options &options) {
  auto sets = parseSets(options.sets);
  for (const auto &[name, text] : options.named)
    if (!sets.emplace(name, text).second) throw UsageError(fmt::format("`{}` is given both as `--{}` and with `--set`", name, name));
  requireCpuFeatures(model.manifest().cpuFeatures, model.manifest().cpuName, model.name());  // before any reading: said at once
  std::vector<std::string> paths;
  for (const std::string &text : options.inputs)
    for (std::string &path : splitPaths(text, text)) paths.push_back(std::move(path));
  std::vector<FieldSpec> fields = model.manifest().fieldsWith(model.classes());
  const auto data = std::make_shared<const Dataset>(readDataset("input", paths, fields, Labels::IfKnown));
  for (const std::string &note : data->notes()) std::cerr << note << "\n";
  const Split split = wholeSplit(data);
  // For a handful of samples and a small model one thread answers before others have woken up.
  const bool little = split.size() <= fewSamples && model.manifest().weightElements < manyWeights;
  std::unique_ptr<Session> session = model.open(options.threads == 0 && little ? 1 : options.threads, options.dtype);
  session->settings().apply(sets);
  Evaluator evaluator(*session, split, std::min(options.batch, split.size()));
  InferOptions how;
  how.exits = options.exits == "on";
  if (options.json) evaluator.warmUp(how);
  Evaluation e = evaluator.evaluate(how, model.name(), options.out.empty() ? Progress::Output{} : Progress::standardError());
  e.batch = options.batch;
  if (!options.out.empty()) writePredictions(options.out, e.predictions, model.classes());
  if (options.json) {
    OrderedJson json{{"model", model.manifest().model}};
    json.update(evaluationJson(e, "cpu", options.dtype.empty() ? model.dtype() : options.dtype));
    std::cout << jsonLine(json) << "\n";
    return;
  }
  if (!options.out.empty()) return;
  std::string table = predictionsHeader();
  for (const Prediction &prediction : e.predictions) table += predictionLine(prediction, model.classes());
  std::cout << table;
}

int run(int argc, char **argv) {
  const EmbeddedModel &model = EmbeddedModel::of(offramp_linked_model);
  Options options;
  CLI::App app;
  declare(app, model, options);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError &error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  answer(model, options);
  if (!std::cout.flush()) userError("cannot write to standard output");
  return 0;
}

}  // namespace
}  // namespace offramp::runtime

int main(int argc, char **argv) {
  try {
    return offramp::runtime::run(argc, argv);
  } catch (const offramp::UserError &error) {
    std::cerr << argv[0] << ": " << error.what() << std::endl;
    return error.exitStatus();
  } catch (const std::exception &error) {
    std::cerr << argv[0] << ": internal error: " << error.what() << std::endl;
    return 3;
  }
}
