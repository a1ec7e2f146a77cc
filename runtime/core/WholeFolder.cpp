// See WholeFolder.h.
#include "runtime/core/WholeFolder.h"

#include "runtime/core/Error.h"
#include "runtime/core/FileOps.h"

namespace offramp::runtime {
namespace fs = std::filesystem;

fs::path withoutSlash(const fs::path &given) { return given.lexically_normal().has_filename() ? given : given.parent_path(); }

void makeWholeFolder(const fs::path &folder, const std::function<void(const fs::path &)> &fill) {
  std::error_code error;
  const fs::path parent = folder.parent_path();
  if (!parent.empty()) {
    fs::create_directories(parent, error);
    if (error) userError("cannot create the folder `{}`: {}", parent.string(), error.message());
  }
  const fs::path making = parent / ("." + folder.filename().string() + ".making");
  fileops::removeTree(making);
  try {
    fileops::makeFolder(making);
    fill(making);
    fileops::syncFolder(making);
    fileops::renamePath(making, folder);
    fileops::syncFolder(parent);
  } catch (...) {
    fs::remove_all(making, error);
    throw;
  }
}

}  // namespace offramp::runtime
