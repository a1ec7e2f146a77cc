// Compares the exits in tables of answers (docs: Predictions.h) with those of the reference interpreter and with each other.
//   ParityCheck RUN test=PATH,PATH N TABLE… [--set name=value…]
// The reference answers the first N samples (0: all), and every later one on which the tables disagree. Where its distance to flip is within the
// margin of f32 the sample is counted and listed; elsewhere another exit is a failure. So is more than 0.1 % of near samples (one at least).
#include "compiler/tools/offramp/OpenRun.h"
#include "compiler/tools/offramp/ReferenceRun.h"

#include "runtime/data/Splits.h"
#include "runtime/train/Progress.h"

#include <algorithm>
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
};

Table readTable(const std::string &path, int64_t samples) {
  std::ifstream file(path);
  Table table{path.substr(path.rfind('/') + 1), {}, {}};
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
  size_t index = column("index"), stage = column("stage"), prediction = column("prediction");
  std::vector<std::string> row;
  while (std::getline(file, line)) {
    cells(row);
    if (std::stoll(row.at(index)) != (int64_t)table.stage.size()) throw std::runtime_error(path + ": rows are not in order");
    table.stage.push_back(std::stoi(row.at(stage)));
    table.prediction.push_back(row.at(prediction));
  }
  if ((int64_t)table.stage.size() != samples) throw std::runtime_error(path + " has " + std::to_string(table.stage.size()) + " samples instead of " + std::to_string(samples));
  return table;
}

int check(const std::vector<std::string> &words) {
  std::vector<std::string> sets, paths;
  for (size_t i = 3; i < words.size(); ++i) words[i] == "--set" ? sets.push_back(words.at(++i)) : paths.push_back(words[i]);
  tool::OpenRun run = tool::openRun(words.at(0), sets, 0);
  std::shared_ptr<const Dataset> data = tool::testData({words.at(1)}, run.fields);
  const int64_t all = data->rows, limit = std::stoll(words.at(2)), checked = limit ? std::min(limit, all) : all;
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
  Progress progress("reference", (int64_t)rows.size(), "samples", Progress::standardError());
  options.progress = [&](int64_t done) { progress.update(done); };
  std::vector<tool::ReferenceAnswer> answers = reference.infer(*data, rows, options);
  progress.finish();

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
    const bool isNear = a.distance <= tool::kFlipMargin;
    near += isNear;
    wrong += differ && !isNear;
    if (isNear || differ)
      std::cout << (isNear ? "near" : "WRONG") << ": sample " << rows[i] << ", distance " << a.distance << ", reference " << a.stage << stages << "\n";
  }
  const int64_t allowed = std::max<int64_t>(1, checked / 1000);
  std::cout << tables.size() << " tables of " << all << " samples, " << rows.size() << " of them by the reference, " << exits.size() << " different exits: " << wrong
            << " wrong exits, " << near << " near (allowed " << allowed << "), " << disputed << " on which the tables disagree, " << otherAnswer << " other predictions at the same exit\n";
  if (exits.size() < 2) std::cout << "FAILED: all samples leave at one stage; this run shows nothing\n";
  if (wrong || near > allowed) std::cout << "FAILED\n";
  // An argmax may be a near miss too: as rare as the exits.
  return wrong || near > allowed || exits.size() < 2 || otherAnswer > allowed * (int64_t)tables.size();
}

}  // namespace

int main(int argc, char **argv) {
  try {
    if (argc < 5) {
      std::cerr << "usage: ParityCheck RUN test=PATH,PATH N TABLE… [--set name=value…]\n";
      return 2;
    }
    return check({argv + 1, argv + argc});
  } catch (const std::exception &error) {
    std::cerr << "ParityCheck: " << error.what() << "\n";
    return 3;
  }
}
