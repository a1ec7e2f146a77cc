// `offramp bench`: the ways of running a model against each other, interleaved in one process, the median of the rounds.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"

#include "runtime/core/Error.h"
#include "runtime/infer/Evaluate.h"

#include <algorithm>
#include <iostream>

namespace offramp::tool {
namespace {

using namespace runtime;

struct Options {
  std::string run, dtype = "f32";
  std::vector<std::string> data, sets;
  std::vector<int64_t> batches{1, 8, 64};
  int64_t limit = 2000;
  std::vector<std::string> ways;  ///< names of those to measure; all if empty
  int rounds = 5, threads = 0;
  bool json = false;
};

struct Way {
  const char *name;
  InferOptions options;
};
constexpr Way allWays[] = {{"full_depth", {false, 0, 0}},      {"exits", {true, 2, 2}},          {"exits_without_regrouping", {true, 2, 0}},
                        {"exit_first_on", {true, 1, 2}},    {"exit_first_off", {true, 0, 2}}};

std::vector<Way> waysNamed(const std::vector<std::string> &names) {
  std::vector<Way> ways;
  for (const Way &way : allWays)
    if (names.empty() || std::find(names.begin(), names.end(), way.name) != names.end()) ways.push_back(way);
  return ways;
}

/// What was decided at each stage: the choice of most batches that reached it, and what the model expects of both ways.
OrderedJson stagesJson(const std::vector<BackendChoices> &taken, const std::vector<StagePlan> &plans) {
  OrderedJson stages = OrderedJson::array();
  for (size_t s = 0; s < taken.size(); ++s) {
    const BackendChoices &c = taken[s];
    OrderedJson stage{{"stage", (int64_t)s + 1},
                      {"choice", c.split + c.whole == 0 ? "not asked" : c.split > c.whole ? "exit-first" : "whole"},
                      {"regroup", c.regrouped + c.kept == 0 ? "not asked" : c.regrouped >= c.kept ? "regroup" : "keep"},
                      {"exit_first", c.split}, {"whole", c.whole}, {"regrouped", c.regrouped}, {"kept", c.kept}};
    if (s < plans.size()) {
      stage["leave_share"] = plans[s].leaveShare;
      stage["predicted_ns"] = {{"whole", plans[s].wholeNs}, {"exit_first", plans[s].canSplit ? OrderedJson(plans[s].firstNs + plans[s].restNs) : OrderedJson(nullptr)}};
    }
    stages.push_back(std::move(stage));
  }
  return stages;
}

/// `1:exit-first/regroup 2:whole/regroup …` of the stages that were asked.
std::string choicesText(const OrderedJson &stages) {
  std::string text;
  for (const OrderedJson &stage : stages)
    if (stage["choice"] != "not asked" || stage["regroup"] != "not asked")
      text += fmt::format(" {}:{}{}", stage["stage"].get<int64_t>(), stage["choice"] == "not asked" ? "" : stage["choice"].get<std::string>(),
                          stage["regroup"] == "not asked" ? "" : "/" + stage["regroup"].get<std::string>());
  return text;
}

void bench(const Options &options) {
  OpenRun run = openRun(options.run, options.sets, options.threads, options.dtype);
  Split split = wholeSplit(testData(options.data, run.fields), options.limit);
  const std::vector<Way> ways = waysNamed(options.ways);
  if (!options.json) std::cout << fmt::format("weight products in {} ({})\n", options.dtype, run.products);
  OrderedJson all = OrderedJson::array();
  for (int64_t batch : options.batches) {
    Evaluator evaluator(*run.session, split, batch);
    std::vector<std::vector<double>> seconds(ways.size());
    std::vector<OrderedJson> choices(ways.size()), stages(ways.size());
    for (int round = 0; round < options.rounds; ++round)
      for (size_t w = 0; w < ways.size(); ++w) {
        // Who leaves where is found at each way's own warm-up once; full depth and exits differ, the others are as exits.
        if (round == 0 || ways[w].name == std::string_view("full_depth") || ways[w].name == std::string_view("exits")) evaluator.warmUp(ways[w].options, 1024);
        Backend &backend = run.session->backend();
        backend.takeChoices(), backend.takeStageChoices();
        seconds[w].push_back(evaluator.time(ways[w].options, split.size()));
        BackendChoices c = backend.takeChoices();
        choices[w] = {{"exit_first", c.split}, {"whole", c.whole}, {"regrouped", c.regrouped}, {"kept", c.kept}};
        stages[w] = stagesJson(backend.takeStageChoices(), backend.plan((double)batch, averageRows(split, run.artifact->manifest())));
      }
    for (size_t w = 0; w < ways.size(); ++w) {
      std::sort(seconds[w].begin(), seconds[w].end());
      const double rate = (double)split.size() / seconds[w][seconds[w].size() / 2];
      all.push_back({{"batch", batch}, {"way", ways[w].name}, {"samples_per_second", rate}, {"dtype", options.dtype}, {"products", run.products}, {"choices", choices[w]}, {"stages", stages[w]}});
      if (!options.json) std::cout << fmt::format("batch {:4}  {:26} {:10.0f} samples/s {}\n", batch, ways[w].name, rate, choicesText(stages[w]));
    }
  }
  if (options.json) std::cout << jsonLine(all) << "\n";
}

}  // namespace

void addBench(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("bench", "Full depth, exits, exits without regrouping, exit-first on and off, interleaved");
  command->add_option("RUN", options->run, "run folder")->required();
  command->add_option("--data", options->data, "test=PATH[,PATH…]")->take_all()->allow_extra_args(false);
  command->add_option("--batch", options->batches, "batch sizes, such as 1,8,64")->delimiter(',')->check(CLI::Range(1, 1000000));
  command->add_option("--set", options->sets, "name=value of a setting")->take_all()->allow_extra_args(false);
  command->add_option("--limit", options->limit, "only the first N samples; 0: all")->check(wholeFromZero());
  command->add_option("--rounds", options->rounds, "rounds, of which the median counts")->check(CLI::Range(1, 1000));
  std::vector<std::string> names;
  for (const Way &way : allWays) names.emplace_back(way.name);
  command->add_option("--ways", options->ways, "only these ways")->delimiter(',')->check(CLI::IsMember(names));
  addDtypeOption(*command, options->dtype);
  command->add_option("--threads", options->threads, "threads; 0: all")->check(CLI::Range(0, 4096));
  command->add_flag("--json", options->json, "one JSON array");
  command->footer("Example: offramp bench runs/first --batch 1,8,64 --data "
                  "test=/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz,/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz");
  command->callback([options] { bench(*options); });
}

}  // namespace offramp::tool
