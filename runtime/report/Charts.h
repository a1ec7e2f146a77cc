// The two kinds of charts in a report: lines or points over a numeric axis, and bars over categories. A chart is a <figure> with a caption,
// a legend where there is more than one series, and an SVG picture that scales to the width it is given. Values only: nothing is measured here.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace offramp::runtime::report {

struct ChartPoint {
  double x = 0, y = 0;
  std::string tip;      ///< shown on hover; empty: x and y
  bool marked = false;  ///< drawn larger
  std::string label;    ///< written beside the point
};

struct ChartSeries {
  std::string name;
  std::vector<ChartPoint> points;
  bool line = true, dots = false;
};

struct LineChart {
  std::string title, xLabel, yLabel;
  std::vector<ChartSeries> series;  ///< at most four; colours in order
  bool yPercent = false;            ///< y is a share
  bool yZero = false, xInteger = false;
  std::optional<double> reference;  ///< a dashed line at this y …
  std::string referenceLabel;       ///< … and what it is
};
std::string render(const LineChart &chart);

struct Bar {
  std::string category;
  double value = 0;
  std::string label;  ///< above the bar
  std::string tip;
};

struct BarChart {
  std::string title, xLabel, yLabel;
  std::vector<Bar> bars;
};
std::string render(const BarChart &chart);

}  // namespace offramp::runtime::report
