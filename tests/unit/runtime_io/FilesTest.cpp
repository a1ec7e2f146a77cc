// Whole files and logs: limits, all-or-nothing writing under sudden death at every operation, cutting back.
#include "TestSupport.h"

#include "runtime/core/AppendFile.h"
#include "runtime/core/FileOps.h"

#include <sys/wait.h>

using namespace offramp::runtime;
using test::errorOf;

namespace {

size_t entries(const std::filesystem::path &folder) {
  return (size_t)std::distance(std::filesystem::directory_iterator(folder), std::filesystem::directory_iterator());
}

/// Runs `action` in a child that dies at its n-th file operation; true if it got through.
template <typename Action>
bool survives(int64_t n, Action action) {
  pid_t child = ::fork();
  if (child == 0) {
    fileops::crashAt(n);
    action();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

BOOST_AUTO_TEST_CASE(reading_has_a_limit_and_names_the_file) {
  test::TemporaryFolder folder;
  std::string path = folder.with("a.txt", "12345");
  BOOST_TEST(readFile(path) == "12345");
  BOOST_TEST(readFile(path, 5) == "12345");
  BOOST_TEST(errorOf([&] { readFile(path, 4); }) == "`" + path + "` is larger than the 4 bytes allowed for such a file");
  BOOST_TEST(errorOf([&] { readFile(folder.path); }) == "cannot read `" + folder.path.string() + "`: it is a folder");
  BOOST_TEST(errorOf([&] { readFile(folder.file("none")); }) == "cannot read `" + folder.file("none") + "`: No such file or directory");
}

BOOST_AUTO_TEST_CASE(an_uncommitted_file_leaves_nothing_behind) {
  test::TemporaryFolder folder;
  {
    AtomicFile file(folder.path / "a");
    file.write(std::string(3 << 20, 'x'));
  }
  BOOST_TEST(entries(folder.path) == 0u);
}

BOOST_AUTO_TEST_CASE(a_missing_folder_is_named) {
  test::TemporaryFolder folder;
  BOOST_TEST(errorOf([&] { writeFileAtomic(folder.path / "no" / "a", "x"); }) ==
             "cannot write `" + folder.file("no/a") + "`: the folder `" + folder.file("no") + "` does not exist");
  BOOST_TEST(errorOf([&] { writeFileAtomic(folder.path, "x"); }) == "cannot write `" + folder.path.string() + "`: it is a folder");
}

BOOST_AUTO_TEST_CASE(a_link_keeps_pointing_where_it_did) {
  test::TemporaryFolder folder;
  folder.with("real", "old");
  std::filesystem::create_symlink("real", folder.path / "link");
  writeFileAtomic(folder.path / "link", "new");
  BOOST_TEST(std::filesystem::is_symlink(folder.path / "link"));
  BOOST_TEST(readFile(folder.path / "real") == "new");
}

BOOST_AUTO_TEST_CASE(a_pipe_or_device_is_written_in_place) {
  writeFileAtomic("/dev/null", "x");
  BOOST_TEST(std::filesystem::is_character_file("/dev/null"));
}

BOOST_AUTO_TEST_CASE(death_at_any_operation_leaves_the_old_file_or_the_new) {
  test::TemporaryFolder folder;
  std::string path = folder.with("a", "old");
  const std::string fresh(3 << 20, 'n');
  bool through = false, sawOld = false, sawNew = false;
  for (int64_t n = 1; !through; ++n) {
    BOOST_REQUIRE(n < 100);
    writeFileAtomic(path, "old");
    through = survives(n, [&] { writeFileAtomic(path, fresh); });
    std::string content = readFile(path);
    BOOST_TEST((content == "old" || content == fresh));
    (content == "old" ? sawOld : sawNew) = true;
  }
  BOOST_TEST(sawOld);
  BOOST_TEST(sawNew);
  BOOST_TEST(readFile(path) == fresh);
  BOOST_TEST(entries(folder.path) == 1u);  // what the killed writers left was taken over by the next one
}

BOOST_AUTO_TEST_CASE(a_log_is_cut_back_to_its_offset) {
  test::TemporaryFolder folder;
  std::string path = folder.file("log");
  {
    AppendFile log(path, 0);
    log.append("one\n");
    BOOST_TEST(log.offset() == 4);
    log.append("two\n");
    log.sync();
  }
  {
    AppendFile log(path, 4);
    log.append("three\n");
  }
  BOOST_TEST(readFile(path) == "one\nthree\n");
  BOOST_TEST(errorOf([&] { AppendFile(path, 99); }) ==
             "`" + path + "` holds 10 bytes, but the checkpoint was made when it held 99: the run folder was changed from outside");
  BOOST_TEST(readFile(path) == "one\nthree\n");
}
