// `offramp explain`: what each stage costs, what its exit demands, and from which share of leavers deciding first and moving rows pay on a
// machine. Compiles down to calls, makes no machine code; only the rates are measured, once per machine.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/ExplainRoofline.h"
#include "compiler/tools/offramp/OpenRun.h"
#include "compiler/tools/offramp/RooflineJson.h"
#include "compiler/tools/offramp/TextTable.h"
#include "compiler/tools/offramp/ThisMachine.h"
#include "compiler/tools/offramp/Units.h"

#include "backends/cpu/RunProfile.h"
#include "compiler/artifact/Compile.h"
#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/report/Text.h"

#include <fmt/ranges.h>

#include <iostream>

namespace offramp::tool {
namespace {

using runtime::report::duration;
using runtime::report::number;

struct Options {
  std::string file, profile, machine = "this", type = "f32", run;
  std::vector<std::string> sets;
  std::vector<double> leave, exitRates;
  int64_t batch = 64, rows = 0;
  int threads = 0;
  bool roofline = false, json = false;
};

/// Of operations, two of which are one multiply-add.
std::string flops(double multiplyAdds) { return count(2 * multiplyAdds); }

/// Multiply-adds of one sample with so many rows.
double macs(const Work &work, double rows) { return work.perRow * rows + work.perSample; }

std::string from(double share) { return share > 1 ? "never" : fmt::format("{:.1f} %", 100 * share); }

cpu::MachineProfile profileFor(const Options &options) {
  if (options.profile.empty()) {
    cpu::CpuBackend backend(cpu::CpuBackendOptions{cpu::EngineMode::Inference, options.threads});
    return cpu::announcedProfile(backend.threads(), cpu::Precision::F32, announceMeasuring);
  }
  auto profile = cpu::profileFromText(runtime::readFile(options.profile, 1 << 20));
  if (!profile) userError("`{}` is no machine profile of version {}; `offramp eval` writes one as RUN/machine.json", options.profile, cpu::MachineProfile::kVersion);
  return *profile;
}

std::vector<cpu::StageCost> forCostModel(const std::vector<StageCost> &stages) {
  std::vector<runtime::ManifestStageCost> costs;
  for (const StageCost &s : stages) {
    runtime::ManifestStageCost c;
    c.stage = s.stage, c.split = s.split, c.rowBytes = (double)s.rowBytes;
    c.rowMacs = s.whole.perRow, c.sampleMacs = s.whole.perSample, c.firstRowMacs = s.first.perRow, c.firstSampleMacs = s.first.perSample, c.restRowMacs = s.rest.perRow;
    c.wholeCalls = s.whole.calls, c.firstCalls = s.first.calls, c.restCalls = s.rest.calls;
    costs.push_back(c);
  }
  return cpu::stageCostsOf(costs);
}

/// Given shares, or as many samples leaving at each stage as at any other.
std::vector<float> leaveShares(const Options &options, size_t stages) {
  std::vector<float> shares;
  if (!options.leave.empty() && options.leave.size() + 1 != stages && options.leave.size() != stages)
    throw UsageError(fmt::format("`--leave` has {} shares; the model has {} stages, of which the last one needs none", options.leave.size(), stages));
  for (size_t s = 0; s < stages; ++s) shares.push_back(s + 1 == stages ? 1.0f : options.leave.empty() ? 1.0f / (float)(stages - s) : (float)options.leave[s]);
  return shares;
}

/// What is compiled: a model file, or the source of a run with what the run was started with.
struct Source {
  std::filesystem::path file;
  std::map<std::string, std::string> sets;
  CompileOptions compile;
};

Source sourceOf(const Options &options) {
  Source source;
  source.sets = runtime::parseSets(options.sets);
  if (!std::filesystem::is_directory(options.file)) {
    if (!std::filesystem::is_regular_file(options.file)) userError("`{}` does not exist; give a model file (.ramp) or a run folder", options.file);
    source.file = options.file;
    source.compile.importRoots = importRoots();
    return source;
  }
  const runtime::RunInfo info = runtime::readRun(options.file);
  source.file = std::filesystem::path(options.file) / "source" / info.source;
  for (const auto &[name, value] : info.sets) source.sets.insert({name, value});
  source.compile.importRoots = importRootsOf(options.file);
  return source;
}

ModelCosts costsOf(const Options &options) {
  const Source source = sourceOf(options);
  const ModelCosts model = modelCosts(source.file, source.sets, source.compile, options.rows);
  if (options.rows > 0 && model.rowsPerSample > 0 && options.rows != model.rowsPerSample)
    userError("every sample of `{}` has {} rows; leave `--length {}` out, it is for models whose lengths vary", model.model, model.rowsPerSample,
              options.rows);
  if (model.maxRows > 0 && options.rows > model.maxRows)
    userError("`--length {}` is longer than `{}` takes: at most {} tokens", options.rows, model.model, model.maxRows);
  return model;
}

Machine machineFor(const Options &options) {
  std::optional<Machine> machine = machineNamed(options.machine);
  if (options.machine == "this") machine = thisMachine(limitsOfThisMachine(options.threads));
  if (!machine) throw UsageError(fmt::format("unknown machine `{}`: choose this, {}", options.machine, fmt::join(namedMachines(), ", ")));
  return *machine;
}

/// As many as the model has exits, or one for all.
std::vector<double> exitRates(const Options &options, size_t stages) {
  std::vector<double> rates = options.exitRates;
  if (rates.size() == 1) rates.resize(stages - 1, options.exitRates[0]);
  if (rates.size() == stages) rates.pop_back();
  if (rates.size() + 1 != stages)
    throw UsageError(fmt::format("`--exit-rates` has {} shares; the model has {} stages, of which the last one needs none (one share: for every exit)",
                                 options.exitRates.size(), stages));
  return rates;
}

void explainRoofline(const Options &options) {
  const NumberType type = *numberTypeNamed(options.type);
  const bool isRun = std::filesystem::is_directory(options.file);
  if (!options.run.empty() && options.machine != "this") throw UsageError("`--run` is timed on this machine; leave `--machine` out");
  const ModelCosts model = costsOf(options);
  const Machine machine = machineFor(options);
  const Roofline roofline(model.ops, machine, {(double)options.batch, (double)model.rows, type});
  std::vector<double> rates;
  if (!options.exitRates.empty()) rates = exitRates(options, model.ops.stages.size());
  std::optional<TimedRun> timed;
  if (options.machine == "this" && (isRun || !options.run.empty())) {
    OpenRun run = openRun(options.run.empty() ? options.file : options.run, {}, options.threads, options.type);
    if (run.info.model != model.model) userError("`{}` is a run of model `{}`, not of `{}`", options.run, run.info.model, model.model);
    timed = timeRun(run, model.ops, options.batch, model.rows);
  }
  if (options.json) {
    std::cout << runtime::jsonLine(rooflineJson(model, roofline, timed, rates)) << "\n";
    return;
  }
  std::cout << rooflineText(model, roofline, timed);
  if (model.rowsPerSample == 0 && options.rows == 0)
    std::cout << fmt::format("Lengths vary: counted at {} rows, half the longest; --length T counts at another\n", model.rows);
  if (!rates.empty()) std::cout << exitText(roofline, rates);
  else if (model.ops.stages.size() > 1)
    std::cout << "--exit-rates r1,r2,… adds what exits are worth when so many of those who reach a stage leave there\n";
}

void explain(const Options &options) {
  if (options.roofline) return explainRoofline(options);
  if (options.machine != "this" || options.type != "f32" || !options.run.empty() || !options.exitRates.empty() || options.json)
    throw UsageError("`--machine`, `--dtype`, `--run`, `--exit-rates` and `--json` belong to `--roofline`; add it");
  const ModelCosts model = costsOf(options);
  const cpu::MachineProfile profile = profileFor(options);
  const double rows = (double)model.rows, batch = (double)options.batch;
  const std::vector<float> shares = leaveShares(options, model.stages.size());
  const auto plans = cpu::planStages(profile, forCostModel(model.stages), batch, rows, shares);

  std::cout << fmt::format("{}: {} stages, {} weights ({})\n", model.model, model.stages.size(), number((double)model.allWeights), bytes((double)model.allWeights * 4));
  if (model.rowsPerSample >= 0) std::cout << fmt::format("counted at {} row{} a sample{}\n", model.rows, model.rows == 1 ? "" : "s", model.rowsPerSample == 0 ? " (lengths vary; --rows N counts at another)" : "");
  TextTable costs({"stage", "weights", "state", "FLOP", "first", "of it", "rest", "decide", "answer", "the exit demands"});
  double all = 0;
  std::string reasons;
  for (size_t i = 0; i < model.stages.size(); ++i) {
    const StageCost &s = model.stages[i];
    const double whole = macs(s.whole, rows) - macs(s.decides, rows), first = macs(s.first, rows) - macs(s.decides, rows);
    const bool last = i + 1 == model.stages.size();
    all += macs(s.whole, rows);  // the last one's holds its head; no other head answers when nobody leaves
    const Work answer = last ? s.decides : s.answer;
    costs.add({std::to_string(s.stage), bytes((double)model.weights[i] * 4), bytes((double)s.rowBytes * rows), flops(whole), s.split ? flops(first) : "-", s.split ? fmt::format("{:.0f} %", 100 * first / whole) : "-",
               s.split ? flops(s.rest.perRow * (rows - 1) + s.rest.perSample) : "-", last ? "-" : flops(macs(s.decides, rows)), flops(macs(answer, rows)), last ? "everybody leaves" : s.split ? "row 0" : "all of it"});
    if (!last && !s.split) reasons += fmt::format("stage {} cannot decide first: {}\n", s.stage, s.reason.empty() ? "the exit reads all of it" : s.reason);
  }
  std::cout << "\nPer sample; state: what a stage hands on; first: until its exit can decide; decide, answer: gate and head\n" << costs.text() << reasons;

  TextTable choices({"stage", "samples", "leave", "whole", "exit-first", "exit-first pays from", "moving rows pays from", "choice"});
  for (size_t i = 0; i < plans.size(); ++i) {
    const cpu::StagePlan &p = plans[i];
    const bool split = model.stages[i].split;
    choices.add({std::to_string(i + 1), number(p.samples), fmt::format("{:.0f} %", 100 * p.leaveShare), duration(p.wholeNs), split ? duration(p.firstNs + p.restNs) : "-", split ? from(p.splitFrom) : "-",
                 split ? from(p.regroupFrom) : "-", split ? (p.split ? "exit-first" : "whole") : "whole (only way)"});
  }
  std::cout << fmt::format("\nBatch {} on {}, {} thread{}; leave: {}\n", options.batch, profile.cpu.empty() ? "an unnamed CPU" : profile.cpu, profile.threads, profile.threads == 1 ? "" : "s",
                           options.leave.empty() ? "as if equally many left at each stage (--leave gives others)" : "as given")
            << choices.text();
  const double counted = model.rowsPerSample < 0 ? batch : batch * rows;
  std::cout << fmt::format("\nWorst case, a batch of {} that runs to the last stage: {} FLOP, {} of arena beside the weights\n", options.batch, flops(all * batch),
                           bytes((double)model.arenaRow * counted + (double)model.arenaSample * batch + (double)model.arenaFixed));
}

}  // namespace

void addExplain(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("explain", "What each stage costs, what its exit demands, and where exits pay");
  command->add_option("MODEL", options->file, "model file (.ramp) or run folder")->required();
  command->add_option("--batch", options->batch, "samples per batch")->check(CLI::Range(1, 1000000));
  command->add_option("--set", options->sets, "name=value of a parameter")->take_all()->allow_extra_args(false);
  command->add_option("--leave", options->leave, "expected share of leavers at each stage, such as 0.3,0.4,0.2")->delimiter(',')->check(CLI::Range(0.0, 1.0));
  command->add_option("--rows,--length", options->rows, "rows (tokens) of a sample where lengths vary")->check(CLI::Range(1, 1000000));
  command->add_option("--threads", options->threads, "threads; 0: all")->check(CLI::Range(0, 4096));
  command->add_option("--profile", options->profile, "rates of another machine: a run's machine.json");
  command->add_flag("--roofline", options->roofline,
                    "per operation: FLOP, bytes, attainable time on a machine, what bounds it; of a run also the measured time");
  command->add_option("--machine", options->machine, "with --roofline: this (measured), a100, h100, h200 (published peaks)");
  command->add_option("--dtype", options->type, "with --roofline: number type of weights and activations")
      ->check(CLI::IsMember({"f32", "bf16", "int8"}));
  command->add_option("--exit-rates", options->exitRates,
                      "with --roofline: share of those who reach a stage that leaves there, such as 0.3,0.4; one for all")
      ->delimiter(',')->check(CLI::Range(0.0, 1.0));
  command->add_option("--run", options->run, "with --roofline: run folder whose time is measured beside");
  command->add_flag("--json", options->json, "with --roofline: one JSON object with every row of the tables");
  command->footer("Example: offramp explain examples/02-topics/topics.ramp --batch 32 --leave 0.3,0.4,0.2");
  command->callback([options] { explain(*options); });
}

}  // namespace offramp::tool
