// The loop on the hand-written artifact: it learns, and a run killed at every single file operation or stopped at any step ends with the same
// bytes as one that was left alone.
#include "tests/unit/runtime_train/Hand.h"

#include "runtime/core/FileOps.h"
#include "runtime/data/ReadDataset.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/Evaluate.h"
#include "runtime/train/Loop.h"
#include "runtime/train/Schedule.h"

#include <csignal>
#include <sys/wait.h>

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

struct Setup {
  explicit Setup(const std::string &spoiled = "") {
    std::string csv = "x_0,x_1,x_2,x_3,label\n";
    uint64_t random = 7;
    for (int i = 0; i < 200; ++i) {
      double x[4];
      for (double &value : x) random = random * 6364136223846793005ull + 1442695040888963407ull, value = (double)(int64_t)(random >> 33) / (1ll << 30) - 1;
      csv += fmt::format("{},{},{},{},{}\n", i == 150 && !spoiled.empty() ? spoiled : std::to_string(x[0]), x[1], x[2], x[3], x[0] + 0.5 * x[1] > 0 ? "b" : "a");
    }
    writeFileAtomic(folder.path / "train.csv", csv);
    writeFileAtomic(folder.path / "m.json", handManifest().dump());
    manifest = parseManifest(handManifest().dump(), "m.json");
    std::vector<FieldSpec> fields = manifest.inputs;
    data = std::make_shared<const Dataset>(readDataset("train", {(folder.path / "train.csv").string()}, fields));
    splits = makeTrainingSplits(data, nullptr, 3, 0);
    info.model = "Hand", info.seed = 3, info.artifactSha256 = manifest.sha256;
  }
  std::filesystem::path run(const std::string &name) {
    createRun(folder.path / name, info, {OFFRAMP_HAND_ARTIFACT, folder.path / "m.json", {}, {}, {}});
    return folder.path / name;
  }
  LoopEnd train(const std::filesystem::path &run, const std::atomic<bool> *stop = nullptr) {
    Session session(Artifact::loadFromRun(run), std::make_unique<HandBackend>());
    LoopOptions options;
    options.output = {}, options.stop = stop, options.checkpointSteps = 5;
    return Loop(session, splits, info, run, options).run();
  }
  Folder folder;
  Manifest manifest;
  std::shared_ptr<const Dataset> data;
  TrainingSplits splits;
  RunInfo info;
};

/// metrics.jsonl without what depends on the clock.
std::string steps(const std::filesystem::path &run) {
  std::string text, all = readFile(run / "metrics.jsonl");
  for (size_t at = 0; at < all.size();) {
    size_t end = all.find('\n', at);
    Json line = Json::parse(all.substr(at, end - at));
    line.erase("seconds"), line.erase("samples_per_second");
    text += line.dump() + "\n";
    at = end + 1;
  }
  return text;
}

}  // namespace

BOOST_AUTO_TEST_CASE(it_learns_and_evaluates) {
  Setup setup;
  auto run = setup.run("run");
  BOOST_TEST((setup.train(run) == LoopEnd::Finished));
  Session session(Artifact::loadFromRun(run), std::make_unique<HandBackend>());
  loadWeights(trainedWeights(run), session.manifest(), session.weights());
  Split all = wholeSplit(setup.data);
  for (int64_t batch : {1, 7, 64}) {
    Evaluator evaluator(session, all, batch);
    Evaluation e = evaluator.evaluate({}, "", {});
    BOOST_TEST(*e.accuracy > 0.9);
    BOOST_TEST((e.meanStage > 1 && e.meanStage < 2));
    CollectedSummary summary = summarize(*collect(session, all, batch));
    BOOST_TEST(summary.histogram == e.histogram, boost::test_tools::per_element());
    BOOST_TEST(summary.accuracy == *e.accuracy);
    BOOST_TEST(evaluator.evaluate({false, 0, 0}, "", {}).meanStage == 2);
  }
}

BOOST_AUTO_TEST_CASE(killed_at_any_file_operation_it_resumes_to_the_same_bytes) {
  Setup setup;
  auto whole = setup.run("whole");
  setup.train(whole);
  const std::string expected = readFile(whole / "model.safetensors"), expectedSteps = steps(whole);
  for (int first : {1, 4, 9, 23, 57, 91, 130, 171, 222, 305}) {
    auto run = setup.run("run" + std::to_string(first));
    for (int at = first, tries = 0; tries < 200; ++tries, at = at * 2 + 3) {  // later and later, so that it ends
      pid_t child = ::fork();
      if (child == 0) {
        fileops::crashAt(at);
        setup.train(run);
        ::_exit(0);
      }
      int status = 0;
      ::waitpid(child, &status, 0);
      if (WIFEXITED(status)) {
        BOOST_TEST(WEXITSTATUS(status) == 0);
        break;
      }
      BOOST_TEST(WTERMSIG(status) == SIGKILL);
    }
    BOOST_TEST((readFile(run / "model.safetensors") == expected), "killed first at operation " << first);
    BOOST_TEST(steps(run) == expectedSteps);
  }
}

BOOST_AUTO_TEST_CASE(stopped_it_saves_and_goes_on) {
  Setup setup;
  auto whole = setup.run("whole"), run = setup.run("run");
  setup.train(whole);
  std::atomic<bool> stop{true};
  BOOST_TEST((setup.train(run, &stop) == LoopEnd::Interrupted));
  BOOST_TEST(!std::filesystem::exists(run / "model.safetensors"));
  stop = false;
  BOOST_TEST((setup.train(run, &stop) == LoopEnd::Finished));
  BOOST_TEST((readFile(run / "model.safetensors") == readFile(whole / "model.safetensors")));
}

BOOST_AUTO_TEST_CASE(loss_that_is_not_finite_stops_by_phase_and_step) {
  Setup setup("3e38");
  auto run = setup.run("run");
  BOOST_CHECK_EXCEPTION(setup.train(run), offramp::UserError, [](const auto &error) {
    BOOST_TEST_MESSAGE(error.what());
    return std::string(error.what()).rfind("phase `warm_up`, step ", 0) == 0;
  });
  BOOST_TEST(!std::filesystem::exists(run / "model.safetensors"));
}

BOOST_AUTO_TEST_CASE(existing_run_is_refused) {
  Setup setup;
  setup.run("run");
  BOOST_CHECK_THROW(setup.run("run"), offramp::UserError);
}

BOOST_AUTO_TEST_CASE(learning_rate_rises_then_falls) {
  ManifestOptimizer o;
  o.lr = 1, o.warmup = 0.1, o.decay = "linear";
  BOOST_TEST(learningRate(o, 0, 100) == 0.1);
  BOOST_TEST(learningRate(o, 9, 100) == 1);
  BOOST_TEST(learningRate(o, 10, 100) == 1);
  BOOST_TEST(learningRate(o, 55, 100) == 0.5);
  o.decay = "cosine";
  BOOST_TEST(std::abs(learningRate(o, 55, 100) - 0.5) < 1e-12);
  o.decay = "constant";
  BOOST_TEST(learningRate(o, 99, 100) == 1);
}
