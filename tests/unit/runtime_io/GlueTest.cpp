// GLUE by name: the files' layouts, the order of classes, texts by place, and what is refused. The real files, where the data root exists,
// are read by GlueDataTest.
#include "DataTestSupport.h"

#include "runtime/data/BatchBuilder.h"
#include "runtime/data/DataArgument.h"
#include "runtime/data/Glue.h"
#include "runtime/text/WordPiece.h"

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

const auto perElement = boost::test_tools::per_element();
using Ids = std::vector<int32_t>;

const auto words = std::make_shared<const WordPiece>(WordPiece::fromText("[UNK]\n[CLS]\n[SEP]\na\nb\n", "vocab.txt", true));

std::vector<FieldSpec> fieldsFor(bool pair, int64_t classes, std::vector<std::string> names = {}) {
  FieldSpec text = tokens("words", words->size(), 16);
  text.tokenizer = words, text.firstColumn = "left";
  if (pair) text.secondColumn = "right";
  return {text, label("answer", classes, std::move(names))};
}

std::string refused(const std::string &argument) {
  try {
    parseDataArguments({argument});
  } catch (const offramp::UsageError &error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

BOOST_AUTO_TEST_CASE(one_argument_gives_train_and_test) {
  DataArguments data = parseDataArguments({"glue:mrpc=some/mrpc"});
  BOOST_TEST(data.size() == 2u);
  BOOST_TEST(data["train"].at(0) == "glue:mrpc=some/mrpc");
  BOOST_TEST(data["test"].at(0) == "glue:mrpc=some/mrpc");
  BOOST_TEST(absoluteDataPath("glue:mrpc=some/../mrpc") == "glue:mrpc=" + (std::filesystem::current_path() / "mrpc").string());
  BOOST_TEST(parseDataArguments({"valid=glue:rte=x"})["valid"].at(0) == "glue:rte=x");
  BOOST_TEST(refused("glue:mrpc") == "`glue:mrpc`: expected glue:TASK=DIR, for instance `glue:mrpc=data/mrpc`");
  BOOST_TEST(refused("glue:snli=x") == "`glue:snli=x`: there is no task `snli`; the tasks are cola, mnli, mrpc, qnli, qqp, rte, sst2, stsb");
  BOOST_TEST(refused("train=glue:rte=x,y") == "`--data train=glue:rte=x,y`: `glue:rte=x` is a whole split; it is given alone");
  BOOST_TEST(refused("train=y,glue:rte=x") == "`--data train=y,glue:rte=x`: `glue:rte=x` is a whole split; it is given alone");
}

BOOST_AUTO_TEST_CASE(texts_go_to_the_text_field_by_place_and_labels_keep_the_benchmarks_order) {
  TemporaryFolder folder;
  folder.with("train.tsv", "index\tsentence1\tsentence2\tlabel\n0\ta\tb\tnot_entailment\n1\tb\ta\tentailment\n");
  folder.with("dev.tsv.gz", gzipped("index\tsentence1\tsentence2\tlabel\n0\ta\ta\tentailment\n"));
  std::vector<FieldSpec> fields = fieldsFor(true, 2);
  Dataset train = readDataset("train", {"glue:rte=" + folder.path.string()}, fields);
  BOOST_TEST(train.columns[0].tokens == (Ids{1, 3, 2, 4, 2, 1, 4, 2, 3, 2}), perElement);
  BOOST_TEST(train.columns[1].labels == (Ids{1, 0}), perElement);
  BOOST_TEST(train.columns[1].spec.name == "answer");
  BOOST_TEST(train.columns[0].spec.firstColumn == "left");
  BOOST_TEST(train.task == "rte");
  BOOST_TEST(fields[1].names == (std::vector<std::string>{"entailment", "not_entailment"}), perElement);
  Dataset test = readDataset("test", {"glue:rte=" + folder.path.string()}, fields, Labels::Optional);
  BOOST_TEST(test.rows == 1);
  BOOST_TEST(test.columns[1].labels.at(0) == 0);
}

BOOST_AUTO_TEST_CASE(cola_has_no_header_line) {
  TemporaryFolder folder;
  folder.with("train.tsv", "gj04\t1\t\ta b\ngj04\t0\t*\tb\n");
  std::vector<FieldSpec> fields = fieldsFor(false, 2);
  Dataset data = readDataset("train", {"glue:cola=" + folder.path.string()}, fields);
  BOOST_TEST(data.columns[0].tokens == (Ids{1, 3, 4, 2, 1, 4, 2}), perElement);
  BOOST_TEST(data.columns[1].labels == (Ids{1, 0}), perElement);
  folder.with("dev.tsv", "gj04\t1\ta b\n");
  const std::string path = folder.file("dev.tsv");
  BOOST_TEST(errorOf([&] { readDataset("test", {"glue:cola=" + folder.path.string()}, fields); }) == path + ":1: 3 fields, but the header has 4");
}

BOOST_AUTO_TEST_CASE(the_label_of_stsb_is_a_number_and_quotes_are_ordinary_characters) {
  TemporaryFolder folder;
  const std::string header = "index\tgenre\tfilename\tyear\told_index\tsource1\tsource2\tsentence1\tsentence2\tscore\n";
  folder.with("train.tsv", header + "0\tmain-captions\tMSRvid\t2012test\t0001\tnone\tnone\ta\tb\t5.000\n"
                                    "1\tmain-captions\tMSRvid\t2012test\t0004\tnone\tnone\t\"a\tb \"b\"\t3.800\n");
  std::vector<FieldSpec> fields = fieldsFor(true, 0);
  fields[1].dtype = ValueType::F32;
  const std::string glue = "glue:stsb=" + folder.path.string();
  Dataset train = readDataset("train", {glue}, fields);
  BOOST_TEST(train.rows == 2);
  BOOST_TEST(train.columns[1].numberAt(0) == 5.0f);
  BOOST_TEST(train.columns[1].numberAt(1) == 3.8f);
  BOOST_TEST(train.columns[1].spec.names.empty());
  BOOST_TEST(train.task == "stsb");
  BOOST_TEST(train.hasLabels());
  BatchBuilder builder(train, 0);
  builder.build(std::vector<int64_t>{1, 0});
  BOOST_TEST(static_cast<const float *>(builder.inputs()[1])[0] == 3.8f);
  folder.with("dev.tsv", header + "0\tg\tf\ty\t1\tnone\tnone\ta\tb\thigh\n");
  const std::string path = folder.file("dev.tsv");
  BOOST_TEST(errorOf([&] { readDataset("test", {glue}, fields); }) == path + ":2: field `score`: value `high` is not a number");
  std::vector<FieldSpec> classes = fieldsFor(true, 2);
  BOOST_TEST(errorOf([&] { readDataset("train", {glue}, classes); }) ==
             "`glue:stsb` has a number as label, but `answer` of the model is a class of 2; declare it as `f32`");
  BOOST_TEST(errorOf([&] { readDataset("train", {"glue:rte=" + folder.path.string()}, fields); }) ==
             "`glue:rte` has 2 classes (entailment, not_entailment), but `answer` of the model is a number");
}

BOOST_AUTO_TEST_CASE(a_model_that_does_not_fit_the_task_is_refused) {
  TemporaryFolder folder;
  auto refusal = [&](const std::string &task, std::vector<FieldSpec> fields) {
    const std::string message = errorOf([&] { readDataset("train", {"glue:" + task + "=" + folder.path.string()}, fields); });
    return replaced(message, folder.path.string(), "DIR");
  };
  BOOST_TEST(refusal("sst2", fieldsFor(true, 2)) ==
             "`glue:sst2` has single texts, but `words` of the model takes pairs; declare it without `first` and `second`");
  BOOST_TEST(refusal("mrpc", fieldsFor(false, 2)) ==
             "`glue:mrpc` has pairs of texts, but `words` of the model takes single ones; declare it with `first = \"#1 String\", second = \"#2 String\"`");
  BOOST_TEST(refusal("mnli", fieldsFor(true, 2)) ==
             "`glue:mnli` has 3 classes (entailment, neutral, contradiction), but `answer` of the model has 2");
  BOOST_TEST(refusal("sst2", {label("answer", 2)}) ==
             "`glue:sst2` gives texts; the model needs exactly one input of text, `tokens(wordpiece(\"vocab.txt\"), …)`");
  std::vector<FieldSpec> more = fieldsFor(false, 2);
  more.push_back(values("x", ValueType::F32, {2}));
  BOOST_TEST(refusal("sst2", more) == "`glue:sst2` has texts and one label, but the model also takes `x`: f32[2]");
  std::vector<FieldSpec> unlabelled = fieldsFor(false, 2);
  unlabelled.pop_back();
  BOOST_TEST(refusal("sst2", unlabelled) == "`glue:sst2` is for models with a label");
  BOOST_TEST(refusal("sst2", fieldsFor(false, 2)) ==
             "train data: neither `DIR/train.tsv` nor `DIR/train.tsv.gz` exists, which `glue:sst2` needs; README.md, section Data, says how to get each data set");
  folder.with("train.tsv", "text\tlabel\na\t0\n");
  BOOST_TEST(refusal("sst2", fieldsFor(false, 2)) ==
             "DIR/train.tsv:1: no column `sentence` for field `words`: tokens(wordpiece, max 16); the columns are `text`, `label`");
}
