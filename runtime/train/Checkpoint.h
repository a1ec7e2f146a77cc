// Checkpoints of a run: RUN/checkpoints/<name>/ with one file per block of memory and a state.json, RUN/checkpoints/latest naming the one in force.
// At any instant `latest` names a complete, checksummed checkpoint (or does not exist yet), whatever operation a kill interrupts.
// What the blocks mean is the trainer's business.
#pragma once

#include "runtime/core/Json.h"
#include "runtime/data/Dataset.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace offramp::runtime {

/// A block of memory with a name of [a-z0-9_.-].
struct Block {
  std::string name;
  std::span<const std::byte> bytes;
};

struct CheckpointState {
  int64_t phase = 0;          ///< number of the phase in the model
  int64_t epoch = 0;          ///< inside the phase
  int64_t step = 0;           ///< of the whole run
  std::string manifestSha256; ///< the artifact it belongs to
  DataIdentity data;
  Json more = Json::object(); ///< anything else small: log offsets, counters, settings
};

struct Checkpoint {
  std::string name;
  CheckpointState state;
  std::map<std::string, std::vector<std::byte>> blocks;
  /// A block that must be there with this size; a message names the checkpoint otherwise.
  const std::vector<std::byte> &block(const std::string &block, size_t bytes) const;
};

class CheckpointStore {
 public:
  /// `folder` is RUN/checkpoints; made with the first save.
  explicit CheckpointStore(std::filesystem::path folder) : folder(std::move(folder)) {}

  /// Writes a checkpoint, makes it the latest and removes all but the last two.
  void save(const CheckpointState &state, std::span<const Block> blocks);

  bool exists() const;
  /// The latest, every size and checksum verified; UserError if there is none or it is damaged.
  Checkpoint loadLatest() const;
  Checkpoint load(const std::string &name) const;

 private:
  std::filesystem::path folder;
};

/// What state.json says, checked field by field: the state and, per block, size and checksum. For the store and its fuzzer.
struct CheckpointIndex {
  struct File {
    std::string name;
    int64_t bytes = 0;
    std::string sha256;
  };
  CheckpointState state;
  std::vector<File> files;
  std::string previous;  ///< name of the checkpoint before it, may be empty
};
CheckpointIndex parseCheckpointIndex(std::string_view text, const std::string &name);

}  // namespace offramp::runtime
