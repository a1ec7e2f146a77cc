// CSV and TSV: which column is which field, quoting, and the complete message for everything that can be wrong.
#include "DataTestSupport.h"

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {
const auto perElement = boost::test_tools::per_element();
const std::vector<FieldSpec> text{tokens("tokens", 10, 4), label("label", 2)};
const std::vector<FieldSpec> image{values("image", ValueType::U8, {2, 2}), label("digit", 10)};
const std::vector<FieldSpec> flower{values("x", ValueType::F32, {3}), label("kind", 2)};
}  // namespace

BOOST_AUTO_TEST_CASE(columns_are_found_by_name_in_any_order) {
  Dataset data = parsed("a.tsv", "id\tlabel\ttokens\n0\tb\t1 2 3\n1\ta\t[9,8]\n", text);
  BOOST_TEST(data.rows == 2);
  BOOST_TEST(data.columns[0].tokens == (std::vector<int32_t>{1, 2, 3, 9, 8}), perElement);
  BOOST_TEST(data.columns[0].starts == (std::vector<int64_t>{0, 3, 5}), perElement);
  BOOST_TEST(data.columns[1].labels == (std::vector<int32_t>{1, 0}), perElement);
  BOOST_TEST(data.columns[1].spec.names == (std::vector<std::string>{"a", "b"}), perElement);
}

BOOST_AUTO_TEST_CASE(a_values_field_may_spread_over_columns_or_fill_one_cell) {
  for (const char *file : {"digit,image_0,image_1,image_2,image_3\n7,1,2,3,255\n", "image,digit\n1 2 3 255,7\n", "image,digit\n\"[[1,2],[3,255]]\",7\n"}) {
    Dataset data = parsed("a.csv", file, image);
    BOOST_TEST(valuesOf<uint8_t>(data.columns[0]) == (std::vector<uint8_t>{1, 2, 3, 255}), perElement);
    BOOST_TEST(data.columns[1].labels.at(0) == 7);
  }
}

BOOST_AUTO_TEST_CASE(a_file_without_header_is_taken_when_its_cells_fit) {
  Dataset data = parsed("a.csv", "1,2,3,4,7\n5,6,7,8,9\n", image);
  BOOST_TEST(data.rows == 2);
  BOOST_TEST(valuesOf<uint8_t>(data.columns[0]) == (std::vector<uint8_t>{1, 2, 3, 4, 5, 6, 7, 8}), perElement);
  Dataset named = parsed("a.csv", "5.1,3.5,-1e3,setosa\n1,2,3,iris\n", flower);
  BOOST_TEST(valuesOf<float>(named.columns[0]) == (std::vector<float>{5.1f, 3.5f, -1000, 1, 2, 3}), perElement);
  BOOST_TEST(named.columns[1].labels == (std::vector<int32_t>{1, 0}), perElement);
  Dataset unlabelled = parsed("a.csv", "1,2,3,4\n", image, Labels::Optional);
  BOOST_TEST(unlabelled.rows == 1);
  BOOST_TEST(!unlabelled.columns[1].present);
}

BOOST_AUTO_TEST_CASE(quoted_cells_hold_commas_line_ends_and_quotes) {
  std::vector<FieldSpec> fields{tokens("tokens", 10, 4), label("label", 3)};
  Dataset data = parsed("a.csv", "note,label,tokens\r\n\"a,\"\"b\"\"\n c\",\"x, y\",1\r\n,\"say \"\"hi\"\"\",\"2 3\"\r\nq\"q,z,4", fields);
  BOOST_TEST(data.rows == 3);
  BOOST_TEST(data.columns[1].spec.names == (std::vector<std::string>{"say \"hi\"", "x, y", "z"}), perElement);
  BOOST_TEST(refusal("a.csv", "note,label,tokens\n\"a\n\nb\",x,1\nc,y,99\n", fields) ==
             "a.csv:5: field `tokens`: token id 99 is outside the vocabulary of 10 (0 to 9)");
  BOOST_TEST(refusal("a.csv", "label,tokens\nx,\"1\n", fields) == "a.csv:2: a quoted cell is not closed before the end of the file");
  BOOST_TEST(refusal("a.csv", "label,tokens\n\"x\"y,1\n", fields) == "a.csv:2: text after the closing quote of cell 1");
}

BOOST_AUTO_TEST_CASE(in_tsv_a_quote_is_an_ordinary_character) {
  Dataset data = parsed("a.tsv", "label\ttokens\n\"x\t1\n\"\"y\"\t2\n", text);
  BOOST_TEST(data.columns[1].spec.names == (std::vector<std::string>{"\"\"y\"", "\"x"}), perElement);
}

BOOST_AUTO_TEST_CASE(byte_order_mark_and_final_empty_line_are_passed_over) {
  BOOST_TEST(parsed("a.tsv", "\xEF\xBB\xBFlabel\ttokens\na\t1\nb\t2\n\n", text).rows == 2);
}

BOOST_AUTO_TEST_CASE(every_mistake_names_line_and_field) {
  BOOST_TEST(refusal("a.tsv", "", text) == "a.tsv: empty, expected a table with a header line");
  BOOST_TEST(refusal("a.tsv", "sentence\tlabel\nhello world\ta\n", text) ==
             "a.tsv:1: no column `tokens` for field `tokens`: tokens(10, max 4); the columns are `sentence`, `label`");
  BOOST_TEST(refusal("a.csv", "label,pixel\n1,2\n", image) ==
             "a.csv:1: no column `image` or `image_0` to `image_3` for field `image`: u8[2, 2]; the columns are `label`, `pixel`");
  BOOST_TEST(refusal("a.csv", "digit,image_0,image_1\n1,2,3\n", image) ==
             "a.csv:1: column `image_0` is there but `image_2` is not; field `image`: u8[2, 2] needs `image_0` to `image_3`");
  BOOST_TEST(refusal("a.tsv", "label\ttokens\tlabel\na\t1\tb\n", text) == "a.tsv:1: two columns are named `label`");
  BOOST_TEST(refusal("a.tsv", "label\ttokens\na\t1\textra\n", text) == "a.tsv:2: 3 fields, but the header has 2");
  BOOST_TEST(refusal("a.tsv", "label\ttokens\na\t1\n\nb\t1\n", text) == "a.tsv:3: an empty line inside the table");
  BOOST_TEST(refusal("a.tsv", "label\ttokens\na\t1 x 2\n", text) == "a.tsv:2: field `tokens`: token `x` is not an integer id; map words to ids when preparing the data");
  BOOST_TEST(refusal("a.tsv", "label\ttokens\na\t1 -1\n", text) == "a.tsv:2: field `tokens`: token id -1 is outside the vocabulary of 10 (0 to 9)");
  BOOST_TEST(refusal("a.tsv", "label\ttokens\na\t[1,2\n", text) == "a.tsv:2: field `tokens`: the array `[1,2` has no closing `]`");
  BOOST_TEST(refusal("a.tsv", "label\ttokens\na\t \n", text) ==
             "a.tsv:2: field `tokens`: the sequence is empty; every sample needs at least one token (put an unknown-word id there when preparing the data)");
  BOOST_TEST(refusal("a.tsv", "label\ttokens\na\t1 2 3 4 5\n", text) ==
             "a.tsv:2: field `tokens`: the sequence has 5 tokens, the model takes at most 4; cut it when preparing the data, or declare a longer maximum in the model");
  BOOST_TEST(refusal("a.tsv", "label\ttokens\n\t1\n", text) == "a.tsv:2: field `label`: the label is empty");
  BOOST_TEST(refusal("a.csv", "digit,image\n1,1 2 3\n", image) == "a.csv:2: field `image`: 3 numbers, u8[2, 2] needs 4");
  BOOST_TEST(refusal("a.csv", "digit,image\n1,1 2 3 4 5\n", image) == "a.csv:2: field `image`: 5 numbers, u8[2, 2] needs 4");
  BOOST_TEST(refusal("a.csv", "digit,image\n1,1 2 3 256\n", image) ==
             "a.csv:2: field `image`: value `256` is not an integer from 0 to 255, as u8[2, 2] needs");
  BOOST_TEST(refusal("a.csv", "kind,x_0,x_1,x_2\na,1,2,three\n", flower) == "a.csv:2: field `x`: value `three` of element 2 is not a number");
  BOOST_TEST(refusal("a.csv", "kind,x\na,1 2 nan\n", flower) == "a.csv:2: field `x`: value `nan` is not a number");
  BOOST_TEST(refusal("a.csv", "kind,x\na,1 2 1e39\n", flower) == "a.csv:2: field `x`: value `1e39` is too large for f32");
  BOOST_TEST(refusal("a.csv", "1,2,3,4,7\n1,2,3,4\n", image) == "a.csv:2: 4 fields, but the first line has 5");
}

BOOST_AUTO_TEST_CASE(a_rejected_file_without_header_is_described_by_its_cells) {
  BOOST_TEST(refusal("a.csv", "1,2,3\n", image) ==
             "a.csv:1: no column `image` or `image_0` to `image_3` for field `image`: u8[2, 2]; the columns are `1`, `2`, `3`. "
             "Without a header a line has 5 cells for the fields of the model, this one has 3");
}
