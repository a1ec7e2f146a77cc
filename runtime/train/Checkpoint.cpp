// Order of a save: files, fsync each, state.json, fsync folder, rename folder, fsync parent, `latest` (atomic), then removal of old ones.
#include "runtime/train/Checkpoint.h"

#include "runtime/core/Error.h"
#include "runtime/core/FileOps.h"
#include "runtime/core/Files.h"
#include "runtime/core/Sha256.h"

#include <algorithm>
#include <set>

namespace offramp::runtime {
namespace {

namespace fs = std::filesystem;
constexpr int64_t formatVersion = 1;
constexpr const char *unfinished = "unfinished";  ///< folder of a save in progress

bool isPlainName(const std::string &name) {
  return !name.empty() && name.size() <= 100 && name[0] != '.' &&
         name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_.-") == std::string::npos;
}

std::string plainName(const std::string &name, const char *what, const std::string &where, bool mayBeEmpty) {
  if (!(mayBeEmpty && name.empty()) && !isPlainName(name)) userError("{}: {} is not a valid name", where, what);
  return name;
}

bool isSha256(const std::string &text) { return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string::npos; }

void writeSynced(const fs::path &path, std::span<const std::byte> bytes) {
  int fd = fileops::createFile(path);
  try {
    fileops::writeAll(fd, bytes.data(), bytes.size(), path);
    fileops::syncFile(fd, path);
  } catch (...) {
    fileops::closeFile(fd, path);
    throw;
  }
  fileops::closeFile(fd, path);
}

std::string indexText(const CheckpointIndex &index) {
  OrderedJson files = OrderedJson::object();
  for (const auto &file : index.files) files[file.name] = {{"bytes", file.bytes}, {"sha256", file.sha256}};
  OrderedJson json;
  json["format"] = formatVersion;
  json["phase"] = index.state.phase;
  json["epoch"] = index.state.epoch;
  json["step"] = index.state.step;
  json["manifest"] = index.state.manifestSha256;
  json["data"] = {{"rows", index.state.data.rows}, {"sha256", index.state.data.sha256}};
  json["previous"] = index.previous;
  json["blocks"] = files;
  json["more"] = OrderedJson::parse(index.state.more.dump());
  return json.dump(1) + "\n";
}

/// All files of a checkpoint, `index.files` filled on the way.
void writeFolder(const fs::path &path, CheckpointIndex &index, std::span<const Block> blocks) {
  fileops::makeFolder(path);
  for (const Block &block : blocks) {
    if (!isPlainName(block.name) || block.name == "state.json") throw std::logic_error("bad block name " + block.name);
    writeSynced(path / block.name, block.bytes);
    index.files.push_back({block.name, (int64_t)block.bytes.size(), sha256Hex({(const char *)block.bytes.data(), block.bytes.size()})});
  }
  std::string text = indexText(index);
  writeSynced(path / "state.json", std::as_bytes(std::span(text)));
  fileops::syncFolder(path);
}

std::string latestName(const fs::path &folder) {
  std::string name = readFile(folder / "latest", 1000);
  while (!name.empty() && (name.back() == '\n' || name.back() == '\r')) name.pop_back();
  return plainName(name, "its content", (folder / "latest").string(), false);
}

CheckpointIndex readIndex(const fs::path &folder, const std::string &name) {
  fs::path path = folder / name / "state.json";
  return parseCheckpointIndex(readFile(path, int64_t(16) << 20), path.string());
}

}  // namespace

CheckpointIndex parseCheckpointIndex(std::string_view text, const std::string &name) {
  constexpr int64_t most = INT64_MAX;
  Json json = parseJson(text, name);
  int64_t format = jsonInteger(json, "format", name, 1, most);
  if (format != formatVersion) userError("{}: checkpoint format {}, this program reads {}", name, format, formatVersion);
  CheckpointIndex index;
  index.state.phase = jsonInteger(json, "phase", name, 0, most);
  index.state.epoch = jsonInteger(json, "epoch", name, 0, most);
  index.state.step = jsonInteger(json, "step", name, 0, most);
  index.state.manifestSha256 = jsonString(json, "manifest", name);
  const Json &data = jsonMember(json, "data", name);
  index.state.data.rows = jsonInteger(data, "rows", name + ": field `data`", 0, most);
  index.state.data.sha256 = jsonString(data, "sha256", name + ": field `data`");
  index.previous = plainName(jsonString(json, "previous", name), "field `previous`", name, true);
  const Json &blocks = jsonMember(json, "blocks", name);
  if (!blocks.is_object()) userError("{}: field `blocks` is {}, expected an object", name, jsonKind(blocks));
  for (const auto &[block, fields] : blocks.items()) {
    std::string where = fmt::format("{}: block `{}`", name, block);
    CheckpointIndex::File file{plainName(block, "this", where, false), jsonInteger(fields, "bytes", where, 0, most), jsonString(fields, "sha256", where)};
    if (!isSha256(file.sha256)) userError("{}: field `sha256` is no SHA-256 checksum", where);
    index.files.push_back(std::move(file));
  }
  index.state.more = jsonMember(json, "more", name);
  return index;
}

const std::vector<std::byte> &Checkpoint::block(const std::string &wanted, size_t bytes) const {
  auto found = blocks.find(wanted);
  if (found == blocks.end()) userError("checkpoint `{}` has no block `{}`", name, wanted);
  if (found->second.size() != bytes)
    userError("checkpoint `{}`: block `{}` has {} bytes, the model needs {}", name, wanted, found->second.size(), bytes);
  return found->second;
}

bool CheckpointStore::exists() const {
  std::error_code error;
  return fs::exists(folder / "latest", error);
}

void CheckpointStore::save(const CheckpointState &state, std::span<const Block> blocks) {
  fileops::makeFolder(folder);
  CheckpointIndex index;
  index.state = state;
  if (exists()) index.previous = latestName(folder);
  // A kill between rename and marker leaves a complete folder that nothing names; it is made again.
  std::string name = std::to_string(state.step);
  for (int again = 1; name == index.previous; ++again) name = fmt::format("{}-{}", state.step, again);
  fileops::removeTree(folder / name);
  fileops::removeTree(folder / unfinished);

  const fs::path temporary = folder / unfinished;
  try {
    writeFolder(temporary, index, blocks);
  } catch (const UserError &) {  // a full disk: leave nothing half-written
    std::error_code error;
    fs::remove_all(temporary, error);
    throw;
  }
  fileops::renamePath(temporary, folder / name);
  fileops::syncFolder(folder);
  writeFileAtomic(folder / "latest", name + "\n");

  const std::set<std::string> kept{name, index.previous, "latest"};
  std::vector<fs::path> old;
  for (const auto &entry : fs::directory_iterator(folder))
    if (!kept.contains(entry.path().filename().string())) old.push_back(entry.path());
  for (const fs::path &path : old) fileops::removeTree(path);
}

Checkpoint CheckpointStore::load(const std::string &name) const {
  plainName(name, "this", fmt::format("checkpoint `{}`", name), false);
  CheckpointIndex index = readIndex(folder, name);
  Checkpoint checkpoint{name, std::move(index.state), {}};
  for (const auto &file : index.files) {
    fs::path path = folder / name / file.name;
    auto damaged = [&](const std::string &what) {
      std::string other = !index.previous.empty() && fs::exists(folder / index.previous) ? index.previous : "";
      userError("`{}` {}: the checkpoint is damaged{}", path.string(), what,
                other.empty() ? std::string("; start the run anew")
                              : fmt::format("; to go on from the one before it: echo {} > {}", other, (folder / "latest").string()));
    };
    std::error_code error;
    auto size = fs::file_size(path, error);
    if (error) damaged("is missing");
    if ((int64_t)size != file.bytes) damaged(fmt::format("has {} bytes instead of {}", size, file.bytes));
    std::string bytes = readFile(path, file.bytes);
    if (sha256Hex(bytes) != file.sha256) damaged("does not have the checksum of state.json");
    auto begin = (const std::byte *)bytes.data();
    checkpoint.blocks[file.name].assign(begin, begin + bytes.size());
  }
  return checkpoint;
}

Checkpoint CheckpointStore::loadLatest() const {
  if (!exists()) userError("`{}` holds no complete checkpoint; start the run anew", folder.string());
  return load(latestName(folder));
}

}  // namespace offramp::runtime
