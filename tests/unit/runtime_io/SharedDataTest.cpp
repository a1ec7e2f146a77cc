// Real sets of the data root ($OFFRAMP_DATA, default ../shared/data): text labels, words mapped to ids and read back, a CSV file
// without header, IDX.
#include "DataTestSupport.h"

#include "runtime/data/ReadDataset.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <sstream>

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

const auto perElement = boost::test_tools::per_element();

bool absent() {
  if (std::filesystem::exists(dataRoot())) return false;
  std::printf("SKIPPED: the data root %s does not exist; set OFFRAMP_DATA\n", dataRoot().c_str());
  return true;
}

std::string path(const std::string &name) { return (dataRoot() / name).string(); }

/// Words in order of appearance get ids from 1; 0 is for words beyond the vocabulary.
std::string prepared(const std::string &source, int64_t vocabulary, int64_t maxWords) {
  InputStream stream(source);
  std::map<std::string, int64_t> ids;
  std::string line, out = "tokens\tlabel\n";
  stream.readLine(line);
  while (stream.readLine(line)) {
    size_t tab = line.find('\t');
    std::istringstream words(line.substr(0, tab));
    std::string word;
    int64_t count = 0;
    for (; count < maxWords && words >> word; ++count) {
      auto [place, added] = ids.emplace(word, (int64_t)ids.size() + 1);
      out += (count ? " " : "") + std::to_string(place->second < vocabulary ? place->second : 0);
    }
    if (count == 0) out += "0";
    out += line.substr(tab) + "\n";
  }
  return out;
}

}  // namespace

BOOST_AUTO_TEST_CASE(agnews_labels_are_the_four_topics) {
  if (absent()) return;
  std::vector<FieldSpec> fields{label("label", 4)};
  BOOST_TEST(readDataset("train", {path("agnews/train.tsv.gz")}, fields).rows == 10001);
  BOOST_TEST(fields[0].names == (std::vector<std::string>{"Business", "Sci/Tech", "Sports", "World"}), perElement);
  BOOST_TEST(readDataset("test", {path("agnews/test.tsv.gz")}, fields).rows == 7600);
}

BOOST_AUTO_TEST_CASE(agnews_text_must_be_prepared_and_then_reads) {
  if (absent()) return;
  std::vector<FieldSpec> fields{tokens("tokens", 5000, 64), label("label", 4)};
  const std::string source = path("agnews/train.tsv.gz");
  BOOST_TEST(errorOf([&] { readDataset("train", {source}, fields); }) ==
             source + ":1: no column `tokens` for field `tokens`: tokens(5000, max 64); the columns are `text`, `label`");
  TemporaryFolder folder;
  std::string text = prepared(source, 5000, 64);
  Dataset plain = readDataset("train", {folder.with("a.tsv", text)}, fields);
  Dataset packed = readDataset("train", {folder.with("a.tsv.gz", gzipped(text))}, fields);
  BOOST_TEST(plain.rows == 10001);
  BOOST_TEST((plain.identity() == packed.identity()));
  int64_t longest = 0;
  for (int64_t row = 0; row < plain.rows; ++row) longest = std::max(longest, plain.columns[0].lengthOf(row));
  BOOST_TEST(longest == 64);
}

BOOST_AUTO_TEST_CASE(optdigits_has_no_header) {
  if (absent()) return;
  std::vector<FieldSpec> fields{values("image", ValueType::U8, {8, 8}), label("digit", 10)};
  Dataset train = readDataset("train", {path("optdigits/train.csv")}, fields);
  BOOST_TEST(train.rows == 3823);
  auto pixels = valuesOf<uint8_t>(train.columns[0]);
  BOOST_TEST((int)*std::max_element(pixels.begin(), pixels.end()) == 16);
  BOOST_TEST(readDataset("test", {path("optdigits/test.csv")}, fields).rows == 1797);
}

BOOST_AUTO_TEST_CASE(mnist_test_part_is_idx) {
  if (absent()) return;
  std::vector<FieldSpec> fields{values("image", ValueType::F32, {28, 28}), label("digit", 10)};
  Dataset data = readDataset("test", {path("mnist10k/t10k-images-idx3-ubyte.gz"), path("mnist10k/t10k-labels-idx1-ubyte.gz")}, fields);
  BOOST_TEST(data.rows == 10000);
  BOOST_TEST(data.columns[1].labels[0] == 7);  // the first MNIST test digit
}

BOOST_AUTO_TEST_CASE(stackoverflow_labels_count_from_one) {
  if (absent()) return;
  std::vector<FieldSpec> fields{label("label", 20)};
  BOOST_TEST(readDataset("train", {path("stackoverflow/train.tsv")}, fields).rows == 18000);
  BOOST_TEST(fields[0].names[1] == "2");
  BOOST_TEST(fields[0].names[9] == "10");
}
