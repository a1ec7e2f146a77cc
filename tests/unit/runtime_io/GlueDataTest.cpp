// The GLUE sets of the data root, by name, with BERT's vocabulary: rows, shares of classes.
#include "DataTestSupport.h"

#include "runtime/data/ReadDataset.h"
#include "runtime/text/WordPiece.h"

#include <algorithm>
#include <cstdio>

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

struct Expected {
  const char *task;
  bool pair;
  int64_t classes, train, test;
  int64_t ones;  ///< samples of class 1 among the test samples
};

// The counts of class 1 are from the files, counted with cut and grep.
const Expected sets[] = {
    {"sst2", false, 2, 67349, 872, 444},
    {"mrpc", true, 2, 3668, 408, 279},
    {"cola", false, 2, 8551, 1043, 721},
    {"qnli", true, 2, 9999, 5463, 2761},
    {"mnli", true, 3, 9999, 9815, 3123},
    {"qqp", true, 2, 8999, 1000, 377},
};

bool absent() {
  if (std::filesystem::exists(dataRoot())) return false;
  std::printf("SKIPPED: the data root %s does not exist; set OFFRAMP_DATA\n", dataRoot().c_str());
  return true;
}

}  // namespace

BOOST_AUTO_TEST_CASE(every_local_set_reads_by_name) {
  if (absent()) return;
  const std::string vocabulary = (dataRoot() / "bert_vocab" / "vocab.txt").string();
  const auto words = std::make_shared<const WordPiece>(WordPiece::fromText(readFile(vocabulary), vocabulary, true));
  BOOST_TEST(words->size() == 30522);
  for (const Expected &set : sets) {
    BOOST_TEST_CONTEXT(set.task) {
      FieldSpec text = tokens("text", words->size(), 128), segment = tokens("segment", 2, 128);
      text.tokenizer = words, text.firstColumn = "x", text.secondColumn = set.pair ? "y" : "";
      segment.segmentsOf = "text";
      std::vector<FieldSpec> fields{text, segment, label("label", set.classes)};
      const std::string path = "glue:" + std::string(set.task) + "=" + (dataRoot() / set.task).string();
      BOOST_TEST(readDataset("train", {path}, fields).rows == set.train);
      const Dataset test = readDataset("test", {path}, fields);
      BOOST_TEST(test.rows == set.test);
      BOOST_TEST(std::count(test.columns[2].labels.begin(), test.columns[2].labels.end(), 1) == set.ones);
      const auto &segments = test.columns[1].tokens;
      BOOST_TEST((std::count(segments.begin(), segments.end(), 1) > 0) == set.pair);
      const auto &ids = test.columns[0].tokens;
      BOOST_TEST(std::count(ids.begin(), ids.end(), 101) == test.rows);                           // [CLS]
      BOOST_TEST(std::count(ids.begin(), ids.end(), 102) == test.rows * (set.pair ? 2 : 1));      // [SEP]
      BOOST_TEST(std::count(ids.begin(), ids.end(), 100) * 1000 < (int64_t)ids.size());           // [UNK] is rare
    }
  }
}
