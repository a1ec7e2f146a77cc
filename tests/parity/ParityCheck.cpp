// Compares the exits in tables of answers (docs: Predictions.h) with those of the reference interpreter and with each other.
//   ParityCheck RUN test=PATH,PATH N TABLE… [--set name=value…] [--limit SAMPLES] [--dtype bf16|int8 --f32 TABLE]
// The reference answers the first N samples (0: all), and every later one on which the tables disagree. Where its distance to flip is within the
// margin the sample is counted and listed; elsewhere another exit is a failure. In f32 the margin is 1e-4, and more than 0.1 % of near samples (one
// at least) fail. With --dtype the reference rounds as that type does, and the margin follows from the error that is measured (ErrorMargin.h); the
// exits are then also compared with those of f32.
#include "compiler/tools/offramp/OpenRun.h"
#include "compiler/tools/offramp/ReferenceRun.h"
#include "tests/parity/ErrorMargin.h"

#include "runtime/data/Splits.h"
#include "runtime/train/Progress.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>

using namespace offramp;
using namespace offramp::runtime;

namespace {

/// Stage and prediction of every sample; the table's columns are found by name.
struct Table {
  std::string name;
  std::vector<int> stage;
  std::vector<std::string> prediction;
  std::vector<double> decision;  ///< NaN at a forced exit
};

Table readTable(const std::string &path, int64_t samples) {
  std::ifstream file(path);
  Table table{path.substr(path.rfind('/') + 1), {}, {}, {}};
  std::string line, cell;
  std::vector<std::string> header;
  auto cells = [&](std::vector<std::string> &out) {
    out.clear();
    std::istringstream stream(line);
    while (std::getline(stream, cell, '\t')) out.push_back(cell);
  };
  std::getline(file, line);
  cells(header);
  auto column = [&](const char *name) {
    auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end()) throw std::runtime_error(path + ": no column " + name);
    return (size_t)(found - header.begin());
  };
  size_t index = column("index"), stage = column("stage"), prediction = column("prediction"), decision = column("decision");
  std::vector<std::string> row;
  while (std::getline(file, line)) {
    cells(row);
    if (std::stoll(row.at(index)) != (int64_t)table.stage.size()) throw std::runtime_error(path + ": rows are not in order");
    table.stage.push_back(std::stoi(row.at(stage)));
    table.prediction.push_back(row.at(prediction));
    table.decision.push_back(decision < row.size() && !row[decision].empty() ? std::stod(row[decision]) : NAN);
  }
  if ((int64_t)table.stage.size() != samples) throw std::runtime_error(path + " has " + std::to_string(table.stage.size()) + " samples instead of " + std::to_string(samples));
  return table;
}

/// Samples that take another exit than in f32: the decision at the earlier of both exits must lie as near the threshold as the measured error allows.
bool explainFlips(const std::string &dtype, const Table &f32, const std::vector<Table> &tables, bool probability, double threshold) {
  bool good = true;
  for (const Table &t : tables) {
    parity::ErrorMargin error(probability);
    for (size_t i = 0; i < t.stage.size(); ++i)
      if (t.stage[i] == f32.stage[i]) error.see(t.decision[i], f32.decision[i]);
    int64_t flips = 0, unexplained = 0;
    double farthest = 0;
    for (size_t i = 0; i < t.stage.size(); ++i) {
      if (t.stage[i] == f32.stage[i]) continue;
      const double distance = std::fabs((t.stage[i] < f32.stage[i] ? t.decision[i] : f32.decision[i]) - threshold);
      ++flips, farthest = std::max(farthest, distance);
      if (distance <= error.margin()) continue;
      ++unexplained;
      std::cout << "UNEXPLAINED: sample " << i << " leaves at " << t.stage[i] << " in " << dtype << " and at " << f32.stage[i]
                << " in f32, " << distance << " from the threshold\n";
    }
    std::cout << t.name << " against f32: " << flips << " of " << t.stage.size() << " samples take another exit, at most " << farthest
              << " from the threshold; " << error.text() << "\n";
    good &= unexplained == 0 && flips * 20 <= (int64_t)t.stage.size();
  }
  if (!good)
    std::cout << "FAILED: exits differ from f32's where the error of " << dtype
              << " does not explain it, or for more than 5 % of the samples\n";
  return good;
}

int check(const std::vector<std::string> &words) {
  std::vector<std::string> sets, paths;
  std::string dtype = "f32", f32Path;
  int64_t most = INT64_MAX;
  for (size_t i = 3; i < words.size(); ++i) {
    if (words[i] == "--set") sets.push_back(words.at(++i));
    else if (words[i] == "--dtype") dtype = words.at(++i);
    else if (words[i] == "--f32") f32Path = words.at(++i);
    else if (words[i] == "--limit") most = std::stoll(words.at(++i));
    else paths.push_back(words[i]);
  }
  tool::OpenRun run = tool::openRun(words.at(0), sets, 0);
  std::shared_ptr<const Dataset> data = tool::testData({words.at(1)}, run.fields);
  const int64_t all = std::min(data->rows, most), limit = std::stoll(words.at(2)), checked = limit ? std::min(limit, all) : all;
  std::vector<Table> tables;
  for (const std::string &path : paths) tables.push_back(readTable(path, all));
  if (tables.empty()) throw std::runtime_error("no tables to compare");

  std::vector<int64_t> rows;
  int64_t disputed = 0;
  for (int64_t i = 0; i < all; ++i) {
    bool differ = std::any_of(tables.begin(), tables.end(), [&](const Table &t) { return t.stage[i] != tables[0].stage[i]; });
    disputed += differ;
    if (i < checked || differ) rows.push_back(i);
  }
  tool::ReferenceRun reference(words.at(0), run);
  tool::ReferenceOptions options;
  options.precision = tool::referencePrecision(dtype);
  Progress progress("reference", (int64_t)rows.size(), "samples", Progress::standardError());
  options.progress = [&](int64_t done) { progress.update(done); };
  std::vector<tool::ReferenceAnswer> answers = reference.infer(*data, rows, options);
  progress.finish();

  const bool probability = run.artifact->manifest().decision == "probability";
  double margin = tool::kFlipMargin;
  if (dtype != "f32") {
    parity::ErrorMargin error(probability);
    for (size_t i = 0; i < rows.size(); ++i)
      for (const Table &t : tables)
        if (t.stage[rows[i]] == answers[i].stage) error.see(t.decision[rows[i]], answers[i].decision);
    margin = std::max(margin, error.margin());
    std::cout << dtype << " against its reference: " << error.text() << "\n";
  }

  std::vector<std::string> names = run.info.classes;
  std::set<int> exits;
  int64_t near = 0, wrong = 0, otherAnswer = 0;
  for (size_t i = 0; i < rows.size(); ++i) {
    const tool::ReferenceAnswer &a = answers[i];
    exits.insert(a.stage);
    std::string stages, prediction = (size_t)a.prediction < names.size() ? names[a.prediction] : std::to_string(a.prediction);
    bool differ = false;
    for (const Table &t : tables) {
      differ |= t.stage[rows[i]] != a.stage;
      stages += ", " + t.name + " " + std::to_string(t.stage[rows[i]]);
      otherAnswer += t.stage[rows[i]] == a.stage && t.prediction[rows[i]] != prediction;
    }
    const bool isNear = a.distance <= margin;
    near += isNear;
    wrong += differ && !isNear;
    if (differ || (isNear && dtype == "f32"))
      std::cout << (isNear ? "near" : "WRONG") << ": sample " << rows[i] << ", distance " << a.distance << ", reference " << a.stage << stages << "\n";
  }
  // A reduced type makes many near samples: they are counted, and what must stay rare are exits that really differ.
  const int64_t allowed = dtype == "f32" ? std::max<int64_t>(1, checked / 1000) : checked,
                otherAllowed = std::max<int64_t>(1, checked / (dtype == "f32" ? 1000 : 100));
  std::cout << tables.size() << " tables of " << all << " samples, " << rows.size() << " of them by the reference, " << exits.size() << " different exits: " << wrong
            << " wrong exits, " << near << " near (allowed " << allowed << "), " << disputed << " on which the tables disagree, " << otherAnswer << " other predictions at the same exit\n";
  const bool explained =
      f32Path.empty() || explainFlips(dtype, readTable(f32Path, all), tables, probability, run.session->settings().named().at("threshold"));
  if (exits.size() < 2) std::cout << "FAILED: all samples leave at one stage; this run shows nothing\n";
  if (wrong || near > allowed) std::cout << "FAILED\n";
  // An argmax may be a near miss too: as rare as the exits.
  return wrong || near > allowed || exits.size() < 2 || otherAnswer > otherAllowed * (int64_t)tables.size() || !explained;
}

}  // namespace

int main(int argc, char **argv) {
  try {
    if (argc < 5) {
      std::cerr << "usage: ParityCheck RUN test=PATH,PATH N TABLE… [--set name=value…] [--limit SAMPLES] [--dtype bf16|int8 --f32 TABLE]\n";
      return 2;
    }
    return check({argv + 1, argv + argc});
  } catch (const std::exception &error) {
    std::cerr << "ParityCheck: " << error.what() << "\n";
    return 3;
  }
}
