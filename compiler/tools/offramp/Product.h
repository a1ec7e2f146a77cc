// Products of `offramp build`: a model's record as assembly (runtime/embed/LinkedModel.h), linked with the runtime's archives into a program, a
// shared library or one object. Works in a folder of its own; puts nothing in its final place.
#pragma once

#include "runtime/core/ArtifactManifest.h"

#include <filesystem>
#include <string>
#include <vector>

namespace offramp::tool {

struct Product {
  std::string name;               ///< file name without extension
  std::filesystem::path object;   ///< compiled programs
  std::string manifest, run;      ///< texts of the record
  std::vector<float> weights;     ///< the flat block
  std::string entry;              ///< `offramp_model_…`: the function that a library or object gives the model by
  bool bundled = false;           ///< looks for its libraries in `lib/` beside it
};

/// `offramp_model_` and the name as a C identifier (`libfashion` → `fashion`).
std::string entryName(const std::string &name);

/// A program, a shared library, one relocatable object with nothing but the entry visible. Each returns its path, in `folder`.
std::filesystem::path linkProgram(const Product &product, const runtime::Manifest &manifest, const std::filesystem::path &folder);
std::filesystem::path linkLibrary(const Product &product, const runtime::Manifest &manifest, const std::filesystem::path &folder, const std::string &fileName);
std::filesystem::path linkObject(const Product &product, const runtime::Manifest &manifest, const std::filesystem::path &folder);

/// The header for a library or object: what the model takes and gives, its entry, and the whole of runtime/abi/Offramp.h, so that it can be
/// used alone.
std::string productHeader(const Product &product, const runtime::Manifest &manifest, const std::vector<std::string> &classes);

/// Copies into `folder`/lib every shared library that `binary` (in `folder`) loads and that is not the C library's, and makes sure that it
/// then loads them from there. Returns their names.
std::vector<std::string> bundleLibraries(const std::filesystem::path &binary, const std::filesystem::path &folder);

/// Folder with what products are made of: `lib/offramp` beside the folder of this program.
std::filesystem::path productFiles();

}  // namespace offramp::tool
