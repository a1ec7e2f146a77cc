// `offramp train`: compile (or take from the cache), make the run folder, and hand over to the loop; or go on with a run.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"

#include "compiler/artifact/Compile.h"
#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/data/ReadDataset.h"
#include "runtime/infer/Quality.h"
#include "runtime/infer/Thresholds.h"
#include "runtime/train/Loop.h"
#include "runtime/train/UpdateRanges.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <csignal>
#include <iostream>
#include <optional>

namespace offramp::tool {
namespace {

using namespace runtime;
namespace fs = std::filesystem;

std::atomic<bool> stopAsked{false};
void askToStop(int) { stopAsked = true; }

struct Options {
  std::string file, out, init, dtype = "f32";
  std::vector<std::string> data, sets;
  int64_t seed = 0, limit = 0, checkpointSteps = 0, frozenMiB = LoopOptions().frozenMiB;
  double checkpointSeconds = 30;
  int threads = 0;
  bool resume = false;
};

DataArguments absolutePaths(DataArguments data) {
  for (auto &[split, paths] : data)
    for (std::string &path : paths) path = absoluteDataPath(path);
  return data;
}

struct TrainingData {
  std::shared_ptr<const Dataset> train, valid;
  std::vector<FieldSpec> fields;  ///< with the class names found
};

TrainingData readData(const DataArguments &arguments, std::vector<FieldSpec> fields) {
  if (!arguments.contains("train")) throw UsageError("no training data; add `--data train=PATH[,PATH…]`");
  TrainingData data;
  data.fields = std::move(fields);
  data.train = std::make_shared<const Dataset>(readDataset("train", arguments.at("train"), data.fields));
  if (arguments.contains("valid")) data.valid = std::make_shared<const Dataset>(readDataset("valid", arguments.at("valid"), data.fields));
  for (const auto &[split, read] : {std::pair("train", data.train), std::pair("valid", data.valid)})
    if (read) tellNotes(fmt::format("{} data", split), *read);
  return data;
}

/// `head.1, head.2, gate.1`: the instances that the tensors belong to, each once.
std::string listInstances(const std::vector<std::string> &tensors) {
  std::vector<std::string> instances;
  for (const std::string &tensor : tensors) {
    const size_t dot = tensor.find('.'), second = tensor.find('.', dot + 1);
    const bool numbered = dot != std::string::npos && dot + 1 < tensor.size() && std::isdigit((unsigned char)tensor[dot + 1]);
    std::string instance = tensor.substr(0, numbered ? second : dot);
    if (std::find(instances.begin(), instances.end(), instance) == instances.end()) instances.push_back(std::move(instance));
  }
  return fmt::format("{}", fmt::join(instances, ", "));
}

/// Compiles and makes the run folder; everything that can be wrong is found before it exists. Returns the data that were read.
TrainingData start(const Options &options, const std::vector<std::string> &words) {
  if (options.file.empty()) throw UsageError("no model file; `offramp train FILE.ramp …`");
  if (fs::exists(fs::symlink_status(options.out)))
    userError("`{}` exists; to go on with it add `--resume`, to start anew choose another `--out`", options.out);
  if (!fs::is_regular_file(options.file)) userError("`{}` does not exist", options.file);
  const DataArguments arguments = parseDataArguments(options.data);
  if (!arguments.contains("train")) throw UsageError("no training data; add `--data train=PATH[,PATH…]`");
  CompileOptions compile;
  compile.importRoots = importRoots();
  CompileResult compiled = compileModel(options.file, parseSets(options.sets), compile);
  std::cerr << compiled.warnings;
  auto artifact = Artifact::load(compiled.so, compiled.manifest);
  const Manifest &manifest = artifact->manifest();

  Settings settings(manifest);  // compileModel has refused unknown names; parameters of other kinds are in the artifact
  for (const auto &[name, text] : parseSets(options.sets))
    for (const ManifestSetting &setting : manifest.settings)
      if (setting.name == name) settings.apply({{name, text}});
  std::vector<std::string> classes;  // none: learned from the data
  if (!manifest.namesFile.empty()) {
    const FieldSpec &label = manifest.inputs[(size_t)manifest.labelInput()];
    classes = classNames(options.file, manifest.namesFile, label.name, label.classes);
  }
  checkLazyRows(manifest);
  TrainingData data = readData(arguments, manifest.fieldsWith(classes));
  makeTrainingSplits(data.train, data.valid, options.limit);  // refuses what cannot be split
  if (!options.init.empty()) {
    std::vector<float> block((size_t)manifest.weightElements);
    const std::vector<std::string> fresh = loadInitialWeights(options.init, manifest, block);
    if (!fresh.empty()) std::cerr << fmt::format("{}: {} tensors of the model are not in it and start anew: {}\n", options.init, fresh.size(), listInstances(fresh));
  }

  RunInfo info;
  info.model = manifest.model;
  info.source = fs::path(options.file).filename().string();
  info.settings = settings.named();
  info.sets = parseSets(options.sets);
  info.seed = options.seed, info.threads = options.threads, info.limit = options.limit, info.dtype = options.dtype;
  info.data = absolutePaths(arguments);
  if (int64_t label = manifest.labelInput(); label >= 0) info.classes = data.fields[(size_t)label].names;
  info.command = words;
  info.init = options.init;
  info.artifactSha256 = manifest.sha256;
  RunFiles files{compiled.so, compiled.manifest, compiled.object, {}, options.init};
  files.sources.emplace_back(options.file, info.source);
  for (const fs::path &source : compiled.sources) {
    std::error_code error;
    if (fs::equivalent(source, options.file, error) || !fs::exists(source)) continue;
    bool library = false;
    for (const fs::path &root : importRoots()) {
      fs::path inside = fs::absolute(source).lexically_normal().lexically_relative(fs::absolute(root).lexically_normal());
      if (!inside.empty() && *inside.begin() != "..") files.sources.emplace_back(source, ("stdlib" / inside).string()), library = true;
    }
    if (library) continue;
    fs::path inside = fs::absolute(source).lexically_relative(fs::absolute(options.file).parent_path());
    files.sources.emplace_back(source, !inside.empty() && *inside.begin() != ".." ? inside.string() : source.filename().string());
  }
  createRun(options.out, info, files);
  return data;
}

/// What is given again must be what the run was started with.
void compare(const Options &options, const CLI::App &command, const RunInfo &info) {
  auto refuse = [&](const char *what) { userError("`{}` was started with another {}; a resumed run keeps what it was started with", options.out, what); };
  if (command.count("--seed") && options.seed != info.seed) refuse("`--seed`");
  if (command.count("--limit") && options.limit != info.limit) refuse("`--limit`");
  if (command.count("--threads") && options.threads != info.threads) refuse("`--threads`");
  if (command.count("--dtype") && options.dtype != info.dtype) refuse(fmt::format("`--dtype` ({})", info.dtype).c_str());
  if (command.count("--set") && parseSets(options.sets) != info.sets) refuse("`--set`");
  if (command.count("--init") && options.init != info.init) refuse("`--init`");
  const fs::path copy = fs::path(options.out) / "source" / info.source;
  if (!options.file.empty() && fs::exists(options.file) && readFile(options.file) != readFile(copy))
    userError("`{}` is not the model that `{}` was started with (`{}`); start a new run for a changed model", options.file, options.out, copy.string());
}

void train(const Options &options, const CLI::App &command, const std::vector<std::string> &words) {
  if (options.dtype == "int8")
    throw UsageError("training computes in f32 or bf16; int8 is a precision of inference: train, then `offramp eval RUN --dtype int8`");
  std::optional<TrainingData> data;
  if (!options.resume || !fs::exists(options.out)) data = start(options, words);
  RunLock lock(options.out);
  RunInfo info = readRun(options.out);
  if (options.resume) compare(options, command, info);
  auto artifact = Artifact::loadFromRun(options.out);
  if (artifact->manifest().sha256 != info.artifactSha256) userError("`{}`: artifact.so is not the one this run was started with", options.out);
  if (!data) data = readData(options.data.empty() ? info.data : parseDataArguments(options.data), artifact->manifest().fieldsWith(info.classes));
  TrainingSplits splits = makeTrainingSplits(data->train, data->valid, info.limit);
  if (const std::string missing = missingClassesNote(splits.train); !missing.empty())
    std::cerr << fmt::format("warning: train data: {}{}\n", missing, info.limit > 0 ? " (--limit takes the first samples of a file)" : "");
  const cpu::CpuBackendOptions engine{cpu::EngineMode::Training, (int)info.threads, *cpu::precisionNamed(info.dtype)};
  auto backend = std::make_unique<cpu::CpuBackend>(engine);
  if (info.dtype != "f32") std::cerr << fmt::format("products of linear layers in {} ({})\n", info.dtype, backend->products());
  Session session(artifact, std::move(backend));
  for (const auto &[name, value] : info.settings) session.settings().set(name, value);

  struct sigaction action {};
  action.sa_handler = askToStop;
  action.sa_flags = SA_RESETHAND;  // a second Ctrl-C ends at once
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
  LoopOptions loop;
  loop.stop = &stopAsked;
  loop.checkpointSeconds = options.checkpointSeconds, loop.checkpointSteps = options.checkpointSteps, loop.frozenMiB = options.frozenMiB;
  if (Loop(session, splits, info, options.out, loop).run() == LoopEnd::Interrupted) {
    std::cerr << fmt::format("stopped and saved; to go on: offramp train {} --out {} --resume\n", options.file, options.out);
    exitStatus = 130;
    return;
  }
  const Thresholds thresholds = chooseThreshold(session, splits.valid);
  writeThresholds(options.out, thresholds);
  if (!thresholds.setting.empty()) {
    const ThresholdPoint &chosen = thresholds.points[thresholds.chosen], &best = thresholds.points[thresholds.best];
    const Quality quality{!thresholds.number};
    std::cerr << fmt::format(
        "on {} validation samples {}={:.4g} {} at mean stage {:.2f} (best: {} at {:.2f} with {:.4g}); eval takes it with --set {}=valid\n",
        thresholds.samples, thresholds.setting, chosen.value,
        quality.share ? "answers " + quality.text(chosen.quality) + " right" : "has the correlation " + quality.text(chosen.quality),
        chosen.meanStage, quality.text(best.quality), best.meanStage, best.value, thresholds.setting);
  }
  std::cerr << fmt::format("done: {}\n", (fs::path(options.out) / "model.safetensors").string());
}

}  // namespace

void addTrain(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("train", "Compile a model and train it through its phases");
  command->add_option("FILE", options->file, "model file (.ramp)")->required();
  command->add_option("--data", options->data, "SPLIT=PATH[,PATH…], SPLIT one of train, valid; IDX files in the order of the inputs, or one .csv, .tsv, .jsonl (plain or .gz); or glue:TASK=DIR")->take_all()->allow_extra_args(false);
  command->add_option("--out", options->out, "run folder to make, or to go on with")->required();
  command->add_option("--set", options->sets, "name=value of a parameter or setting")->take_all()->allow_extra_args(false);
  command->add_option("--seed", options->seed, "of initial weights, order and draws");
  command->add_flag("--resume", options->resume, "go on where the run was stopped or killed");
  command->add_option("--init", options->init, "weights to start from (.safetensors); what it lacks starts anew");
  command->add_option("--threads", options->threads, "threads; 0: all")->check(CLI::Range(0, 4096));
  command
      ->add_option("--dtype", options->dtype,
                   "of the products of linear layers and of their gradients, operands rounded: f32, bf16; weights, sums, optimizer and all else are f32")
      ->check(CLI::IsMember({"f32", "bf16", "int8"}));
  command->add_option("--limit", options->limit, "only the first N samples of each split")->check(wholeFromZero());
  command
      ->add_option("--checkpoint-seconds", options->checkpointSeconds,
                   "seconds between checkpoints, 30 if absent; more where writing one takes longer than a twentieth of that")
      ->check(numberFromZero());
  command->add_option("--checkpoint-steps", options->checkpointSteps, "checkpoint every N steps instead")->check(wholeFromZero());
  command
      ->add_option("--frozen-mib", options->frozenMiB,
                   fmt::format("most memory, in MiB, for what stages that a phase does not update make of the samples, computed once instead of in every epoch; "
                               "{} if absent. Changes no result",
                               options->frozenMiB))
      ->check(wholeFromZero());
  command->footer("Example: offramp train examples/01-fashion-mnist/weighted_ce.ramp --out runs/first --limit 2000 --data "
                  "train=/usr/share/datasets/fashion-mnist/train-images-idx3-ubyte.gz,/usr/share/datasets/fashion-mnist/train-labels-idx1-ubyte.gz\n"
                  "Ctrl-C saves and ends with exit status 130.");
  command->callback([options, command] {
    std::vector<std::string> words{"train", options->file, "--out", options->out};
    for (const std::string &data : options->data) words.insert(words.end(), {"--data", data});
    for (const std::string &set : options->sets) words.insert(words.end(), {"--set", set});
    if (options->dtype != "f32") words.insert(words.end(), {"--dtype", options->dtype});
    train(*options, *command, words);
  });
}

}  // namespace offramp::tool
