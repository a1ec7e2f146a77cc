// See OpenRun.h.
#include "compiler/tools/offramp/OpenRun.h"

#include "backends/cpu/RunProfile.h"
#include "runtime/core/Error.h"
#include "runtime/data/LabelMap.h"
#include "runtime/data/ReadDataset.h"
#include "runtime/infer/Thresholds.h"

#include <cstdlib>
#include <iostream>

namespace offramp::tool {

using namespace runtime;
namespace fs = std::filesystem;

std::vector<fs::path> importRoots() {
  if (const char *given = std::getenv("OFFRAMP_STDLIB")) return {given};
  std::error_code error;
  fs::path installed = fs::read_symlink("/proc/self/exe", error).parent_path().parent_path() / "share" / "offramp" / "stdlib";
  if (fs::is_directory(installed, error)) return {installed};
  return {OFFRAMP_STDLIB_SOURCE};
}


std::vector<fs::path> importRootsOf(const fs::path &run) {
  const fs::path kept = run / "source" / "stdlib";
  return fs::is_directory(kept) ? std::vector<fs::path>{kept} : importRoots();
}

void announceMeasuring() { std::cerr << "measuring this machine for the cost model (once)…" << std::endl; }

std::vector<std::string> classNames(const fs::path &model, const std::string &names, const std::string &label, int64_t classes) {
  const std::string path = (model.parent_path() / names).string();
  std::error_code error;
  if (!fs::is_regular_file(path, error))
    userError("{}: the class names of `{}` are in `{}`, which does not exist; the path is from the model file, one name a line", model.string(), label, path);
  std::vector<std::string> found = readClassNames(path);
  if ((int64_t)found.size() != classes)
    userError("{}: {} class names, but `{}` of {} has {} classes", path, found.size(), label, model.string(), classes);
  return found;
}

OpenRun openRun(const fs::path &run, const std::vector<std::string> &sets, int threads, const std::string &dtype, cpu::EngineMode mode) {
  OpenRun open;
  auto changes = parseSets(sets);
  for (auto &[name, text] : changes)
    if (text == "valid") text = fmt::format("{}", chosenThreshold(run, name));
  open.info = readRun(run);
  open.artifact = Artifact::loadFromRun(run);
  if (open.artifact->manifest().sha256 != open.info.artifactSha256) userError("`{}`: artifact.so is not the one this run was trained with", run.string());
  const auto precision = cpu::precisionNamed(dtype);
  if (!precision) throw UsageError(fmt::format("dtype `{}` is none of f32, bf16 and int8", dtype));
  auto backend = std::make_unique<cpu::CpuBackend>(cpu::CpuBackendOptions{mode, threads, *precision});
  if (mode == cpu::EngineMode::Inference) backend->setProfile(cpu::runProfile(run, backend->threads(), *precision, announceMeasuring));
  open.products = backend->products();
  open.session = std::make_unique<Session>(open.artifact, std::move(backend));
  for (const auto &[name, value] : open.info.settings) open.session->settings().set(name, value);
  open.session->settings().apply(changes);
  loadWeights(trainedWeights(run), open.artifact->manifest(), open.session->weights());
  open.session->weightsChanged();
  open.fields = open.artifact->manifest().fieldsWith(open.info.classes);
  return open;
}

void tellNotes(const std::string &what, const Dataset &data) {
  for (const std::string &note : data.notes()) std::cerr << what << ": " << note << "\n";
}

std::shared_ptr<const Dataset> testData(const std::vector<std::string> &arguments, std::vector<FieldSpec> &fields) {
  DataArguments data = parseDataArguments(arguments);
  if (!data.contains("test")) throw UsageError("no test data; add `--data test=PATH[,PATH…]`");
  auto read = std::make_shared<const Dataset>(readDataset("test", data.at("test"), fields, Labels::Optional));
  tellNotes("test data", *read);
  return read;
}

}  // namespace offramp::tool
