// Only an artifact that is whole, of this format and made for this CPU is opened; each refusal names what is wrong.
#include "tests/unit/runtime_train/Hand.h"

#include "runtime/core/Artifact.h"

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

std::string refusal(const Json &json) {
  try {
    parseManifest(json.dump(), "m.json");
  } catch (const offramp::UserError &error) {
    return error.what();
  }
  return "accepted";
}

}  // namespace

BOOST_AUTO_TEST_CASE(whole_artifact_is_opened) {
  Folder folder;
  writeFileAtomic(folder.path / "m.json", handManifest().dump());
  auto artifact = Artifact::load(OFFRAMP_HAND_ARTIFACT, folder.path / "m.json");
  BOOST_TEST(artifact->manifest().phases.size() == 3u);
  BOOST_TEST((artifact->program(0) != nullptr));
}

BOOST_AUTO_TEST_CASE(one_changed_byte_is_refused_by_name) {
  Folder folder;
  std::string bytes = readFile(OFFRAMP_HAND_ARTIFACT);
  bytes[bytes.size() / 2] ^= 1;
  writeFileAtomic(folder.path / "a.so", bytes);
  writeFileAtomic(folder.path / "m.json", handManifest().dump());
  BOOST_CHECK_EXCEPTION(Artifact::load(folder.path / "a.so", folder.path / "m.json"), offramp::UserError, [&](const auto &error) {
    return std::string(error.what()).find((folder.path / "a.so").string() + "` is damaged or foreign") != std::string::npos;
  });
}

BOOST_AUTO_TEST_CASE(wrong_cpu_is_refused_by_feature) {
  BOOST_CHECK_EXCEPTION(requireCpuFeatures({"sse2", "no-such-thing"}, "future", "a.so"), offramp::UserError,
                        [](const auto &error) { return std::string(error.what()).find("needs no-such-thing, which") != std::string::npos; });
}

/// The last phase keeps two numbers a sample, which the measure before it writes in passing.
static Json keepingManifest() {
  Json json = handManifest();
  json["tables"].push_back({{"name", "together.kept.0"}, {"dtype", "f32"}, {"initial", 0}, {"elements", 2}});
  for (const char *name : {"together.keep", "memorized.measure.keep"}) {
    json["programs"].push_back(json["programs"][2]);
    json["programs"].back()["name"] = name;
  }
  json["phases"][1]["keep"] = "memorized.measure.keep";
  json["phases"][2]["kept"] = {{"program", "together.keep"}, {"step", "fit.step"}, {"tables", {"together.kept.0"}}};
  return json;
}

BOOST_AUTO_TEST_CASE(what_phases_keep_is_read_and_checked) {
  const Manifest m = parseManifest(keepingManifest().dump(), "m.json");
  const auto &kept = std::get<ManifestTrainPhase>(m.phases[2]).kept;
  BOOST_REQUIRE(kept.has_value());
  BOOST_TEST(m.programs[kept->program].name == "together.keep");
  BOOST_TEST(m.programs[kept->step].name == "fit.step");
  BOOST_TEST(kept->tables == std::vector<size_t>{1}, boost::test_tools::per_element());
  BOOST_TEST(m.tables[1].elements == 2);
  BOOST_TEST(m.tables[1].kept);
  BOOST_TEST(!m.tables[0].kept);
  BOOST_TEST(m.programs[*std::get<ManifestMeasurePhase>(m.phases[1]).keep].name == "memorized.measure.keep");

  Json json = keepingManifest();
  json["phases"][2]["kept"]["step"] = "together.keep";
  BOOST_TEST(refusal(json) == "m.json: phases[2]: kept: program `together.keep` is of another kind");
  json = keepingManifest();
  json["phases"][2]["kept"]["tables"] = {"nothing"};
  BOOST_TEST(refusal(json) == "m.json: phases[2]: kept: field `tables` names `nothing`, which is no table of the artifact");
  json = keepingManifest();
  json["phases"][2]["kept"]["tables"] = {"memorized", "together.kept.0"};
  BOOST_TEST(refusal(json) == "m.json: phases[1]: the table is one that a phase keeps");
  json = keepingManifest();
  json["phases"][2].erase("kept");
  BOOST_TEST(refusal(json) == "m.json: tables[1]: field `elements` is 2, but no phase keeps this table");
  json["tables"][1]["elements"] = 1;
  BOOST_TEST(refusal(json) == "m.json: phases[1]: field `keep` is there, but the phase behind keeps nothing");
  json = keepingManifest();
  json["tables"].push_back({{"name", "late"}, {"dtype", "i32"}, {"initial", 0}});
  BOOST_TEST(refusal(json) == "m.json: tables[2]: tables that phases keep come last");
}

BOOST_AUTO_TEST_CASE(wrong_fields_are_named) {
  Json json = handManifest();
  json["format"] = 2;
  BOOST_TEST(refusal(json) == "m.json: artifact format 2, this program reads 1; build the artifact again with this version of offramp");
  json = handManifest();
  json["weights"]["instances"][1]["offset"] = 8;
  BOOST_TEST(refusal(json) == "m.json: weights: instances[1]: field `offset` is 8, which is not a multiple of 16");
  json = handManifest();
  json["weights"]["instances"][1]["elements"] = 32;
  BOOST_TEST(refusal(json) == "m.json: weights: instances[1]: it ends at element 48 of 32");
  json = handManifest();
  json["phases"][0]["program"] = "infer";
  BOOST_TEST(refusal(json) == "m.json: phases[0]: program `infer` is of another kind");
  json = handManifest();
  json["phases"][0]["optimizer"].erase("lr");
  BOOST_TEST(refusal(json) == "m.json: phases[0]: optimizer: no field `lr`");
  json = handManifest();
  json["evaluate"]["collected"][1]["shape"] = {3};
  BOOST_TEST(refusal(json) == "m.json: evaluate: `leave` does not have the shape of 2 stages");
}

BOOST_AUTO_TEST_CASE(a_label_that_is_a_number_has_no_classes_and_one_answer) {
  Json json = handManifest();
  json["inputs"][1]["dtype"] = "f32";
  BOOST_TEST(refusal(json) == "m.json: inputs[1]: field `classes` must be 0 for label");
  json["inputs"][1]["classes"] = 0;
  BOOST_TEST(refusal(json) == "m.json: answer: field `classes` is 2, expected 1: the label is a number");
  json["answer"]["classes"] = 1;
  json["evaluate"]["collected"][0]["shape"] = {2, 1};
  BOOST_TEST(parseManifest(json.dump(), "m.json").answersNumber());
  BOOST_TEST(!parseManifest(handManifest().dump(), "m.json").answersNumber());
}

BOOST_AUTO_TEST_CASE(every_missing_field_is_refused) {
  for (const auto &[key, value] : handManifest().items()) {
    if (key == "gemms") continue;  // for the compiler's reports only
    Json json = handManifest();
    json.erase(key);
    BOOST_TEST(refusal(json) == "m.json: no field `" + key + "`");
  }
}

BOOST_AUTO_TEST_CASE(settings_say_which_name_was_meant) {
  Manifest manifest = parseManifest(handManifest().dump(), "m.json");
  Settings settings(manifest);
  settings.apply({{"threshold", "0.25"}, {"classes", "2"}});
  BOOST_TEST(settings.values()[0] == 0.25f);
  auto message = [&](const std::string &name, const std::string &value) {
    try {
      settings.apply({{name, value}});
    } catch (const offramp::UserError &error) {
      return std::string(error.what());
    }
    return std::string("accepted");
  };
  BOOST_TEST(message("treshold", "0.5") == "`--set treshold`: model `Hand` has no setting of this name; did you mean `threshold`?");
  BOOST_TEST(message("threshold", "much") == "`--set threshold=much`: `much` is not a number");
  BOOST_TEST(message("classes", "3") == "`--set classes=3`: `classes` shapes model `Hand` and is 2 in this artifact; train again to change it");
}
