// See ImportBert.h.
#include "runtime/hf/ImportBert.h"

#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/core/Safetensors.h"
#include "runtime/core/WholeFolder.h"
#include "runtime/hf/BertTensors.h"
#include "runtime/hf/StartingModel.h"
#include "runtime/hf/Vocabulary.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace offramp::runtime::hf {
namespace {

namespace fs = std::filesystem;

std::string weightsPath(const fs::path &folder) {
  const fs::path whole = folder / "model.safetensors";
  if (fs::exists(whole)) return whole.string();
  if (fs::exists(folder / "model.safetensors.index.json")) userError("`{}`: the weights are in several files; save them as one model.safetensors", folder.string());
  if (fs::exists(folder / "pytorch_model.bin"))
    userError("`{}` has pytorch_model.bin, which is program code in disguise and not read; save it with save_pretrained(…, safe_serialization=True)", folder.string());
  userError("`{}` has no model.safetensors", folder.string());
}

/// The file's tensors by the names of the plain encoder: without `bert.`, norms as weight and bias.
class Source {
 public:
  explicit Source(const std::string &path) : path(path), file(SafetensorsFile::open(path)) {
    for (const TensorView &tensor : file.tensors()) {
      std::string name = tensor.name;
      if (name.starts_with("bert.")) name.erase(0, 5);
      for (auto [old, now] : {std::pair("LayerNorm.gamma", "LayerNorm.weight"), std::pair("LayerNorm.beta", "LayerNorm.bias")})
        if (name.ends_with(old)) name.replace(name.size() - std::string_view(old).size(), std::string::npos, now);
      if (!tensors.emplace(name, &tensor).second) userError("{}: two tensors are `{}` (one of them named `{}`)", path, name, tensor.name);
      unused.insert(std::move(name));
    }
  }

  bool has(const std::string &name) const { return tensors.contains(name); }

  /// UserError for a tensor that is missing or of another shape.
  std::vector<float> take(const TensorPair &pair) {
    auto at = tensors.find(pair.theirs);
    if (at == tensors.end()) userError("{}: no tensor `{}`, which config.json calls for with shape [{}]", path, pair.theirs, fmt::join(pair.shape, ", "));
    if (at->second->shape != pair.shape)
      userError("{}: tensor `{}` has shape [{}], config.json calls for [{}]", path, at->second->name, fmt::join(at->second->shape, ", "), fmt::join(pair.shape, ", "));
    unused.erase(pair.theirs);
    return toFloats(*at->second, path);
  }

  const TensorView *find(const std::string &name) const {
    auto at = tensors.find(name);
    return at == tensors.end() ? nullptr : at->second;
  }

  /// Whatever is left must be known to have no place here.
  std::vector<std::string> leftOut(bool head) {
    std::vector<std::string> names;
    for (const std::string &name : unused) {
      if (name == "embeddings.position_ids") continue;  // 0, 1, 2 …: no weight
      const bool ofHead = name.starts_with("pooler.dense.") || name.starts_with("classifier.");
      if (!name.starts_with("cls.") && !(ofHead && !head))
        userError("{}: tensor `{}` belongs to no part of a BERT encoder or classifier; another architecture, or another version of its code", path, name);
      names.push_back(name);
    }
    return names;
  }

 private:
  std::string path;
  SafetensorsFile file;
  std::map<std::string, const TensorView *> tensors;
  std::set<std::string> unused;
};

using Weights = std::map<std::string, std::pair<std::vector<int64_t>, std::vector<float>>>;

void place(Weights &weights, const TensorPair &pair, const std::vector<float> &theirs) {
  auto [at, isNew] = weights.try_emplace(pair.ours, ourShape(pair), std::vector<float>());
  std::vector<float> &ours = at->second.second;
  if (isNew) {
    int64_t elements = 1;
    for (int64_t size : at->second.first) elements *= size;
    ours.resize((size_t)elements);
  }
  forEachElement(pair, (int64_t)theirs.size(), [&](size_t there, size_t here) { ours[here] = theirs[there]; });
}

/// They are written into the model between quotes.
void checkColumns(const std::vector<std::string> &columns) {
  if (columns.empty() || columns.size() > 2) userError("a text is in one column or two, {} are named", columns.size());
  for (const std::string &name : columns)
    if (name.empty() || std::any_of(name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == '"' || c == '\\'; }))
      userError("column `{}`: a name is not empty and has no quote, backslash or control character", name);
}

std::string startingText(const ImportOptions &options, const StartingModel &model) {
  const std::string suffix = ".ramp.in", method = !options.method.empty() ? options.method : model.classes == 1 ? "agreement" : "max-probability";
  if (!fs::is_directory(options.starting)) userError("the library has no folder `{}` of starting models", options.starting.string());
  std::vector<std::string> known;
  for (const fs::directory_entry &file : fs::directory_iterator(options.starting))
    if (const std::string name = file.path().filename().string(); name.ends_with(suffix)) known.push_back(name.substr(0, name.size() - suffix.size()));
  std::sort(known.begin(), known.end());
  if (std::find(known.begin(), known.end(), method) == known.end()) userError("there is no starting model `{}`; there are {}", method, fmt::join(known, ", "));
  return startingModelText(model, readFile(options.starting / (method + suffix)), fmt::format("starting model `{}`", method));
}

}  // namespace

ImportSummary importBert(const ImportOptions &options) {
  if (!fs::is_directory(options.folder)) userError("`{}` is no folder", options.folder.string());
  checkColumns(options.columns);
  if (fs::exists(fs::symlink_status(options.out))) userError("`{}` exists; choose another `--out`", options.out.string());
  ImportSummary summary;
  summary.config = readBertConfig(options.folder / "config.json");
  const BertConfig &config = summary.config;
  const Vocabulary vocabulary = readVocabulary(options.folder);
  if (vocabulary.size > config.vocabulary)
    userError("`{}`: the vocabulary has {} tokens, `vocab_size` of config.json is {}", options.folder.string(), vocabulary.size, config.vocabulary);
  const int64_t max = options.max > 0 ? options.max : std::min<int64_t>(128, config.positions);
  if (max > config.positions) userError("`--max` is {}, the encoder has {} positions (`max_position_embeddings`)", max, config.positions);

  Source source(weightsPath(options.folder));
  Weights weights;
  auto takeAll = [&](const std::vector<TensorPair> &pairs) {
    for (const TensorPair &pair : pairs) place(weights, pair, source.take(pair));
    summary.tensors += (int64_t)pairs.size();
  };
  takeAll(encoderTensors(config));
  summary.pooler = options.head && source.has("pooler.dense.weight");
  if (summary.pooler) takeAll(poolerTensors(config));
  summary.classes = options.classes > 0 ? options.classes : 2;
  if (const TensorView *classifier = options.head ? source.find("classifier.weight") : nullptr) {
    const int64_t classes = classifier->shape.empty() ? 0 : classifier->shape[0];
    if (classes < 1) userError("{}: tensor `classifier.weight` has no outputs", weightsPath(options.folder));
    if (options.classes > 0 && options.classes != classes)
      userError("`--classes` is {}, the classifier of `{}` has {}; remove it from the folder to start anew", options.classes, options.folder.string(), classes);
    summary.classes = classes;
    summary.classifier = true;
    takeAll(classifierTensors(config, classes));
  }
  summary.leftOut = source.leftOut(options.head);
  StartingModel model;
  model.config = config, model.classes = summary.classes, model.max = max;
  model.vocabulary = vocabulary.size, model.lowercase = vocabulary.lowercase;
  model.classToken = options.head, model.columns = options.columns, model.origin = options.folder.filename().string();
  if (summary.classifier && summary.classes > 1 && (int64_t)config.classNames.size() == summary.classes) model.classNames = config.classNames;
  const std::string text = startingText(options, model);

  std::vector<TensorToWrite> tensors;
  for (const auto &[name, weight] : weights) tensors.push_back({name, TensorType::F32, weight.first, weight.second.data()});
  makeWholeFolder(withoutSlash(options.out), [&](const fs::path &making) {
    writeFileAtomic(making / "vocab.txt", vocabulary.text);
    writeSafetensors(making / "weights.safetensors", std::move(tensors), {{"format", "pt"}});
    if (!model.classNames.empty()) writeFileAtomic(making / "classes.txt", fmt::format("{}\n", fmt::join(model.classNames, "\n")));
    writeFileAtomic(making / "model.ramp", text);
  });
  return summary;
}

}  // namespace offramp::runtime::hf
