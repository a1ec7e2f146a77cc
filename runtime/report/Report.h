// A report of a trained run: everything it shows, gathered by makeReport (which evaluates and times), and written as one HTML page by
// reportHtml (which computes nothing). The page needs no other file and no network.
#pragma once

#include "runtime/core/Backend.h"
#include "runtime/core/Session.h"
#include "runtime/infer/Collect.h"
#include "runtime/infer/Evaluate.h"
#include "runtime/infer/Quality.h"
#include "runtime/report/Curves.h"
#include "runtime/report/Examples.h"
#include "runtime/report/Roofline.h"
#include "runtime/report/Sweep.h"
#include "runtime/train/Run.h"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace offramp::runtime::report {

/// What the cost model says and did at one batch size, at the setting in force.
struct BatchDecisions {
  int64_t batch = 0;
  std::vector<StagePlan> plans;
  std::vector<BackendChoices> taken;  ///< while the batches were run
};

struct ReportData {
  std::string runFolder, command, version;
  RunInfo info;
  std::string decision;                    ///< what the rule compares, in a word
  std::vector<std::string> dataPaths;      ///< of the test data
  std::map<std::string, double> settings;  ///< in force
  std::string backend, cpu;
  int threads = 0;
  int64_t weightElements = 0, rowsPerSample = 0, arenaBytes = 0;  ///< arena: at batch 64
  Quality quality;                         ///< of `evaluation`, of the sweep's points and of epochs
  Evaluation evaluation;                   ///< at batch 64, as `offramp eval` gives it
  std::vector<std::optional<double>> leaverQuality;  ///< by stage, of those who leave there (of numbers: two or more); empty without labels
  CollectedSummary stages;                 ///< every exit of every sample; empty without labels
  std::vector<std::vector<int64_t>> classExits, classRight;  ///< [class][stage]: samples that left, of them right; empty without classes
  std::vector<std::string> classNames;
  Sweep sweep;
  RunCurves curves;
  std::vector<ManifestStageCost> costs;
  std::vector<BatchDecisions> decisions;
  std::optional<RooflineData> roofline;    ///< counted by whoever can compile; makeReport leaves it empty …
  std::string rooflineMissing;             ///< … and why there is none
  Examples examples;
};

struct ReportOptions {
  std::string command, version;
  std::string cpu;  ///< name of the processor, for the summary
  SweepOptions sweep;
  std::vector<int64_t> decisionBatches{1, 8, 64};
};

ReportData makeReport(Session &session, const Split &split, const std::filesystem::path &run, const RunInfo &info, const ReportOptions &options);

std::string reportHtml(const ReportData &data);

}  // namespace offramp::runtime::report
