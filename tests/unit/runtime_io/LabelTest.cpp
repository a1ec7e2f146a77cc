// Class names: fixed by the model, learned from data, kept for the next split.
#include "DataTestSupport.h"

#include "runtime/data/ReadDataset.h"

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {
const auto perElement = boost::test_tools::per_element();

std::string table(const std::vector<std::string> &labels) {
  std::string file = "t\tlabel\n";
  for (const std::string &label : labels) file += "1\t" + label + "\n";
  return file;
}

Column labelled(const std::vector<std::string> &labels, const FieldSpec &field) {
  return parsed("a.tsv", table(labels), {tokens("t", 2, 1), field}).columns[1];
}

std::string refused(const std::vector<std::string> &labels, const FieldSpec &field) {
  return refusal("a.tsv", table(labels), {tokens("t", 2, 1), field});
}
}  // namespace

BOOST_AUTO_TEST_CASE(text_labels_are_sorted) {
  Column column = labelled({"World", "Business", "Sports", "World"}, label("label", 3));
  BOOST_TEST(column.spec.names == (std::vector<std::string>{"Business", "Sports", "World"}), perElement);
  BOOST_TEST(column.labels == (std::vector<int32_t>{2, 0, 1, 2}), perElement);
}

BOOST_AUTO_TEST_CASE(class_numbers_from_zero_keep_their_number_even_if_some_are_missing) {
  Column column = labelled({"3", "1"}, label("label", 4));
  BOOST_TEST(column.spec.names == (std::vector<std::string>{"0", "1", "2", "3"}), perElement);
  BOOST_TEST(column.labels == (std::vector<int32_t>{3, 1}), perElement);
}

BOOST_AUTO_TEST_CASE(other_numbers_are_sorted_as_numbers) {
  Column column = labelled({"10", "2", "3"}, label("label", 3));
  BOOST_TEST(column.spec.names == (std::vector<std::string>{"2", "3", "10"}), perElement);
  BOOST_TEST(column.labels == (std::vector<int32_t>{2, 0, 1}), perElement);
}

BOOST_AUTO_TEST_CASE(numbers_among_texts_are_texts) {
  BOOST_TEST(labelled({"10", "2", "b"}, label("label", 3)).spec.names == (std::vector<std::string>{"10", "2", "b"}), perElement);
}

BOOST_AUTO_TEST_CASE(given_names_decide_and_numbers_stand_for_them) {
  FieldSpec field = label("label", 3, {"shirt", "coat", "bag"});
  BOOST_TEST(labelled({"bag", "shirt", "1"}, field).labels == (std::vector<int32_t>{2, 0, 1}), perElement);
  BOOST_TEST(refused({"hat"}, field) == "a.tsv:2: field `label`: `hat` is none of the 3 classes: `shirt`, `coat`, `bag`");
  BOOST_TEST(refused({"bag", "3"}, field) == "a.tsv:3: field `label`: class number 3 is outside 0 to 2");
  // With numbers as names, a number is a name and nothing else.
  BOOST_TEST(refused({"0"}, label("label", 2, {"1", "2"})) == "a.tsv:2: field `label`: `0` is none of the 2 classes: `1`, `2`");
  BOOST_TEST(refused({"0"}, label("label", 3, {"1", "2"})) == "field `label`: 2 class names for 3 classes");
}

BOOST_AUTO_TEST_CASE(too_many_and_too_few_are_named) {
  BOOST_TEST(refused({"a", "b", "c"}, label("label", 2)) ==
             "a.tsv:4: field `label`: `c` is one label too many: the model has 2 classes and before it came `a`, `b`");
  BOOST_TEST(refused({"a", "b"}, label("label", 3)) ==
             "a.tsv: field `label`: 2 distinct labels (`a`, `b`), but the model has 3 classes; give all class names in the model: class(\"names.txt\")");
}

BOOST_AUTO_TEST_CASE(names_learned_on_one_split_hold_for_the_next) {
  TemporaryFolder folder;
  std::vector<FieldSpec> fields{tokens("t", 2, 1), label("label", 2)};
  readDataset("train", {folder.with("train.tsv", table({"x", "y"}))}, fields);
  BOOST_TEST(fields[1].names == (std::vector<std::string>{"x", "y"}), perElement);
  BOOST_TEST(readDataset("test", {folder.with("test.tsv", table({"y"}))}, fields).columns[1].labels.at(0) == 1);
  std::string path = folder.with("bad.tsv", table({"z"}));
  BOOST_TEST(errorOf([&] { readDataset("test", {path}, fields); }) == path + ":2: field `label`: `z` is none of the 2 classes: `x`, `y`");
}

BOOST_AUTO_TEST_CASE(class_names_come_from_a_file) {
  TemporaryFolder folder;
  BOOST_TEST(readClassNames(folder.with("n", "T-shirt/top\nTrouser \n\n")) == (std::vector<std::string>{"T-shirt/top", "Trouser"}), perElement);
  std::string path = folder.with("twice", "a\nb\na\n");
  BOOST_TEST(errorOf([&] { readClassNames(path); }) == path + ":3: class name `a` stands on line 1 already");
  path = folder.with("gap", "a\n\nb\n");
  BOOST_TEST(errorOf([&] { readClassNames(path); }) == path + ":2: an empty line among the class names");
  path = folder.with("empty", "\n");
  BOOST_TEST(errorOf([&] { readClassNames(path); }) == path + ": no class names in it");
}

BOOST_AUTO_TEST_CASE(labels_that_the_model_does_not_know_are_refused_or_leave_the_column_out) {
  const std::vector<FieldSpec> fields{tokens("t", 2, 1), label("label", 2, {"no", "yes"})}, scores{tokens("t", 2, 1), numberLabel("score")};
  struct Case {
    const char *name, *text;
    const std::vector<FieldSpec> &fields;
    const char *refusal;
  };
  const Case cases[] = {
      {"a.tsv", "t\tlabel\n1\tyes\n1\toos\n0\tno\n", fields, "a.tsv:3: field `label`: `oos` is none of the 2 classes: `no`, `yes`"},
      {"a.csv", "t,label\n1,-1\n", fields, "a.csv:2: field `label`: class number -1 is outside 0 to 1"},
      {"a.csv", "t,label\n1,\n0,yes\n", fields, "a.csv:2: field `label`: the label is empty"},
      {"a.jsonl", "{\"t\": [1], \"label\": null}\n", fields, "a.jsonl:1: field `label`: the label is null, expected a string or an integer"},
      {"a.jsonl", "{\"t\": [1], \"label\": \"no\"}\n{\"t\": [0]}\n", fields, "a.jsonl:2: no member `label`: class(2); the members are `t`"},
      {"a.csv", "t,score\n1,0.5\n1,unknown\n", scores, "a.csv:3: field `score`: value `unknown` is not a number"},
  };
  for (const Case &c : cases) {
    BOOST_TEST_CONTEXT(c.refusal) {
      BOOST_TEST(refusal(c.name, c.text, c.fields) == c.refusal);
      BOOST_TEST(refusal(c.name, c.text, c.fields, Labels::Optional) == c.refusal);
      const Dataset data = parsed(c.name, c.text, c.fields, Labels::IfKnown);
      BOOST_TEST(!data.hasLabels());
      BOOST_TEST(data.columns[0].starts.size() == size_t(data.rows) + 1);
      BOOST_TEST(data.notes() == (std::vector<std::string>{c.refusal + std::string("; no label of these data is used")}), perElement);
    }
  }
  const Dataset known = parsed("a.tsv", "t\tlabel\n1\tyes\n", fields, Labels::IfKnown);
  BOOST_TEST(known.hasLabels());
  BOOST_TEST(known.notes().empty());
}
