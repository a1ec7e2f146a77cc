// Plain and gzip streams: same content, any damage or cut an error.
#include "TestSupport.h"

#include "runtime/data/InputStream.h"

using namespace offramp::runtime;
using test::errorOf;
using test::gzipped;

namespace {
std::string drained(InputStream &stream) {
  std::string all, piece(777, '\0');
  while (size_t got = stream.read(piece.data(), piece.size())) all.append(piece, 0, got);
  return all;
}
std::string textOfSize(size_t size) {
  std::string text;
  for (uint32_t x = 1; text.size() < size; x = x * 1664525u + 1013904223u) text += (char)(x >> 24);
  return text;
}
}  // namespace

BOOST_AUTO_TEST_CASE(gzip_and_plain_give_the_same_bytes) {
  test::TemporaryFolder folder;
  for (size_t size : {0u, 1u, 2u, 1000u, 262144u, 262145u, 1000000u}) {
    std::string text = textOfSize(size);
    InputStream plain(folder.with("a", text)), packed(folder.with("a.gz", gzipped(text)));
    BOOST_TEST((drained(plain) == text));
    BOOST_TEST((drained(packed) == text));
  }
}

BOOST_AUTO_TEST_CASE(members_and_zero_padding_are_followed) {
  std::string file = gzipped("one,") + gzipped("two") + std::string(20, '\0');
  InputStream stream("a.gz", file);
  BOOST_TEST(drained(stream) == "one,two");
}

BOOST_AUTO_TEST_CASE(a_gzip_file_cut_anywhere_is_an_error) {
  std::string file = gzipped(textOfSize(500));
  for (size_t size = 2; size < file.size(); ++size) {
    std::string cut = file.substr(0, size);
    BOOST_TEST(errorOf([&] {
                 InputStream stream("a.gz", cut);
                 drained(stream);
               }) == "`a.gz`: the gzip data ends in the middle: the file is cut off; copy or download it again");
  }
}

BOOST_AUTO_TEST_CASE(damaged_gzip_is_an_error) {
  std::string file = gzipped(textOfSize(500));
  file[file.size() - 6] ^= 1;  // the checksum
  BOOST_TEST(errorOf([&] {
               InputStream stream("a.gz", file);
               drained(stream);
             }) == "`a.gz`: damaged gzip data (incorrect data check); copy or download the file again");
  std::string rest = gzipped("one") + "garbage";
  BOOST_TEST(errorOf([&] {
               InputStream stream("a.gz", rest);
               drained(stream);
             }) == "`a.gz`: damaged gzip data (incorrect header check); copy or download the file again");
}

BOOST_AUTO_TEST_CASE(lines_end_with_lf_or_crlf_and_are_counted) {
  InputStream stream("a", "one\r\ntwo\n\nlast");
  std::string line;
  std::vector<std::string> lines;
  while (stream.readLine(line)) lines.push_back(line);
  BOOST_TEST(lines == (std::vector<std::string>{"one", "two", "", "last"}), boost::test_tools::per_element());
  BOOST_TEST(stream.line() == 4);
}

BOOST_AUTO_TEST_CASE(missing_files_and_folders_are_named) {
  test::TemporaryFolder folder;
  BOOST_TEST(errorOf([&] { InputStream(folder.file("none")); }) == "cannot read `" + folder.file("none") + "`: No such file or directory");
  BOOST_TEST(errorOf([&] { InputStream(folder.path.string()); }) == "cannot read `" + folder.path.string() + "`: it is a folder, expected a data file");
}
