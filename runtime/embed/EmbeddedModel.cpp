// See EmbeddedModel.h.
#include "runtime/embed/EmbeddedModel.h"

#include "runtime/core/Error.h"
#include "runtime/core/Json.h"

#include <cstring>
#include <mutex>

namespace offramp::runtime {

EmbeddedModel::EmbeddedModel(const offramp_model &linked) : linked(linked) {
  if (linked.format != linkedModelFormat) userError("the model in this program is of format {}, its runtime reads {}; build it again", linked.format, linkedModelFormat);
  manifest_ = parseManifest({linked.manifest, (size_t)linked.manifestBytes}, "manifest of the model in this program");
  if (linked.weightBytes != manifest_.weightElements * (int64_t)sizeof(float))
    userError("model `{}` in this program has {} bytes of weights, its manifest says {}; build it again", manifest_.model, linked.weightBytes,
              manifest_.weightElements * (int64_t)sizeof(float));
  const std::string where = "run record of the model in this program";
  const Json run = parseJson({linked.run, (size_t)linked.runBytes}, where);
  name_ = jsonString(run, "name", where);
  try {
    settings_ = jsonMember(run, "settings", where).get<std::map<std::string, double>>();
    classes_ = jsonMember(run, "classes", where).get<std::vector<std::string>>();
  } catch (const Json::exception &) {
    userError("{}: `settings` or `classes` is not what belongs there; build it again", where);
  }
  dtype_ = run.contains("dtype") ? jsonString(run, "dtype", where) : "f32";  // products of earlier versions do not say it
  if (auto at = run.find("profile"); at != run.end() && at->is_object()) profile = at->dump();
  for (size_t i = 0; i < manifest_.inputs.size(); ++i)
    if (manifest_.inputs[i].kind != FieldKind::Label) dataInputs_.push_back(i);
}

const EmbeddedModel &EmbeddedModel::of(const offramp_model &linked) {
  static std::mutex mutex;
  static auto *known = new std::map<const offramp_model *, std::unique_ptr<EmbeddedModel>>;  // outlives contexts that are destroyed at exit
  std::lock_guard lock(mutex);
  std::unique_ptr<EmbeddedModel> &model = (*known)[&linked];
  if (!model) model = std::make_unique<EmbeddedModel>(linked);
  return *model;
}

std::unique_ptr<Session> EmbeddedModel::open(int threads, const std::string &dtype) const {
  auto artifact = Artifact::linked(manifest_, name_, [this](const std::string &symbol) -> CompiledProgram {
    for (int64_t i = 0; i < linked.programCount; ++i)
      if (symbol == linked.programs[i].symbol) return linked.programs[i].code;
    return nullptr;
  });
  auto session = std::make_unique<Session>(artifact, embeddedBackend(threads, profile, dtype.empty() ? dtype_ : dtype), std::span<const float>(linked.weights, (size_t)manifest_.weightElements));
  for (const auto &[name, value] : settings_) session->settings().set(name, value);
  return session;
}

}  // namespace offramp::runtime
