// What a report shows of a machine's roofline: plain numbers that whoever counted the model hands over. Nothing is counted or measured here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace offramp::runtime::report {

/// Reading at `bytesPerNs` (GB/s) as long as the working set stays below `name`; main memory last.
struct RooflineMemory {
  std::string name;
  double bytesPerNs = 0;
};

/// A stage, or an operation over all stages.
struct RooflinePoint {
  std::string name;
  double flops = 0, bytes = 0;  ///< of a batch
  double attainableNs = 0;
  std::optional<double> measuredNs;
  bool computeBound = false;
  double intensity() const { return bytes > 0 ? flops / bytes : 0; }
};

struct RooflineData {
  std::string machine;          ///< what it is and how it was measured
  double flopsPerNs = 0;        ///< highest rate, GFLOP/s
  std::vector<RooflineMemory> memory;
  int64_t batch = 0, rows = 0;  ///< rows of each sample; 0: samples have none
  std::vector<RooflinePoint> stages, operations;
};

/// A log-log chart: the roofs of the machine, for each point that computes where it could be and where it was measured.
std::string rooflineChart(const std::string &title, const RooflineData &data, const std::vector<RooflinePoint> &points);

}  // namespace offramp::runtime::report
