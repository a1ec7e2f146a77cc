// See ExportBert.h.
#include "runtime/hf/ExportBert.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/core/Json.h"
#include "runtime/core/Safetensors.h"
#include "runtime/core/WholeFolder.h"
#include "runtime/hf/BertTensors.h"

#include <algorithm>
#include <cstring>
#include <list>
#include <set>

namespace offramp::runtime::hf {
namespace {

namespace fs = std::filesystem;

constexpr const char *kTokenizerFiles[] = {"vocab.txt", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json"};

std::vector<float> cut(const TensorPair &pair, const TensorView &ours) {
  int64_t elements = 1;
  for (int64_t size : pair.shape) elements *= size;
  std::vector<float> theirs((size_t)elements);
  forEachElement(pair, elements, [&](size_t there, size_t here) { std::memcpy(&theirs[there], ours.data + sizeof(float) * here, sizeof(float)); });
  return theirs;
}

std::string configText(const fs::path &path, int64_t classes, const std::vector<std::string> &names) {
  OrderedJson json = OrderedJson::parse(readFile(path));
  json["torch_dtype"] = "float32";
  if (classes == 0) {
    json["architectures"] = {"BertModel"};
    return json.dump(2) + "\n";
  }
  json["architectures"] = {"BertForSequenceClassification"};
  json["problem_type"] = classes == 1 ? "regression" : "single_label_classification";
  OrderedJson label = OrderedJson::object(), id = OrderedJson::object();
  for (int64_t i = 0; i < classes; ++i) {
    const std::string name = i < (int64_t)names.size() ? names[(size_t)i] : fmt::format("LABEL_{}", i);
    label[std::to_string(i)] = name, id[name] = i;
  }
  json["id2label"] = label, json["label2id"] = id;
  return json.dump(2, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace

ExportSummary exportBert(const ExportOptions &options) {
  if (fs::exists(fs::symlink_status(options.out))) userError("`{}` exists; choose another `--out`", options.out.string());
  const BertConfig config = readBertConfig(options.like / "config.json");
  const SafetensorsFile file = SafetensorsFile::open(options.weights);
  ExportSummary summary;
  std::vector<TensorPair> pairs = encoderTensors(config);
  const bool sameHead = file.find(fmt::format("head.{}.pooler.weight", config.layers)) != nullptr;
  const TensorView *classifier = file.find(fmt::format("head.{}.classifier.bias", config.layers));
  if (sameHead && classifier) {
    summary.classes = classifier->shape.at(0);
    for (const auto &more : {poolerTensors(config), classifierTensors(config, summary.classes)}) pairs.insert(pairs.end(), more.begin(), more.end());
  }
  std::list<std::vector<float>> parts;
  std::vector<TensorToWrite> tensors;
  std::set<std::string> used;
  for (const TensorPair &pair : pairs) {
    const TensorView &ours = file.expect(pair.ours, TensorType::F32, ourShape(pair));
    parts.push_back(cut(pair, ours));
    const bool inside = summary.classes > 0 && !pair.theirs.starts_with("classifier.");
    tensors.push_back({inside ? "bert." + pair.theirs : pair.theirs, TensorType::F32, pair.shape, parts.back().data()});
    used.insert(pair.ours);
  }
  for (const TensorView &tensor : file.tensors())
    if (!used.contains(tensor.name)) summary.leftOut.push_back(tensor.name);
  summary.tensors = (int64_t)tensors.size();

  makeWholeFolder(withoutSlash(options.out), [&](const fs::path &making) {
    writeFileAtomic(making / "config.json", configText(options.like / "config.json", summary.classes, options.classes));
    for (const char *name : kTokenizerFiles)
      if (fs::exists(options.like / name)) writeFileAtomic(making / name, readFile(options.like / name));
    writeSafetensors(making / "model.safetensors", std::move(tensors), {{"format", "pt"}});
  });
  return summary;
}

}  // namespace offramp::runtime::hf
