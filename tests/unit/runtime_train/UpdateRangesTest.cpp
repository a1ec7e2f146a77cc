// The ranges of an optimizer pass: neighbours joined, tables apart where a phase asks for lazy rows, refused where there is none.
#include "tests/unit/runtime_train/Hand.h"

#include "runtime/train/UpdateRanges.h"

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

/// An instance of a vector, two tables (the second with gradients of every kind) and a matrix; the fields lie without gaps.
Manifest tablesManifest(bool lazy) {
  Json json = handManifest();
  auto field = [](const char *name, int64_t offset, std::vector<int64_t> shape, bool decays, bool rows) {
    return Json{{"name", name},   {"offset", offset}, {"shape", shape},        {"initializer", "normal"},
                {"scale", 0.1}, {"decays", decays}, {"row_gradients", rows}};
  };
  json["weights"]["elements"] = 32 + 16 + 64 + 64 + 32;
  json["weights"]["instances"].push_back({{"path", "embed"}, {"offset", 32}, {"elements", 176},
      {"fields", {field("gain", 0, {16}, false, false), field("words", 16, {8, 8}, true, true), field("tied", 80, {8, 8}, true, false),
                  field("w", 144, {2, 16}, true, false)}}});
  json["phases"][0]["updates"].push_back("embed");
  json["phases"][0]["optimizer"]["lazy_rows"] = lazy;
  return parseManifest(json.dump(), "artifact.json");
}

std::vector<std::vector<int64_t>> numbers(const Manifest &manifest, size_t phase) {
  std::vector<std::vector<int64_t>> out;
  for (const offramp_range &r : updateRanges(manifest, std::get<ManifestTrainPhase>(manifest.phases[phase])))
    out.push_back({r.begin, r.count, r.decays, r.row});
  return out;
}
using Ranges = std::vector<std::vector<int64_t>>;

}  // namespace

BOOST_AUTO_TEST_CASE(lazy_tables_are_ranges_of_their_own) {
  BOOST_TEST((numbers(tablesManifest(false), 0) == Ranges{{0, 8, 1, 0}, {16, 8, 1, 0}, {32, 16, 0, 0}, {48, 160, 1, 0}}));
  BOOST_TEST((numbers(tablesManifest(true), 0) == Ranges{{0, 8, 1, 0}, {16, 8, 1, 0}, {32, 16, 0, 0}, {48, 64, 1, 8}, {112, 96, 1, 0}}));
  BOOST_TEST((numbers(tablesManifest(true), 2) == Ranges{{0, 8, 1, 0}, {16, 8, 1, 0}}));  // another phase
}

BOOST_AUTO_TEST_CASE(lazy_rows_without_a_table_are_refused) {
  checkLazyRows(tablesManifest(true));
  Json json = handManifest();
  json["phases"][2]["optimizer"]["lazy_rows"] = true;
  BOOST_CHECK_EXCEPTION(checkLazyRows(parseManifest(json.dump(), "artifact.json")), UserError, [](const UserError &error) {
    return std::string(error.what()) == "phase `together`: `lazy_rows` is true, but it updates no table that is read by `embedding` alone; remove it";
  });
}

BOOST_AUTO_TEST_CASE(row_gradients_belong_to_tables) {
  Json json = handManifest();
  json["weights"]["instances"][0]["fields"][0]["shape"] = {8};
  json["weights"]["instances"][0]["fields"][0]["row_gradients"] = true;
  BOOST_CHECK_EXCEPTION(parseManifest(json.dump(), "artifact.json"), UserError, [](const UserError &error) {
    return std::string(error.what()).find("`row_gradients` is true, which only a table of rows can be") != std::string::npos;
  });
}
