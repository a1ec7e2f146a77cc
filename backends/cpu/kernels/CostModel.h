// When to regroup and when to run a stage exit-first: pure functions of a measured machine profile, the costs of the stages and the
// expected share of leavers. Nothing is timed here, so a decision is the same for the same numbers. Training uses neither choice.
#ifndef OFFRAMP_CPU_COST_MODEL_H
#define OFFRAMP_CPU_COST_MODEL_H

#include <cstdint>
#include <string>
#include <vector>

namespace offramp::cpu {

// Rates of one machine at one thread count and one precision of the weights. MachineProfile.h measures and stores it.
struct MachineProfile {
  static constexpr int kVersion = 1;
  int version = kVersion;
  std::string cpu;                // the CPU it was measured on, as MachineProfile.h names it
  int threads = 1;
  std::string precision = "f32";  // of linear()'s weights, as precisionName says …
  std::string products;           // … and what multiplied them, as engineProducts says: another kernel has other rates
  std::vector<int64_t> rows;      // ladder of row counts, ascending …
  std::vector<double> macsPerNs;  // … and the rate of linear() there (multiply-adds per nanosecond)
  double copyBytesPerNs = 8;      // moving rows: bytes read and written once
  double callNs = 1500;           // fixed cost of one kernel call (fork, join, dispatch)
  bool measured = false;          // false: cautious defaults, see defaultProfile
};
MachineProfile defaultProfile(int threads);

// What a stage costs, from the artifact's manifest. Filled by the runtime (engineSetStageCosts), one entry per stage in order.
// "macs" are multiply-adds of the GEMMs and of attention; "per row" counts every row of every sample, "per sample" one row of each.
struct StageCost {
  double wholeMacsPerRow = 0;      // the stage as one piece: all GEMMs over all rows (with attention at the typical row count)
  double wholeMacsPerSample = 0;   // gate and whatever else reads one row
  int64_t wholeCalls = 0;
  double firstMacsPerRow = 0;      // exit-first: what must run over all rows before the decision (keys and values)
  double firstMacsPerSample = 0;   // … and what runs on one row of each sample (queries, feed-forward, and what wholeMacsPerSample counts)
  int64_t firstCalls = 0;
  double restMacsPerRow = 0;       // for samples that stay: the remaining rows
  int64_t restCalls = 0;
  int64_t channels = 0;            // floats per row that regrouping would move
  bool canSplit = false;           // false: the exit reads every row; run whole
};

// Nanoseconds of `macs` multiply-adds spread evenly over `rows` rows.
double gemmNs(const MachineProfile &p, double macsPerRow, double rows);
double wholeStageNs(const MachineProfile &p, const StageCost &s, double samples, double rows);
double firstPartNs(const MachineProfile &p, const StageCost &s, double samples, double rows);
double restPartNs(const MachineProfile &p, const StageCost &s, double restRows);

// Exit-first iff first + (share that stays)·rest < whole.
bool chooseSplit(const MachineProfile &p, const StageCost &s, double samples, double rows, double leaveShare);
// Regroup iff dead rows × cost until the next exit > moved rows × copy cost. `stage`: the rows about to run (its rest, or the next stage
// whole); `next`: the stage after it up to its exit, or null.
bool chooseRegroup(const MachineProfile &p, const StageCost &stage, const StageCost *next, int64_t liveRows, int64_t deadRows, int64_t channels);

// What the model says of one stage for a batch, for people: `explain`, `bench`, reports. Decides by the functions above.
struct StagePlan {
  double samples = 0;       // that reach the stage
  double leaveShare = 0;    // of them, expected to leave there
  double wholeNs = 0;       // the stage as one piece
  double firstNs = 0;       // until the decision …
  double restNs = 0;        // … and the rest for those expected to stay
  bool split = false;       // exit-first is taken
  double splitFrom = 2;     // share of leavers from which exit-first pays; above 1: never
  double regroupFrom = 2;   // share of dead rows from which moving the others pays after exit-first; above 1: never
};
StagePlan planStage(const MachineProfile &p, const StageCost &s, const StageCost *next, double samples, double rowsPerSample, double leaveShare);
// All stages: the samples that reach a stage are those expected to have stayed, at least one.
std::vector<StagePlan> planStages(const MachineProfile &p, const std::vector<StageCost> &stages, double samples, double rowsPerSample,
                                  const std::vector<float> &leaveShares);

} // namespace offramp::cpu
#endif
