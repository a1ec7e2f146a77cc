// JSON Lines: arrays flat or nested, labels by name or number, complete messages.
#include "DataTestSupport.h"

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {
const auto perElement = boost::test_tools::per_element();
const std::vector<FieldSpec> fields{values("x", ValueType::F32, {2, 2}), tokens("t", 10, 3), label("y", 2)};
std::string refused(const std::string &line) { return refusal("a.jsonl", line, fields); }
}  // namespace

BOOST_AUTO_TEST_CASE(arrays_may_be_flat_or_nested_like_the_shape) {
  Dataset data = parsed("a.jsonl", R"({"y": "no", "t": [1], "x": [1, 2.5, 3, 4], "more": {"z": null}})"
                                   "\n"
                                   R"({"x": [[5, 6], [7, 8]], "t": [2, 3, 4], "y": "yes"})"
                                   "\n\n",
                        fields);
  BOOST_TEST(data.rows == 2);
  BOOST_TEST(valuesOf<float>(data.columns[0]) == (std::vector<float>{1, 2.5, 3, 4, 5, 6, 7, 8}), perElement);
  BOOST_TEST(data.columns[1].starts == (std::vector<int64_t>{0, 1, 4}), perElement);
  BOOST_TEST(data.columns[2].labels == (std::vector<int32_t>{0, 1}), perElement);
}

BOOST_AUTO_TEST_CASE(integer_labels_and_scalars) {
  Dataset data = parsed("a.jsonl", R"({"v": 3, "y": 1})", {values("v", ValueType::I32, {}), label("y", 2)});
  BOOST_TEST(valuesOf<int32_t>(data.columns[0]).at(0) == 3);
  BOOST_TEST(data.columns[1].labels.at(0) == 1);
  BOOST_TEST(valuesOf<float>(parsed("a.jsonl", R"({"v": 3})", {values("v", ValueType::F32, {1})}).columns[0]).at(0) == 3);
}

BOOST_AUTO_TEST_CASE(labels_may_be_absent_when_predicting) {
  Dataset data = parsed("a.jsonl", R"({"x": [1, 2, 3, 4], "t": [1]})", fields, Labels::Optional);
  BOOST_TEST(!data.hasLabels());
}

BOOST_AUTO_TEST_CASE(labels_that_are_numbers_in_every_format) {
  const std::vector<FieldSpec> scored{values("v", ValueType::F32, {}), numberLabel("y")};
  for (const Dataset &data : {parsed("a.jsonl", "{\"v\": 1, \"y\": 2.5}\n{\"v\": 2, \"y\": -1}\n", scored),
                              parsed("a.csv", "y,v\n2.5,1\n-1,2\n", scored), parsed("a.tsv", "1\t2.5\n2\t-1\n", scored)}) {
    BOOST_TEST(data.hasLabels());
    BOOST_TEST(data.columns[1].numberAt(0) == 2.5f);
    BOOST_TEST(data.columns[1].numberAt(1) == -1.0f);
  }
  BOOST_TEST(!parsed("a.csv", "v\n1\n", scored, Labels::Optional).hasLabels());
  BOOST_TEST(refusal("a.jsonl", R"({"v": 1, "y": "high"})", scored) == "a.jsonl:1: field `y`: `\"high\"` where a number belongs");
  BOOST_TEST(refusal("a.csv", "v,y\n1,\n", scored) == "a.csv:2: field `y`: 0 numbers, f32, a number as label needs 1");
  BOOST_TEST(refusal("a.csv", "v,y\n1,nan\n", scored) == "a.csv:2: field `y`: value `nan` is not a number");
  BOOST_TEST(parsed("a.csv", "v,y\n1,2\n", scored).identity().sha256 != parsed("a.csv", "v,y\n1,3\n", scored).identity().sha256);
}

BOOST_AUTO_TEST_CASE(every_mistake_names_line_and_field) {
  BOOST_TEST(refused("") == "a.jsonl: empty, expected one JSON object a line");
  BOOST_TEST(refused("{\n").starts_with("a.jsonl:1: not valid JSON: parse error at line 1, column 2"));
  BOOST_TEST(refused("[]\n") == "a.jsonl:1: expected an object, found an array");
  BOOST_TEST(refused(R"({"x": [1,2,3,4], "y": "a"})") == "a.jsonl:1: no member `t`: tokens(10, max 3); the members are `x`, `y`");
  BOOST_TEST(refused(R"({"x": [1,2,3], "t": [1], "y": "a"})") == "a.jsonl:1: field `x`: 3 numbers, f32[2, 2] needs 4");
  BOOST_TEST(refused(R"({"x": [[1,2],[3]], "t": [1], "y": "a"})") == "a.jsonl:1: field `x`: an array of 1, f32[2, 2] needs 2 there");
  BOOST_TEST(refused(R"({"x": [[1,2],3], "t": [1], "y": "a"})") == "a.jsonl:1: field `x`: an integer where an array of 2 belongs");
  BOOST_TEST(refused(R"({"x": [1,2,3,"4"], "t": [1], "y": "a"})") == "a.jsonl:1: field `x`: `\"4\"` where a number belongs");
  BOOST_TEST(refused(R"({"x": [1,2,3,1e300], "t": [1], "y": "a"})") == "a.jsonl:1: field `x`: value `1e+300` is too large for f32");
  BOOST_TEST(refused(R"({"x": [1,2,3,4], "t": "1 2", "y": "a"})") == "a.jsonl:1: field `t`: a string where an array of token ids belongs");
  BOOST_TEST(refused(R"({"x": [1,2,3,4], "t": [1.5], "y": "a"})") == "a.jsonl:1: field `t`: token `1.5` is not an integer id");
  BOOST_TEST(refused(R"({"x": [1,2,3,4], "t": [18446744073709551615], "y": "a"})") ==
             "a.jsonl:1: field `t`: token id 18446744073709551615 is outside the vocabulary of 10 (0 to 9)");
  BOOST_TEST(refused(R"({"x": [1,2,3,4], "t": [1], "y": null})") == "a.jsonl:1: field `y`: the label is null, expected a string or an integer");
  BOOST_TEST(refused(R"({"x": [1,2,3,4], "t": [1], "y": "a\tb"})") == "a.jsonl:1: field `y`: the class name `a?b` holds a tab or a line end");
}
