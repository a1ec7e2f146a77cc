// Hugging Face folders: a small BERT is imported tensor by tensor and exported to the same bytes; every way in which a folder can be wrong has
// its message, and nothing is left behind.
#include "TestSupport.h"

#include "runtime/core/Files.h"
#include "runtime/core/Json.h"
#include "runtime/core/Safetensors.h"
#include "runtime/hf/BertTensors.h"
#include "runtime/hf/ExportBert.h"
#include "runtime/hf/ImportBert.h"
#include "runtime/hf/StartingModel.h"

#include <bit>
#include <cstring>
#include <list>
#include <map>

using namespace offramp::runtime;
using test::errorOf;
namespace fs = std::filesystem;

namespace {

constexpr const char *kVocabulary = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nthe\nfilm\n##s\n";

/// A folder with two layers of width 4; members may be changed before `write`.
struct Folder {
  test::TemporaryFolder temporary;
  fs::path path = fs::path(temporary.file("bert")), out = fs::path(temporary.file("out"));
  Json config = {{"model_type", "bert"}, {"hidden_act", "gelu"},         {"num_hidden_layers", 2},       {"hidden_size", 4},     {"num_attention_heads", 2},
                 {"intermediate_size", 6}, {"vocab_size", 8}, {"max_position_embeddings", 10}, {"type_vocab_size", 2}, {"layer_norm_eps", 1e-12}};
  std::string vocabulary = kVocabulary, prefix;
  struct Tensor {
    std::vector<int64_t> shape;
    std::vector<float> values;
  };
  std::map<std::string, Tensor> tensors;

  explicit Folder(bool head = false, int64_t classes = 3) {
    fs::create_directories(path);
    hf::BertConfig sizes;
    sizes.layers = 2, sizes.width = 4, sizes.heads = 2, sizes.hidden = 6, sizes.vocabulary = 8, sizes.positions = 10, sizes.segments = 2;
    for (const hf::TensorPair &pair : hf::encoderTensors(sizes)) add(pair);
    if (!head) return;
    for (const hf::TensorPair &pair : hf::poolerTensors(sizes)) add(pair);
    for (const hf::TensorPair &pair : hf::classifierTensors(sizes, classes)) add(pair);
  }

  void add(const hf::TensorPair &pair) {
    Tensor tensor{pair.shape, {}};
    int64_t elements = 1;
    for (int64_t size : pair.shape) elements *= size;
    for (int64_t i = 0; i < elements; ++i) tensor.values.push_back((float)(tensors.size() + 1) + 0.015625f * (float)i);  // exact in bf16 too where small
    tensors.emplace(pair.theirs, std::move(tensor));
  }

  void write() {
    writeFileAtomic(path / "config.json", config.dump());
    writeFileAtomic(path / "vocab.txt", vocabulary);
    std::vector<TensorToWrite> all;
    for (const auto &[name, tensor] : tensors)
      all.push_back({(name.starts_with("classifier") ? "" : prefix) + name, TensorType::F32, tensor.shape, tensor.values.data()});
    writeSafetensors(path / "model.safetensors", std::move(all), {{"format", "pt"}});
  }

  static fs::path starting() { return fs::path(OFFRAMP_SOURCE_DIR) / "stdlib/starting"; }
  hf::ImportSummary import(int64_t classes = 0, bool head = true) { return hf::importBert({path, out, classes, 8, {"sentence"}, head, starting(), {}}); }
  hf::ImportSummary import(std::vector<std::string> columns, const std::string &method = "") {
    return hf::importBert({path, out, 0, 8, std::move(columns), true, starting(), method});
  }

  std::string refusal(int64_t classes = 0) {
    write();
    std::string message = errorOf([&] { import(classes); });
    BOOST_TEST(!fs::exists(out));
    BOOST_TEST(!fs::exists(out.parent_path() / ".out.making"));
    for (size_t at; (at = message.find(path.string())) != std::string::npos;) message.replace(at, path.string().size(), "DIR");
    return message;
  }
};

float element(const SafetensorsFile &file, const std::string &name, std::vector<int64_t> shape, int64_t at) {
  float value = 0;
  std::memcpy(&value, file.expect(name, TensorType::F32, shape).data + 4 * at, 4);
  return value;
}

}  // namespace

BOOST_AUTO_TEST_CASE(linear_weights_are_transposed_and_key_and_value_joined) {
  Folder folder;
  folder.write();
  hf::ImportSummary summary = folder.import();
  BOOST_TEST(summary.tensors == (int64_t)folder.tensors.size());
  BOOST_TEST(!summary.pooler);
  BOOST_TEST(summary.leftOut.empty());
  SafetensorsFile file = SafetensorsFile::open(folder.out / "weights.safetensors");
  const auto &key = folder.tensors.at("encoder.layer.1.attention.self.key.weight").values, &value = folder.tensors.at("encoder.layer.1.attention.self.value.weight").values;
  for (int64_t out = 0; out < 4; ++out)
    for (int64_t in = 0; in < 4; ++in) {
      BOOST_TEST(element(file, "stage.2.layer.attention.key_value.weight", {4, 8}, in * 8 + out) == key[(size_t)(out * 4 + in)]);
      BOOST_TEST(element(file, "stage.2.layer.attention.key_value.weight", {4, 8}, in * 8 + 4 + out) == value[(size_t)(out * 4 + in)]);
    }
  BOOST_TEST(element(file, "embed.word.weight", {8, 4}, 13) == folder.tensors.at("embeddings.word_embeddings.weight").values[13]);
  BOOST_TEST(element(file, "stage.1.layer.output_norm.gain", {4}, 2) == folder.tensors.at("encoder.layer.0.output.LayerNorm.weight").values[2]);
  BOOST_TEST(readFile(folder.out / "vocab.txt") == kVocabulary);
  const std::string model = readFile(folder.out / "model.ramp");
  BOOST_TEST(model.find("bert(stages = 2, width = 4, heads = 2, hidden = 6, places = 10)(text, segment)") != std::string::npos, model);
  BOOST_TEST(model.find("wordpiece(\"vocab.txt\"), max = 8") != std::string::npos, model);
}

BOOST_AUTO_TEST_CASE(a_classifier_goes_in_and_comes_out_as_it_was) {
  Folder folder(true);
  folder.prefix = "bert.";
  folder.config["id2label"] = {{"0", "no"}, {"1", "yes"}, {"2", "maybe"}};
  folder.write();
  hf::ImportSummary summary = folder.import();
  BOOST_TEST(summary.classifier);
  BOOST_TEST(summary.classes == 3);
  BOOST_TEST(readFile(folder.out / "classes.txt") == "no\nyes\nmaybe\n");
  const fs::path back = folder.temporary.file("back");
  hf::ExportSummary exported = hf::exportBert({folder.out / "weights.safetensors", folder.path, back, {"no", "yes", "maybe"}});
  BOOST_TEST(exported.classes == 3);
  BOOST_TEST(exported.leftOut.empty());
  BOOST_TEST(readFile(back / "model.safetensors") == readFile(folder.path / "model.safetensors"));
  Json config = readJsonFile(back / "config.json");
  BOOST_TEST(config["architectures"][0] == "BertForSequenceClassification");
  BOOST_TEST(config["id2label"]["2"] == "maybe");
  BOOST_TEST(readFile(back / "vocab.txt") == kVocabulary);
}

BOOST_AUTO_TEST_CASE(a_classifier_of_one_output_predicts_a_number) {
  Folder folder(true, 1);
  folder.config["id2label"] = {{"0", "LABEL_0"}};
  folder.write();
  hf::ImportSummary summary = folder.import();
  BOOST_TEST(summary.classifier);
  BOOST_TEST(summary.classes == 1);
  const std::string model = readFile(folder.out / "model.ramp");
  BOOST_TEST(model.find("score: f32") != std::string::npos, model);
  BOOST_TEST(model.find("head = Classifier(1)") != std::string::npos, model);
  BOOST_TEST(!fs::exists(folder.out / "classes.txt"));
  const fs::path back = folder.temporary.file("back");
  BOOST_TEST(hf::exportBert({folder.out / "weights.safetensors", folder.path, back, {}}).classes == 1);
  BOOST_TEST(readJsonFile(back / "config.json")["problem_type"] == "regression");

  fs::remove_all(folder.out);
  BOOST_TEST(errorOf([&] { folder.import({"sentence"}, "consistentee"); }) == "starting model `consistentee`: its label is a class, and here it is a number");
  BOOST_TEST(!fs::exists(folder.out));
}

BOOST_AUTO_TEST_CASE(columns_of_the_text_are_named_in_the_model) {
  Folder folder;
  folder.write();
  folder.import({"premise", "#2 String"}, "consistentee");
  const std::string model = readFile(folder.out / "model.ramp");
  BOOST_TEST(model.find("max = 8, first = \"premise\", second = \"#2 String\")") != std::string::npos, model);
  BOOST_TEST(model.find("gate = confidence_gate()(head)") != std::string::npos, model);
  fs::remove_all(folder.out);
  BOOST_TEST(errorOf([&] { folder.import({"a\"b"}); }) == "column `a\"b`: a name is not empty and has no quote, backslash or control character");
  BOOST_TEST(errorOf([&] { folder.import({"a", "b", "c"}); }) == "a text is in one column or two, 3 are named");
  BOOST_TEST(errorOf([&] { folder.import({"a"}, "magic"); }) == "there is no starting model `magic`; there are agreement, consistentee, max-probability");
  BOOST_TEST(errorOf([&] { hf::importBert({folder.path, folder.out, 0, 8, {"a"}, true, "nowhere", {}}); }) ==
             "the library has no folder `nowhere` of starting models");
  BOOST_TEST(errorOf([&] { folder.import({"a"}, "agreement"); }) == "starting model `agreement`: its label is a number, and here it is one of 2 classes");
  BOOST_TEST(!fs::exists(folder.out));
}

BOOST_AUTO_TEST_CASE(starting_texts_are_filled_in_or_refused) {
  hf::StartingModel model;
  model.classes = 3;
  BOOST_TEST(hf::startingModelText(model, "@origin@: @class@, @classes@\n", "x") == "An imported encoder: class[3], 3\n");
  BOOST_TEST(errorOf([&] { hf::startingModelText(model, "@class@ @colour@", "x"); }) == "x: nothing takes the place of `@colour@`");
  BOOST_TEST(errorOf([&] { hf::startingModelText(model, "@class@ a@b", "x"); }) == "x: a `@` without an end");
}

BOOST_AUTO_TEST_CASE(half_precision_and_old_names_are_read) {
  Folder folder;
  folder.write();
  std::list<std::vector<uint16_t>> halves;
  std::vector<TensorToWrite> all;
  for (const auto &[name, tensor] : folder.tensors) {
    std::vector<uint16_t> &half = halves.emplace_back();
    const bool brain = name.find("layer.0") != std::string::npos;
    for (float value : tensor.values) half.push_back(brain ? (uint16_t)(std::bit_cast<uint32_t>(value) >> 16) : std::bit_cast<uint16_t>((_Float16)value));
    std::string old = name;
    if (old.ends_with("LayerNorm.weight")) old.replace(old.size() - 6, 6, "gamma");
    if (old.ends_with("LayerNorm.bias")) old.replace(old.size() - 4, 4, "beta");
    all.push_back({old, brain ? TensorType::BF16 : TensorType::F16, tensor.shape, half.data()});
  }
  writeSafetensors(folder.path / "model.safetensors", std::move(all));
  folder.import();
  SafetensorsFile file = SafetensorsFile::open(folder.out / "weights.safetensors");
  const float gain = folder.tensors.at("encoder.layer.1.output.LayerNorm.weight").values[1];
  BOOST_TEST(element(file, "stage.2.layer.output_norm.gain", {4}, 1) == (float)(_Float16)gain);
  const float weight = folder.tensors.at("encoder.layer.0.output.dense.bias").values[3];
  BOOST_TEST(element(file, "stage.1.layer.output.bias", {4}, 3) == std::bit_cast<float>(std::bit_cast<uint32_t>(weight) & 0xffff0000u));
}

BOOST_AUTO_TEST_CASE(a_language_models_head_is_left_out_by_name) {
  Folder folder;
  folder.tensors["cls.predictions.bias"] = {{8}, std::vector<float>(8, 1)};
  folder.write();
  BOOST_TEST(folder.import().leftOut == std::vector<std::string>{"cls.predictions.bias"}, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(the_head_can_be_left_out) {
  Folder folder(true);
  folder.write();
  hf::ImportSummary summary = folder.import(0, false);
  BOOST_TEST(!summary.classifier);
  BOOST_TEST(summary.leftOut == (std::vector<std::string>{"classifier.bias", "classifier.weight", "pooler.dense.bias", "pooler.dense.weight"}),
             boost::test_tools::per_element());
  SafetensorsFile file = SafetensorsFile::open(folder.out / "weights.safetensors");
  for (const TensorView &tensor : file.tensors()) BOOST_TEST(!tensor.name.starts_with("head."));
}

BOOST_AUTO_TEST_CASE(wrong_folders_are_refused_by_name) {
  auto with = [](auto change, int64_t classes = 0) {
    Folder folder(true);
    change(folder);
    return folder.refusal(classes);
  };
  BOOST_TEST(with([](Folder &f) { f.config["model_type"] = "roberta"; }) ==
             "DIR/config.json: `model_type` is \"roberta\"; encoders of type \"bert\" are supported (BERT, MiniLM and what has the same layers), others are not yet");
  BOOST_TEST(with([](Folder &f) { f.config["hidden_act"] = "gelu_new"; }) == "DIR/config.json: `hidden_act` is \"gelu_new\", only \"gelu\" is supported (the exact GELU)");
  BOOST_TEST(with([](Folder &f) { f.config["position_embedding_type"] = "relative_key"; }) ==
             "DIR/config.json: `position_embedding_type` is \"relative_key\", only \"absolute\" is supported");
  BOOST_TEST(with([](Folder &f) { f.config["is_decoder"] = true; }) == "DIR/config.json: `is_decoder` is true; only encoders are supported");
  BOOST_TEST(with([](Folder &f) { f.config["num_attention_heads"] = 3; }) == "DIR/config.json: `hidden_size` 4 is not a multiple of `num_attention_heads` 3");
  BOOST_TEST(with([](Folder &f) { f.config["vocab_size"] = 7; }) == "`DIR`: the vocabulary has 8 tokens, `vocab_size` of config.json is 7");
  BOOST_TEST(with([](Folder &f) { f.config["vocab_size"] = 9; }) ==
             "DIR/model.safetensors: tensor `embeddings.word_embeddings.weight` has shape [8, 4], config.json calls for [9, 4]");
  BOOST_TEST(with([](Folder &f) { f.tensors.erase("encoder.layer.1.intermediate.dense.bias"); }) ==
             "DIR/model.safetensors: no tensor `encoder.layer.1.intermediate.dense.bias`, which config.json calls for with shape [6]");
  BOOST_TEST(with([](Folder &f) { f.tensors["encoder.layer.2.output.dense.bias"] = {{4}, std::vector<float>(4)}; }) ==
             "DIR/model.safetensors: tensor `encoder.layer.2.output.dense.bias` belongs to no part of a BERT encoder or classifier; another architecture, or another "
             "version of its code");
  BOOST_TEST(with([](Folder &) {}, 2) == "`--classes` is 2, the classifier of `DIR` has 3; remove it from the folder to start anew");
  BOOST_TEST(with([](Folder &f) { f.config["max_position_embeddings"] = 4; }) == "`--max` is 8, the encoder has 4 positions (`max_position_embeddings`)");

  Folder cut(true);
  cut.write();
  const std::string whole = readFile(cut.path / "model.safetensors");
  writeFileAtomic(cut.path / "model.safetensors", std::string_view(whole).substr(0, whole.size() - 5));
  BOOST_TEST(errorOf([&] { cut.import(); }).find("model.safetensors") != std::string::npos);
  BOOST_TEST(!fs::exists(cut.out));

  Folder binary;
  binary.write();
  fs::rename(binary.path / "model.safetensors", binary.path / "pytorch_model.bin");
  BOOST_TEST(errorOf([&] { binary.import(); }).find("safe_serialization=True") != std::string::npos);
}
