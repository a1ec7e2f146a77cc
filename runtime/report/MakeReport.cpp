// Gathers what a report shows, by evaluating and timing. Numbers are those of `offramp eval`: the same calls, in the same order.
#include "runtime/core/Error.h"
#include "runtime/data/WorstRows.h"
#include "runtime/report/Report.h"

#include <algorithm>

namespace offramp::runtime::report {
namespace {

std::vector<BatchDecisions> decisions(Session &session, const Split &split, const ReportOptions &options) {
  std::vector<BatchDecisions> all;
  for (int64_t batch : options.decisionBatches) {
    Evaluator evaluator(session, split, batch);
    evaluator.warmUp({}, 1024);  // finds the shares of leavers
    session.backend().takeStageChoices();
    evaluator.time({}, std::max<int64_t>(512, 4 * batch));
    BatchDecisions d{batch, session.backend().plan((double)batch, averageRows(split, session.manifest())), {}};
    d.taken = session.backend().takeStageChoices();
    all.push_back(std::move(d));
  }
  return all;
}

void countClasses(ReportData &data, const std::vector<FieldSpec> &fields, const Manifest &m) {
  const int64_t label = m.labelInput();
  if (!data.evaluation.accuracy || label < 0) return;
  data.classNames = fields[(size_t)label].names;
  const auto classes = (size_t)m.classes;
  for (size_t c = data.classNames.size(); c < classes; ++c) data.classNames.push_back(std::to_string(c));
  data.classExits.assign(classes, std::vector<int64_t>((size_t)m.stages));
  data.classRight = data.classExits;
  for (const Prediction &p : data.evaluation.predictions) {
    if (p.label < 0 || p.label >= (int32_t)classes) continue;
    ++data.classExits[(size_t)p.label][(size_t)p.stage - 1];
    data.classRight[(size_t)p.label][(size_t)p.stage - 1] += p.label == p.prediction;
  }
}

/// Of those who leave at each stage.
std::vector<std::optional<double>> qualityOfLeavers(const Evaluation &evaluation) {
  std::vector<std::optional<double>> quality((size_t)evaluation.stages);
  std::vector<std::vector<Prediction>> leavers(quality.size());
  for (const Prediction &p : evaluation.predictions) leavers[(size_t)p.stage - 1].push_back(p);
  for (size_t s = 0; s < quality.size(); ++s)
    if (leavers[s].size() > (evaluation.number ? 1 : 0)) quality[s] = evaluation.number ? qualityOf(numberMetrics(leavers[s])) : accuracy(leavers[s]);
  return quality;
}

}  // namespace

ReportData makeReport(Session &session, const Split &split, const std::filesystem::path &run, const RunInfo &info, const ReportOptions &options) {
  if (split.size() == 0) userError("the test data holds no sample");
  const Manifest &m = session.manifest();
  ReportData data;
  data.quality.share = !m.answersNumber();
  data.runFolder = run.string(), data.command = options.command, data.version = options.version;
  data.info = info, data.decision = m.decision, data.dataPaths = split.data->paths, data.settings = session.settings().named();
  data.backend = session.backend().name(), data.cpu = options.cpu, data.threads = session.backend().threads();
  data.weightElements = m.weightElements, data.rowsPerSample = m.rowsPerSample, data.costs = m.stageCosts;
  data.curves = readCurves(run / "metrics.jsonl");  // first: a damaged log is found before minutes of work

  Evaluator evaluator(session, split, 64);
  evaluator.warmUp({});
  data.evaluation = evaluator.evaluate({}, "test", options.sweep.output);
  if (data.evaluation.quality) data.leaverQuality = qualityOfLeavers(data.evaluation);
  if (data.evaluation.quality && m.evaluate) {
    Progress progress("every exit", split.size(), "samples", options.sweep.output);
    data.stages = summarize(*collect(session, split, std::min<int64_t>(64, split.size()), [&](int64_t done) {
      progress.update(done);
      return true;
    }));
    progress.finish();
  }
  countClasses(data, m.fieldsWith(info.classes), m);
  BatchBuilder builder(*split.data, m.rowsPerSample);
  const int64_t program = m.findProgram(ProgramKind::Infer);
  data.arenaBytes = m.programs[(size_t)program].arena.bytes((worstRows(builder.rowCount(), split.rows, 64) + 15) / 16 * 16, 64);
  data.decisions = decisions(session, split, options);
  data.sweep = measureSweep(session, split, options.sweep);
  data.examples = chooseExamples(*split.data, data.evaluation.predictions);
  return data;
}

}  // namespace offramp::runtime::report
