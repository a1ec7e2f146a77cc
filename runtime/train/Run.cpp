// See Run.h.
#include "runtime/train/Run.h"

#include "runtime/core/Error.h"
#include "runtime/core/FileOps.h"
#include "runtime/core/Files.h"
#include "runtime/core/WholeFolder.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace offramp::runtime {
namespace {

namespace fs = std::filesystem;
constexpr int64_t formatVersion = 1;

void copyFile(const fs::path &from, const fs::path &to) { writeFileAtomic(to, readFile(from)); }

std::string infoText(const RunInfo &info) {
  OrderedJson json;
  json["format"] = formatVersion;
  json["offramp"] = "0.1.0";
  json["model"] = info.model;
  json["source"] = info.source;
  json["settings"] = info.settings;
  json["sets"] = info.sets;
  json["seed"] = info.seed;
  json["threads"] = info.threads;
  json["limit"] = info.limit;
  json["dtype"] = info.dtype;
  json["data"] = info.data;
  json["classes"] = info.classes;
  json["command"] = info.command;
  json["init"] = info.init;
  json["artifact_sha256"] = info.artifactSha256;
  return json.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

template <typename T> T member(const Json &json, const char *key, const std::string &name) {
  try {
    return jsonMember(json, key, name).get<T>();
  } catch (const Json::exception &) {
    userError("{}: field `{}` is {}, which is not what belongs there", name, key, jsonKind(json[key]));
  }
}

}  // namespace

void createRun(const fs::path &given, const RunInfo &info, const RunFiles &files) {
  const fs::path run = withoutSlash(given);
  std::error_code error;
  if (fs::exists(fs::symlink_status(run, error)))
    userError("`{}` exists; to go on with it add `--resume`, to start anew choose another `--out`", run.string());
  makeWholeFolder(run, [&](const fs::path &making) {
    copyFile(files.object, making / "artifact.so");
    copyFile(files.manifest, making / "artifact.json");
    if (!files.relocatable.empty()) copyFile(files.relocatable, making / "artifact.o");
    fileops::makeFolder(making / "source");
    for (const auto &[from, name] : files.sources) {
      fs::create_directories((making / "source" / name).parent_path());
      copyFile(from, making / "source" / name);
    }
    if (!files.init.empty()) copyFile(files.init, making / "init.safetensors");
    writeFileAtomic(making / "run.json", infoText(info));
  });
}

RunInfo readRun(const fs::path &run) {
  std::error_code error;
  if (!fs::is_directory(run, error)) userError("`{}` is no run folder: it does not exist; make one with `offramp train … --out {}`", run.string(), run.string());
  const fs::path path = run / "run.json";
  if (!fs::exists(path, error)) userError("`{}` is no run folder: it holds no run.json", run.string());
  return parseRunInfo(readFile(path, int64_t(64) << 20), path.string());
}

RunInfo parseRunInfo(std::string_view text, const std::string &name) {
  Json json = parseJson(text, name);
  const int64_t format = jsonInteger(json, "format", name, 1, INT64_MAX);
  if (format != formatVersion) userError("{}: run format {}, this program reads {}", name, format, formatVersion);
  RunInfo info;
  info.model = jsonString(json, "model", name);
  info.source = jsonString(json, "source", name);
  const fs::path inside = fs::path(info.source).lexically_normal();
  if (inside.is_absolute() || (!inside.empty() && *inside.begin() == "..")) userError("{}: field `source` leads out of the run folder", name);
  info.settings = member<std::map<std::string, double>>(json, "settings", name);
  info.sets = member<std::map<std::string, std::string>>(json, "sets", name);
  info.seed = jsonInteger(json, "seed", name, INT64_MIN, INT64_MAX);
  info.threads = jsonInteger(json, "threads", name, 0, 4096);
  info.limit = jsonInteger(json, "limit", name, 0, INT64_MAX);
  if (json.contains("dtype")) info.dtype = jsonString(json, "dtype", name);  // older runs have none: f32
  if (info.dtype != "f32" && info.dtype != "bf16") userError("{}: field `dtype` is `{}`; a run trains in f32 or bf16", name, info.dtype);
  info.data = member<DataArguments>(json, "data", name);
  info.classes = member<std::vector<std::string>>(json, "classes", name);
  info.command = member<std::vector<std::string>>(json, "command", name);
  info.init = jsonString(json, "init", name);
  info.artifactSha256 = jsonString(json, "artifact_sha256", name);
  return info;
}

RunLock::RunLock(const fs::path &run) {
  const fs::path path = run / "run.json";
  fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) userError("cannot read `{}`: {}", path.string(), std::strerror(errno));
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ::close(fd);
    userError("`{}` is being trained by another process", run.string());
  }
}

RunLock::~RunLock() { ::close(fd); }

fs::path trainedWeights(const fs::path &run) {
  const fs::path path = run / "model.safetensors";
  std::error_code error;
  if (!fs::exists(path, error)) userError("`{}` has no model.safetensors: its training is not finished; go on with `offramp train … --out {} --resume`", run.string(), run.string());
  return path;
}

}  // namespace offramp::runtime
