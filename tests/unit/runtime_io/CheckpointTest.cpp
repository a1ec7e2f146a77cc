// Checkpoints: what is saved is loaded, a death at every single file operation leaves the old one or the new one whole, damage is
// noticed, old ones go.
#include "TestSupport.h"

#include "runtime/core/FileOps.h"
#include "runtime/train/Checkpoint.h"

#include <csignal>
#include <set>
#include <sys/resource.h>
#include <sys/wait.h>

using namespace offramp::runtime;
using test::errorOf;
using test::replaced;

namespace {

struct Run {
  std::vector<float> weights;
  std::vector<uint8_t> table;
  CheckpointState state;

  explicit Run(int64_t step) : weights(5000, (float)step), table(70, (uint8_t)step) {
    state = {1, 2, step, std::string(64, 'a'), {60000, std::string(64, 'b')}, {{"metrics_bytes", 10 * step}}};
  }
  void save(const std::filesystem::path &folder) const {
    std::vector<Block> blocks{{"weights", std::as_bytes(std::span(weights))}, {"table.layer", std::as_bytes(std::span(table))}, {"empty", {}}};
    CheckpointStore(folder).save(state, blocks);
  }
};

/// The step of a checkpoint after checking that all of it belongs together.
int64_t checkedStep(const Checkpoint &checkpoint) {
  Run run(checkpoint.state.step);
  auto weights = std::as_bytes(std::span(run.weights)), table = std::as_bytes(std::span(run.table));
  BOOST_TEST((checkpoint.block("weights", weights.size()) == std::vector<std::byte>(weights.begin(), weights.end())));
  BOOST_TEST((checkpoint.block("table.layer", table.size()) == std::vector<std::byte>(table.begin(), table.end())));
  BOOST_TEST(checkpoint.block("empty", 0).empty());
  BOOST_TEST(checkpoint.state.phase == 1);
  BOOST_TEST(checkpoint.state.epoch == 2);
  BOOST_TEST((checkpoint.state.data == run.state.data));
  BOOST_TEST(checkpoint.state.manifestSha256 == run.state.manifestSha256);
  BOOST_TEST(checkpoint.state.more.at("metrics_bytes") == 10 * checkpoint.state.step);
  return checkpoint.state.step;
}

std::set<std::string> entries(const std::filesystem::path &folder) {
  std::set<std::string> names;
  for (const auto &entry : std::filesystem::directory_iterator(folder)) names.insert(entry.path().filename().string());
  return names;
}

/// Saves in a child that dies at its n-th file operation; true if it got through.
bool savedBefore(int64_t n, const std::filesystem::path &folder, int64_t step) {
  pid_t child = ::fork();
  if (child == 0) {
    fileops::crashAt(n);
    Run(step).save(folder);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(the_last_two_are_kept) {
  test::TemporaryFolder run;
  auto folder = run.path / "checkpoints";
  CheckpointStore store(folder);
  BOOST_TEST(!store.exists());
  BOOST_TEST(errorOf([&] { store.loadLatest(); }) == "`" + folder.string() + "` holds no complete checkpoint; start the run anew");
  Run(100).save(folder);
  for (int64_t step : {200, 300, 400, 500}) Run(step).save(folder);
  BOOST_TEST((entries(folder) == std::set<std::string>{"latest", "500", "400"}));
  BOOST_TEST(checkedStep(store.loadLatest()) == 500);
  Run(500).save(folder);  // the same step again, as at the end of a phase
  BOOST_TEST((entries(folder) == std::set<std::string>{"latest", "500", "500-1"}));
  Run(600).save(folder);
  BOOST_TEST((entries(folder) == std::set<std::string>{"latest", "500-1", "600"}));
}

BOOST_AUTO_TEST_CASE(death_at_any_file_operation_leaves_a_whole_checkpoint) {
  for (bool again : {false, true}) {  // a first checkpoint, and one after two others
    bool through = false, sawOld = false, sawNew = false;
    for (int64_t n = 1; !through; ++n) {
      BOOST_REQUIRE(n < 200);
      test::TemporaryFolder run;
      auto folder = run.path / "checkpoints";
      CheckpointStore store(folder);
      if (again) {
        Run(1).save(folder);
        Run(2).save(folder);
      }
      through = savedBefore(n, folder, 3);
      if (!again && !store.exists()) {
        sawOld = true;
      } else {
        int64_t step = checkedStep(store.loadLatest());
        BOOST_TEST((step == 3 || (again && step == 2)));
        (step == 3 ? sawNew : sawOld) = true;
      }
      // The resumed run computes the same step again, or the next, and nothing of the accident stays.
      Run(3).save(folder);
      BOOST_TEST(checkedStep(store.loadLatest()) == 3);
      Run(4).save(folder);
      Run(5).save(folder);
      BOOST_TEST(checkedStep(store.loadLatest()) == 5);
      BOOST_TEST((entries(folder) == std::set<std::string>{"latest", "4", "5"}));
    }
    BOOST_TEST(sawOld);
    BOOST_TEST(sawNew);
  }
}

BOOST_AUTO_TEST_CASE(a_save_that_dies_while_another_death_left_its_traces) {
  test::TemporaryFolder run;
  auto folder = run.path / "checkpoints";
  Run(1).save(folder);
  bool through = false;
  for (int64_t n = 1; !through; ++n) {
    BOOST_REQUIRE(n < 200);
    through = savedBefore(n, folder, 2);
    int64_t step = checkedStep(CheckpointStore(folder).loadLatest());
    BOOST_TEST((step == 1 || step == 2));
  }
}

BOOST_AUTO_TEST_CASE(a_failed_save_leaves_the_last_good_one_and_no_rubbish) {
  test::TemporaryFolder run;
  auto folder = run.path / "checkpoints";
  Run(1).save(folder);
  pid_t child = ::fork();
  if (child == 0) {  // a limit on file sizes stands for a full disk
    ::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{10000, 10000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    std::string message = errorOf([&] { Run(2).save(folder); });
    ::_exit(message == "cannot write `" + (folder / "unfinished/weights").string() + "`: File too large" ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  BOOST_TEST(status == 0);
  BOOST_TEST(checkedStep(CheckpointStore(folder).loadLatest()) == 1);
  BOOST_TEST((entries(folder) == std::set<std::string>{"latest", "1"}));
}

BOOST_AUTO_TEST_CASE(damage_is_noticed_and_named) {
  auto refusedAfter = [](auto damage) {
    test::TemporaryFolder run;
    auto folder = run.path / "checkpoints";
    Run(1).save(folder);
    Run(2).save(folder);
    damage(folder);
    return replaced(errorOf([&] { CheckpointStore(folder).loadLatest(); }), folder.string(), "F");
  };
  const std::string way = ": the checkpoint is damaged; to go on from the one before it: echo 1 > F/latest";
  BOOST_TEST(refusedAfter([](auto folder) { std::filesystem::resize_file(folder / "2/weights", 19999); }) == "`F/2/weights` has 19999 bytes instead of 20000" + way);
  BOOST_TEST(refusedAfter([](auto folder) { writeFileAtomic(folder / "2/weights", std::string(20000, 'x')); }) ==
             "`F/2/weights` does not have the checksum of state.json" + way);
  BOOST_TEST(refusedAfter([](auto folder) { std::filesystem::remove(folder / "2/table.layer"); }) == "`F/2/table.layer` is missing" + way);
  BOOST_TEST(refusedAfter([](auto folder) { std::filesystem::remove(folder / "2/state.json"); }) == "cannot read `F/2/state.json`: No such file or directory");
  BOOST_TEST(refusedAfter([](auto folder) { writeFileAtomic(folder / "latest", "../../etc\n"); }) == "F/latest: its content is not a valid name");
  BOOST_TEST(refusedAfter([](auto folder) { writeFileAtomic(folder / "latest", "1\n"); }) == "no error");
}

BOOST_AUTO_TEST_CASE(a_block_of_another_size_is_refused) {
  test::TemporaryFolder run;
  auto folder = run.path / "checkpoints";
  Run(1).save(folder);
  Checkpoint checkpoint = CheckpointStore(folder).loadLatest();
  BOOST_TEST(errorOf([&] { checkpoint.block("weights", 8); }) == "checkpoint `1`: block `weights` has 20000 bytes, the model needs 8");
  BOOST_TEST(errorOf([&] { checkpoint.block("no", 8); }) == "checkpoint `1` has no block `no`");
}

BOOST_AUTO_TEST_CASE(state_json_is_checked_field_by_field) {
  auto refused = [](std::string text) { return errorOf([&] { parseCheckpointIndex(text, "state.json"); }); };
  const std::string hash(64, 'a');
  const std::string good = R"({"format":1,"phase":0,"epoch":0,"step":7,"manifest":"m","data":{"rows":3,"sha256":"d"},"previous":"","blocks":{"w":{"bytes":4,"sha256":")" +
                           hash + R"("}},"more":{}})";
  BOOST_TEST(refused(good) == "no error");
  BOOST_TEST(refused(replaced(good, "\"format\":1", "\"format\":2")) == "state.json: checkpoint format 2, this program reads 1");
  BOOST_TEST(refused(replaced(good, "\"step\":7", "\"step\":-7")) == "state.json: field `step` is -7, expected 0 to 9223372036854775807");
  BOOST_TEST(refused(replaced(good, "\"step\":7", "\"step\":18446744073709551615")) ==
             "state.json: field `step` is 18446744073709551615, expected 0 to 9223372036854775807");
  BOOST_TEST(refused(replaced(good, "\"step\":7", "\"stop\":7")) == "state.json: no field `step`");
  BOOST_TEST(refused(replaced(good, "\"step\":7", "\"step\":7.5")) == "state.json: field `step` is a number, expected an integer");
  BOOST_TEST(refused(replaced(good, "\"rows\":3", "\"rows\":\"3\"")) == "state.json: field `data`: field `rows` is a string, expected an integer");
  BOOST_TEST(refused(replaced(good, "\"w\"", "\"../w\"")) == "state.json: block `../w`: this is not a valid name");
  BOOST_TEST(refused(replaced(good, hash, "xyz")) == "state.json: block `w`: field `sha256` is no SHA-256 checksum");
  BOOST_TEST(refused(replaced(good, "\"previous\":\"\"", "\"previous\":\"a/b\"")) == "state.json: field `previous` is not a valid name");
}
