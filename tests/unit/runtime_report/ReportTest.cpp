// A report of a run of the hand-written artifact: the setting that the rule compares is found, the numbers are those of an evaluation of their
// own, settings are left as they were, and the page holds every section.
#include "runtime/data/ReadDataset.h"
#include "runtime/report/Report.h"
#include "runtime/report/Sections.h"
#include "runtime/train/Loop.h"
#include "tests/unit/runtime_train/Hand.h"

using namespace offramp::runtime;
using namespace offramp::runtime::report;
using namespace offramp::runtime::test;

namespace {

struct Trained {
  Trained() {
    std::string csv = "x_0,x_1,x_2,x_3,label\n";
    uint64_t random = 7;
    for (int i = 0; i < 200; ++i) {
      double x[4];
      for (double &value : x) random = random * 6364136223846793005ull + 1442695040888963407ull, value = (double)(int64_t)(random >> 33) / (1ll << 30) - 1;
      csv += fmt::format("{},{},{},{},{}\n", x[0], x[1], x[2], x[3], x[0] + 0.5 * x[1] > 0 ? "b & <b>" : "a");
    }
    writeFileAtomic(folder.path / "data.csv", csv);
    Json manifest = handManifest();
    manifest["settings"] = Json::parse(R"([{"name": "threshold", "value": 0.8}, {"name": "alpha", "value": 0.1}])");  // alpha does nothing
    writeFileAtomic(folder.path / "m.json", manifest.dump());
    fields = parseManifest(manifest.dump(), "m.json").inputs;
    data = std::make_shared<const Dataset>(readDataset("test", {(folder.path / "data.csv").string()}, fields));
    info.model = "Hand", info.source = "hand.ramp", info.seed = 3, info.artifactSha256 = manifest["sha256"], info.classes = fields[1].names;
    info.command = {"train", "hand file.ramp"};
    createRun(run, info, {OFFRAMP_HAND_ARTIFACT, folder.path / "m.json", {}, {}, {}});
    splits = makeTrainingSplits(data, nullptr, 0);
    Session training(Artifact::loadFromRun(run), std::make_unique<HandBackend>());
    LoopOptions options;
    options.output = {};
    Loop(training, splits, info, run, options).run();
    session = std::make_unique<Session>(Artifact::loadFromRun(run), std::make_unique<HandBackend>());
    loadWeights(trainedWeights(run), session->manifest(), session->weights());
  }
  Folder folder;
  std::filesystem::path run = folder.path / "run";
  std::vector<FieldSpec> fields;
  std::shared_ptr<const Dataset> data;
  TrainingSplits splits;
  RunInfo info;
  std::unique_ptr<Session> session;
};

ReportOptions quiet() {
  ReportOptions options;
  options.sweep.output = {}, options.sweep.points = 5, options.sweep.rounds = 1, options.sweep.timed = {20, 100};
  return options;
}

}  // namespace

BOOST_AUTO_TEST_CASE(theComparedSettingIsFound) {
  Trained t;
  SweptSetting swept = findSweptSetting(*t.session, wholeSplit(t.data), 6);
  BOOST_TEST(swept.name == "threshold");
  BOOST_REQUIRE(swept.values.size() >= 4);
  BOOST_TEST(std::is_sorted(swept.values.begin(), swept.values.end()));
  for (double value : swept.values) BOOST_TEST((value > 0.45 && value <= 1.0));
  BOOST_TEST(t.session->settings().named().at("threshold") == 0.8);
  BOOST_TEST(t.session->settings().named().at("alpha") == 0.1);
}

BOOST_AUTO_TEST_CASE(numbersAreThoseOfAnEvaluation) {
  Trained t;
  Split split = wholeSplit(t.data);
  ReportData data = makeReport(*t.session, split, t.run, t.info, quiet());
  Evaluator evaluator(*t.session, split, 64);
  Evaluation e = evaluator.evaluate({}, "", {});
  BOOST_TEST(*data.evaluation.accuracy == *e.accuracy);
  BOOST_TEST(data.evaluation.histogram == e.histogram, boost::test_tools::per_element());
  BOOST_TEST(data.stages.meanStage == e.meanStage);
  int64_t left = 0, right = 0;
  for (size_t c = 0; c < 2; ++c)
    for (size_t s = 0; s < 2; ++s) left += data.classExits[c][s], right += data.classRight[c][s];
  BOOST_TEST(left == e.samples);
  BOOST_TEST((double)right / (double)left == *e.accuracy);
  BOOST_TEST(data.sweep.points[0].meanStage == 2.0);  // full depth
  bool found = false;
  for (const SweepPoint &point : data.sweep.points) {
    for (double rate : point.samplesPerSecond) BOOST_TEST(rate > 0);
    if (!point.setting) continue;
    t.session->settings().set("threshold", *point.setting);
    Evaluation there = evaluator.evaluate({}, "", {});
    BOOST_TEST(*point.quality == *there.accuracy);
    BOOST_TEST(point.meanStage == there.meanStage);
    found = found || (point.inForce && *point.setting == 0.8);
  }
  BOOST_TEST(found);
}

BOOST_AUTO_TEST_CASE(thePageHoldsEverySection) {
  Trained t;
  ReportData data = makeReport(*t.session, wholeSplit(t.data), t.run, t.info, quiet());
  const std::string html = reportHtml(data);
  for (const char *id : {"summary", "speed", "exits", "accuracy", "learning", "tables", "cost", "roofline", "examples"})
    BOOST_TEST(html.find(fmt::format("<section id=\"{}\">", id)) != std::string::npos, id);
  BOOST_TEST(html.find("b &amp; &lt;b&gt;") != std::string::npos);  // a class name
  BOOST_TEST(html.find("<b>b") == std::string::npos);
  BOOST_TEST(html.find("offramp train &#39;hand file.ramp&#39;") != std::string::npos);  // quoted for a shell
  BOOST_TEST(html.find("its first values are shown") != std::string::npos);
  BOOST_TEST(html.find("memorized = 1") != std::string::npos);
  BOOST_TEST(html.find("http") == html.find("http://www.w3.org/2000/svg"));  // nothing is fetched
  Json json = Json::parse(reportJson(data));
  BOOST_TEST(json["accuracy"].get<double>() == *data.evaluation.accuracy);
  if (const char *out = std::getenv("OFFRAMP_TEST_REPORT")) writeFileAtomic(out, html);  // to be looked at
}

BOOST_AUTO_TEST_CASE(withoutLabelsItSaysSo) {
  Trained t;
  std::string csv = "x_0,x_1,x_2,x_3\n";
  for (int i = 0; i < 70; ++i) csv += fmt::format("{},{},0.1,0.2\n", i % 7 - 3, i % 5 - 2);
  writeFileAtomic(t.folder.path / "plain.csv", csv);
  auto plain = std::make_shared<const Dataset>(readDataset("test", {(t.folder.path / "plain.csv").string()}, t.fields, Labels::Optional));
  ReportData data = makeReport(*t.session, wholeSplit(plain), t.run, t.info, quiet());
  BOOST_TEST(!data.evaluation.accuracy.has_value());
  const std::string html = reportHtml(data);
  BOOST_TEST(html.find("Unknown: the test data has no labels.") != std::string::npos);
  BOOST_TEST(html.find("nan") == std::string::npos);
}
