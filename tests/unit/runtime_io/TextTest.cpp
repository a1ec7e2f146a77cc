// Text columns that a tokenizer encodes: tables, JSON Lines, plain text; pairs and their segments; what is cut; complete messages.
#include "DataTestSupport.h"

#include "runtime/data/PlainText.h"
#include "runtime/data/ReadDataset.h"
#include "runtime/text/WordPiece.h"

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

const auto perElement = boost::test_tools::per_element();
using Ids = std::vector<int32_t>;

// [CLS] 1, [SEP] 2, a 3, b 4, " 5
const auto words = std::make_shared<const WordPiece>(WordPiece::fromText("[UNK]\n[CLS]\n[SEP]\na\nb\n\"\n", "vocab.txt", true));

FieldSpec text(int64_t max, std::string first, std::string second = "") {
  FieldSpec field = tokens("text", words->size(), max);
  field.tokenizer = words, field.firstColumn = std::move(first), field.secondColumn = std::move(second);
  return field;
}

FieldSpec segments() {
  FieldSpec field = tokens("segment", 2, 8);
  field.segmentsOf = "text";
  return field;
}

const std::vector<FieldSpec> single{text(8, "sentence"), label("y", 2)};
const std::vector<FieldSpec> pairs{text(8, "one", "two"), segments(), label("y", 2)};

Dataset plain(std::string_view content, const std::vector<FieldSpec> &fields, Labels labels) {
  InputStream stream("a.txt", content);
  DatasetBuilder builder(fields, labels);
  const int64_t rows = readPlainText(stream, builder);
  return builder.finish(rows, {"a.txt"});
}

}  // namespace

BOOST_AUTO_TEST_CASE(a_tsv_column_is_encoded_without_quoting) {
  Dataset data = parsed("a.tsv", "y\tsentence\textra\n1\tA b\tx\n0\t\tx\n1\t\"a\"\tx\n", single);
  BOOST_TEST(data.rows == 3);
  BOOST_TEST(data.columns[0].tokens == (Ids{1, 3, 4, 2, 1, 2, 1, 5, 3, 5, 2}), perElement);  // an empty text is [CLS] [SEP]
  BOOST_TEST(data.columns[0].starts == (std::vector<int64_t>{0, 4, 6, 11}), perElement);
  BOOST_TEST(data.columns[1].labels == (Ids{1, 0, 1}), perElement);
  BOOST_TEST(data.notes().empty());
}

BOOST_AUTO_TEST_CASE(pairs_fill_the_segments_beside_them) {
  const Ids ids{1, 3, 2, 4, 4, 2, 1, 2, 2}, segment{0, 0, 0, 1, 1, 1, 0, 0, 1};
  for (const Dataset &data : {parsed("a.csv", "two,y,one\nb b,0,a\n\"\",1,\n", pairs),
                              parsed("a.jsonl", R"({"one": "a", "two": "b b", "y": 0})" "\n" R"({"one": "", "two": "", "y": 1})" "\n", pairs)}) {
    BOOST_TEST(data.columns[0].tokens == ids, perElement);
    BOOST_TEST(data.columns[1].tokens == segment, perElement);
    BOOST_TEST(data.columns[0].starts == data.columns[1].starts, perElement);
  }
  std::vector<FieldSpec> both{text(8, "sentence"), segments()};
  BOOST_TEST(parsed("a.tsv", "sentence\na\n", both).columns[1].tokens == (Ids{0, 0, 0}), perElement);
}

BOOST_AUTO_TEST_CASE(long_texts_are_cut_and_counted) {
  Dataset data = parsed("a.tsv", "sentence\na b a b\na\na a a\n", {text(4, "sentence")});
  BOOST_TEST(data.columns[0].tokens == (Ids{1, 3, 4, 2, 1, 3, 2, 1, 3, 3, 2}), perElement);
  BOOST_TEST(data.columns[0].cut == 2);
  BOOST_TEST(data.notes() == (std::vector<std::string>{"2 of 3 texts were cut to 4 tokens"}), perElement);
}

BOOST_AUTO_TEST_CASE(lines_of_text_are_samples_where_nothing_else_is_needed) {
  Dataset data = plain("\xEF\xBB\xBF" "a\n\nb\tb\n", single, Labels::Optional);
  BOOST_TEST(data.rows == 3);
  BOOST_TEST(data.columns[0].tokens == (Ids{1, 3, 2, 1, 2, 1, 4, 4, 2}), perElement);
  BOOST_TEST(!data.hasLabels());
  TemporaryFolder folder;
  std::vector<FieldSpec> fields{text(8, "sentence")};
  BOOST_TEST(readDataset("input", {folder.with("a.txt.gz", gzipped("a\n"))}, fields, Labels::Optional).rows == 1);
  BOOST_TEST(errorOf([&] { plain("a\n", single, Labels::Required); }) ==
             "a.txt: a .txt file has one text a line and nothing else, which leaves no place for `y`: class(2); give a .csv, .tsv or .jsonl file");
  BOOST_TEST(errorOf([&] { plain("a\n", pairs, Labels::Optional); }) ==
             "a.txt: a .txt file has one text a line and nothing else, which leaves no place for `text`: tokens(wordpiece, max 8); "
             "give a .csv, .tsv or .jsonl file");
  BOOST_TEST(errorOf([&] { plain("a\n", {label("y", 2)}, Labels::Optional); }) ==
             "a.txt: the model takes no text; give the kind of file that its inputs need");
}

BOOST_AUTO_TEST_CASE(every_mistake_names_the_column) {
  BOOST_TEST(refusal("a.tsv", "text\ty\na\t0\n", single) ==
             "a.tsv:1: no column `sentence` for field `text`: tokens(wordpiece, max 8); the columns are `text`, `y`");
  BOOST_TEST(refusal("a.tsv", "one\ty\na\t0\n", pairs) ==
             "a.tsv:1: no column `two` for field `text`: tokens(wordpiece, max 8); the columns are `one`, `y`");
  BOOST_TEST(refusal("a.tsv", "1\t0\n", single) == "a.tsv:1: no column `sentence` for field `text`: tokens(wordpiece, max 8); the columns are `1`, `0`");
  BOOST_TEST(refusal("a.csv", "sentence,one\na,0\n", single) == "a.csv:1: no column `y` for field `y`: class(2); the columns are `sentence`, `one`");
  BOOST_TEST(refusal("a.tsv", "sentence\tsentence\ty\n", single) == "a.tsv:1: two columns are named `sentence`");
  BOOST_TEST(refusal("a.jsonl", R"({"one": "a", "y": 0})", pairs) ==
             "a.jsonl:1: no member `two`: tokens(wordpiece, max 8); the members are `one`, `y`");
  BOOST_TEST(refusal("a.jsonl", R"({"sentence": [1], "y": 0})", single) == "a.jsonl:1: field `text`: `sentence` is an array, expected a string: the text");
  TemporaryFolder folder;
  std::vector<FieldSpec> fields = single;
  const std::string images = folder.with("a", idx('\x0C', {1, 1}, bigEndian(3)));
  BOOST_TEST(errorOf([&] { readDataset("test", {images, images}, fields); }) ==
             "test data: `text` takes text, which IDX files do not hold; give one .csv, .tsv, .jsonl or .txt file");
}
