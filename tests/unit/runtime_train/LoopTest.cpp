// The loop on the hand-written artifact: it learns, and a run killed at every single file operation, at random instants or stopped at any step
// ends with the same bytes as one that was left alone: weights, and metrics and events but for the clock.
#include "tests/unit/runtime_train/Hand.h"

#include "runtime/core/FileOps.h"
#include "runtime/data/ReadDataset.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/Evaluate.h"
#include "runtime/train/Events.h"
#include "runtime/train/Loop.h"
#include "runtime/train/Schedule.h"

#include <chrono>
#include <csignal>
#include <cstring>
#include <functional>
#include <random>
#include <sys/wait.h>
#include <thread>

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

struct Setup {
  explicit Setup(const std::string &spoiled = "", double average = 0) {
    std::string csv = "x_0,x_1,x_2,x_3,label\n";
    uint64_t random = 7;
    for (int i = 0; i < 200; ++i) {
      double x[4];
      for (double &value : x) random = random * 6364136223846793005ull + 1442695040888963407ull, value = (double)(int64_t)(random >> 33) / (1ll << 30) - 1;
      csv += fmt::format("{},{},{},{},{}\n", i % 10 == 0 && !spoiled.empty() ? spoiled : std::to_string(x[0]), x[1], x[2], x[3], x[0] + 0.5 * x[1] > 0 ? "b" : "a");
    }
    writeFileAtomic(folder.path / "train.csv", csv);
    Json json = handManifest();
    json["phases"][2]["optimizer"]["average"] = average;
    writeFileAtomic(folder.path / "m.json", json.dump());
    manifest = parseManifest(json.dump(), "m.json");
    std::vector<FieldSpec> fields = manifest.inputs;
    data = std::make_shared<const Dataset>(readDataset("train", {(folder.path / "train.csv").string()}, fields));
    splits = makeTrainingSplits(data, nullptr, 0);
    info.model = "Hand", info.seed = 3, info.artifactSha256 = manifest.sha256;
  }
  std::filesystem::path run(const std::string &name) {
    createRun(folder.path / name, info, {OFFRAMP_HAND_ARTIFACT, folder.path / "m.json", {}, {}, {}});
    return folder.path / name;
  }
  LoopEnd train(const std::filesystem::path &run, const std::atomic<bool> *stop = nullptr, std::unique_ptr<Backend> backend = std::make_unique<HandBackend>()) {
    Session session(Artifact::loadFromRun(run), std::move(backend));
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

/// The records of the event file without what depends on the clock: every event begins with its time (key and 8 bytes).
std::vector<std::string> events(const std::filesystem::path &run) {
  std::vector<std::string> records;
  std::string all = readFile(run / EventWriter::fileName);
  for (size_t at = 0; at < all.size();) {
    uint64_t size = 0;
    BOOST_REQUIRE(at + 12 <= all.size());
    std::memcpy(&size, all.data() + at, 8);
    BOOST_REQUIRE(at + 16 + size <= all.size());
    records.push_back(all.substr(at + 12 + 9, size - 9));
    at += 16 + size;
  }
  return records;
}

/// What a run left behind.
struct Outcome {
  explicit Outcome(const std::filesystem::path &run) : weights(readFile(run / "model.safetensors")), result(readFile(run / "result.json")), metrics(steps(run)), records(events(run)) {}
  std::string weights, result, metrics;
  std::vector<std::string> records;

  void mustBe(const Outcome &expected) const {
    BOOST_TEST((weights == expected.weights), "other weights");
    BOOST_TEST(result == expected.result);
    BOOST_TEST((metrics == expected.metrics), "other lines in metrics.jsonl:\n" << metrics);
    BOOST_TEST((records == expected.records), records.size() << " events instead of the " << expected.records.size());
  }
};

/// Trains in a child. `kill` is called with its process id and may kill it; true if the child came to its end.
bool trainedInChild(Setup &setup, const std::filesystem::path &run, int64_t crashAt, const std::function<void(pid_t)> &kill = {}) {
  pid_t child = ::fork();
  if (child == 0) {
    fileops::crashAt(crashAt);
    setup.train(run);
    ::_exit(0);
  }
  if (kill) kill(child);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (WIFEXITED(status)) {
    BOOST_TEST(WEXITSTATUS(status) == 0);
    return true;
  }
  BOOST_TEST(WTERMSIG(status) == SIGKILL);
  return false;
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
    BOOST_TEST(summary.quality == *e.accuracy);
    BOOST_TEST(evaluator.evaluate({false, 0, 0}, "", {}).meanStage == 2);
  }
}

BOOST_AUTO_TEST_CASE(killed_at_every_file_operation_it_resumes_to_the_same_bytes) {
  Setup setup;
  auto whole = setup.run("whole");
  const int64_t before = fileops::count();
  setup.train(whole);
  const int64_t operations = fileops::count() - before;
  const Outcome expected(whole);
  BOOST_TEST(operations > 200);
  for (int64_t at = 1; at <= operations; ++at) BOOST_TEST_CONTEXT("killed at file operation " << at << " of " << operations) {
      auto run = setup.run("run");
      BOOST_TEST(!trainedInChild(setup, run, at));
      BOOST_TEST(trainedInChild(setup, run, 0));
      Outcome(run).mustBe(expected);
      std::filesystem::remove_all(run);
    }
}

BOOST_AUTO_TEST_CASE(killed_again_and_again_it_resumes_to_the_same_bytes) {
  Setup setup;
  auto whole = setup.run("whole");
  setup.train(whole);
  const Outcome expected(whole);
  for (int first : {1, 4, 9, 23, 57, 91, 130, 171, 222, 305}) BOOST_TEST_CONTEXT("killed first at file operation " << first) {
      auto run = setup.run("run" + std::to_string(first));
      for (int64_t at = first, tries = 0; tries < 200 && !trainedInChild(setup, run, at); ++tries) at = at * 2 + 3;  // later and later, so that it ends
      Outcome(run).mustBe(expected);
    }
}

BOOST_AUTO_TEST_CASE(killed_at_random_instants_it_resumes_to_the_same_bytes) {
  Setup setup;
  auto whole = setup.run("whole");
  auto begun = std::chrono::steady_clock::now();
  BOOST_TEST(trainedInChild(setup, whole, 0));
  const auto took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - begun).count();
  const Outcome expected(whole);
  const char *given = std::getenv("OFFRAMP_TEST_SEED");
  const unsigned seed = given ? (unsigned)std::atoi(given) : std::random_device()();
  BOOST_TEST_MESSAGE("seed " << seed << " (OFFRAMP_TEST_SEED)");
  std::mt19937 random(seed);
  int killed = 0;
  for (int round = 0; round < 20; ++round) BOOST_TEST_CONTEXT("seed " << seed << ", round " << round) {
      auto run = setup.run("run" + std::to_string(round));
      for (int tries = 0; tries < 4; ++tries) {
        const auto wait = std::chrono::microseconds(std::uniform_int_distribution<long>(0, took / 2)(random));
        killed += !trainedInChild(setup, run, 0, [&](pid_t child) {
          std::this_thread::sleep_for(wait);
          ::kill(child, SIGKILL);
        });
      }
      BOOST_TEST(trainedInChild(setup, run, 0));
      Outcome(run).mustBe(expected);
    }
  BOOST_TEST(killed >= 5);  // most instants lie inside a training, whatever else the machine does
}

namespace {

/// Notes the weights after every step.
struct NotingBackend : HandBackend {
  explicit NotingBackend(std::vector<std::vector<float>> &notes) : notes(notes) {}
  double adamw(offramp_call &call, std::span<float> w, std::span<float> g, std::span<float> m, std::span<float> v, std::span<const offramp_range> ranges,
               const offramp_adamw &o) override {
    const double norm = HandBackend::adamw(call, w, g, m, v, ranges, o);
    notes.emplace_back(w.begin(), w.end());
    return norm;
  }
  std::vector<std::vector<float>> &notes;
};

}  // namespace

/// 24 steps of the last phase: the weights after steps 16 and 24 are averaged if the last half counts.
BOOST_AUTO_TEST_CASE(a_phase_may_end_with_the_mean_of_its_last_weights) {
  Setup plain, averaging("", 0.5);
  std::vector<std::vector<float>> notes;
  BOOST_TEST((plain.train(plain.run("run")) == LoopEnd::Finished));
  auto run = averaging.run("run");
  BOOST_TEST((averaging.train(run, nullptr, std::make_unique<NotingBackend>(notes)) == LoopEnd::Finished));
  BOOST_TEST(notes.size() == 48u);
  Session session(Artifact::loadFromRun(run), std::make_unique<HandBackend>());
  loadWeights(trainedWeights(run), session.manifest(), session.weights());
  const std::vector<float> &first = notes[48 - 24 + 16 - 1], &last = notes.back();
  for (const ManifestInstance &instance : session.manifest().instances)
    for (int64_t i = instance.offset; i < instance.offset + instance.fields[0].elements; ++i)
      BOOST_TEST(session.weights()[(size_t)i] == (first[(size_t)i] + last[(size_t)i]) / 2, boost::test_tools::tolerance(1e-5f));
  BOOST_TEST((readFile(run / "model.safetensors") != readFile(plain.folder.path / "run" / "model.safetensors")));
  for (int64_t at : {150, 190, 230, 260}) BOOST_TEST_CONTEXT("killed at file operation " << at) {
      auto killed = averaging.run("killed" + std::to_string(at));
      trainedInChild(averaging, killed, at);
      BOOST_TEST(trainedInChild(averaging, killed, 0));
      Outcome(killed).mustBe(Outcome(run));
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
