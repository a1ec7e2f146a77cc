// `offramp report`: one HTML page of a trained run, evaluated and timed on its test data.
#include "compiler/tools/offramp/Command.h"
#include "compiler/tools/offramp/OpenRun.h"
#include "compiler/tools/offramp/ReportRoofline.h"

#include "backends/cpu/RunProfile.h"
#include "compiler/artifact/Compile.h"
#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/report/Report.h"

#include <fmt/ranges.h>

#include <cmath>
#include <iostream>

namespace offramp::tool {
namespace {

using namespace runtime;

struct Options {
  std::string run, out;
  std::vector<std::string> data, sets;
  int64_t limit = 0, points = 8;
  int rounds = 3, threads = 0;
};

void report(const Options &options, const std::string &command) {
  OpenRun run = openRun(options.run, options.sets, options.threads);
  std::vector<std::string> data = options.data;
  if (data.empty()) {
    auto test = run.info.data.find("test");
    if (test == run.info.data.end()) throw UsageError("the run names no test data; add `--data test=PATH[,PATH…]`");
    data.push_back(fmt::format("test={}", fmt::join(test->second, ",")));
  }
  Split split = wholeSplit(testData(data, run.fields), options.limit);
  report::ReportOptions how;
  how.command = command, how.version = OFFRAMP_VERSION;
  how.cpu = cpu::loadRunProfile(options.run, run.session->backend().threads()).value_or(cpu::MachineProfile{}).cpu;
  how.sweep.points = options.points, how.sweep.rounds = options.rounds;
  report::ReportData gathered = report::makeReport(*run.session, split, options.run, run.info, how);
  try {
    const auto rows = (int64_t)std::max(1.0, std::round(averageRows(split, run.artifact->manifest())));
    gathered.roofline = reportRoofline(options.run, run, 64, run.artifact->manifest().rowsPerSample == 0 ? rows : 0);
  } catch (const CompileError &error) {  // the artifact still runs; the page says what is missing
    gathered.rooflineMissing = std::string("the run's source no longer compiles: ") + error.what();
  }
  writeFileAtomic(options.out, report::reportHtml(gathered));
  std::cerr << fmt::format("written: {}\n", options.out);
}

}  // namespace

void addReport(CLI::App &app) {
  auto options = std::make_shared<Options>();
  CLI::App *command = app.add_subcommand("report", "One HTML page of a run: accuracy against measured speed, exits, learning curves, examples");
  command->add_option("RUN", options->run, "run folder")->required();
  command->add_option("-o,--out", options->out, "page to write (.html)")->required();
  command->add_option("--data", options->data, "test=PATH[,PATH…]; what the run names as test data if absent")->take_all()->allow_extra_args(false);
  command->add_option("--set", options->sets, "name=value of a setting")->take_all()->allow_extra_args(false);
  command->add_option("--limit", options->limit, "only the first N samples")->check(wholeFromZero());
  command->add_option("--points", options->points, "values of the exit rule's setting that are tried")->check(CLI::Range(2, 100));
  command->add_option("--rounds", options->rounds, "rounds of timing, of which the median counts")->check(CLI::Range(1, 1000));
  command->add_option("--threads", options->threads, "threads; 0: all")->check(CLI::Range(0, 4096));
  command->footer("Example: offramp report runs/first -o report.html --data "
                  "test=/usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz,/usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz");
  command->callback([options] {
    std::string words = "offramp report " + options->run + " -o " + options->out;
    for (const std::string &data : options->data) words += " --data " + data;
    for (const std::string &set : options->sets) words += " --set " + set;
    report(*options, words);
  });
}

}  // namespace offramp::tool
