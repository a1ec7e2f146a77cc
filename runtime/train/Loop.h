// The training loop: the phases of the manifest one after the other, over batches in an order that is a pure function of (seed, epoch).
// Saves itself so that a run killed at any instant goes on to bit-identical weights. Makes no run folder (Run.h) and reads no data.
#pragma once

#include "runtime/core/Session.h"
#include "runtime/data/BatchBuilder.h"
#include "runtime/data/EpochOrder.h"
#include "runtime/data/Splits.h"
#include "runtime/train/Checkpoint.h"
#include "runtime/train/CheckpointSchedule.h"
#include "runtime/train/ChosenEpoch.h"
#include "runtime/train/Events.h"
#include "runtime/train/Metrics.h"
#include "runtime/train/Progress.h"
#include "runtime/train/Run.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace offramp::runtime {

struct LoopOptions {
  double checkpointSeconds = 30;            ///< at least, CheckpointSchedule.h
  int64_t checkpointSteps = 0;              ///< 0: by time only
  int64_t frozenMiB = 1024;                 ///< most memory for what a phase's frozen stages make of the samples
  const std::atomic<bool> *stop = nullptr;  ///< set from outside (Ctrl-C): save and return
  Progress::Output output = Progress::standardError();
};

enum class LoopEnd { Finished, Interrupted };

/// Where a run is; small, all of it in each checkpoint.
struct LoopState {
  int64_t phase = 0, epoch = 0, batch = 0;  ///< batch: those of this epoch that are done
  int64_t phaseStep = 0, step = 0;          ///< optimizer steps of this phase, of the run
  int64_t averaged = 0;                     ///< steps of this phase whose weights are in the average
  int64_t epochs = 0;                       ///< training epochs begun before this one, over all phases
  std::vector<double> sums;                 ///< of loss and metrics over this epoch's samples so far
  double seconds = 0;                       ///< spent on steps of this epoch
  ChosenEpoch chosen;                       ///< of the last phase, by qualityOf (Quality.h) on validation data
};

class Loop {
 public:
  /// The session's backend must be in training mode. `splits` and `info` must outlive the loop.
  Loop(Session &session, const TrainingSplits &splits, const RunInfo &info, std::filesystem::path run, LoopOptions options);

  /// From the latest checkpoint, or from the beginning. Writes RUN/model.safetensors and RUN/result.json at the end. UserError when the loss
  /// is not finite (the last checkpoint is kept).
  LoopEnd run();

 private:
  void begin();
  void restore(const Checkpoint &checkpoint);
  void save();
  bool stopped() const { return options.stop && options.stop->load(); }
  bool isLastTraining(size_t phase) const;

  LoopEnd train(const ManifestTrainPhase &phase);
  void step(const ManifestTrainPhase &phase, size_t program, BatchBuilder &builder, int64_t at, int64_t total);
  bool validate(const ManifestTrainPhase &phase);  ///< false: interrupted
  void average(double share, int64_t total);       ///< takes the weights in, if this step is one of those that count
  void swapAverage();                              ///< with the weights that the phase updates; nothing if nothing was averaged
  LoopEnd measure(const ManifestMeasurePhase &phase);
  bool writeTables(size_t program, const std::string &title);  ///< runs a measure over all training samples; false: interrupted
  int64_t keptMiB(const ManifestKept &kept) const;
  bool keepFrozen(const ManifestTrainPhase &phase);  ///< false: interrupted, or no memory for it, which is said
  int64_t keptBytes(size_t table) const;
  void makeRoom(const ManifestKept &kept);
  void forget(const ManifestKept &kept);
  void finish();

  Session &session;
  const TrainingSplits &splits;
  const RunInfo &info;
  std::filesystem::path folder;
  LoopOptions options;
  CheckpointStore store;
  CheckpointSchedule checkpoints;
  LoopState state;
  AlignedBlock gradients, m, v, chosenWeights, mean;
  std::vector<AlignedBlock> tables;       ///< by manifest slot, [rows of the training data, elements]; those that a phase keeps only while it runs
  std::vector<void *> tablePointers;
  int64_t keptFor = -1;                   ///< number of the phase whose kept tables the measure before it has filled
  std::vector<int64_t> visit;
  std::vector<float> losses;
  std::vector<offramp_range> ranges;
  EpochOrder order;
  std::unique_ptr<MetricsLog> metrics;
  std::unique_ptr<EventWriter> events;
  DataIdentity trainIdentity, validIdentity;
};

}  // namespace offramp::runtime
