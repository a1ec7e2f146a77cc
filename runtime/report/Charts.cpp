// See Charts.h. Sizes are in units of the picture: 460 wide, so that text of 12 stays readable on a telephone and is not huge on a desk.
#include "runtime/report/Charts.h"

#include "runtime/report/Scale.h"
#include "runtime/report/Svg.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace offramp::runtime::report {
namespace {

constexpr double width = 460, height = 290, left = 68, right = 14, top = 14, bottom = 46;

std::string figure(const std::string &title, const std::string &legend, std::string picture) {
  return fmt::format("<figure><figcaption>{}</figcaption>{}{}</figure>\n", escape(title), legend, picture);
}

void axisLabels(Svg &svg, const std::string &x, const std::string &y) {
  svg.text({(left + width - right) / 2, height - 8}, x, "label", "middle");
  svg.text({13, (top + height - bottom) / 2}, y, "label", "middle", true);
}

/// Horizontal grid lines with their values.
void yAxis(Svg &svg, const Scale &y, bool share) {
  std::vector<double> ticks = roundTicks(y.lo, y.hi, 5);
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
  for (double tick : ticks) {
    svg.line({left, y(tick)}, {width - right, y(tick)}, std::fabs(tick - y.lo) < step * 1e-6 ? "axis" : "grid");
    svg.text({left - 7, y(tick) + 4}, share ? tickText(100 * tick, 100 * step) + " %" : tickText(tick, step), "tick", "end");
  }
}

void xAxis(Svg &svg, const Scale &x, bool integer) {
  std::vector<double> ticks = roundTicks(x.lo, x.hi, 6);
  if (integer) std::erase_if(ticks, [](double tick) { return std::fabs(tick - std::round(tick)) > 1e-6; });
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1;
  svg.line({left, height - bottom}, {width - right, height - bottom}, "axis");
  for (double tick : ticks) {
    svg.line({x(tick), height - bottom}, {x(tick), height - bottom + 4}, "axis");
    svg.text({x(tick), height - bottom + 17}, tickText(tick, step), "tick", "middle");
  }
}

std::string legendOf(const LineChart &chart) {
  if (chart.series.size() < 2) return "";
  std::string legend = "<p class=\"legend\">";
  for (size_t i = 0; i < chart.series.size(); ++i)
    legend += fmt::format("<span><i class=\"key k{}\"></i>{}</span>", i % 4 + 1, escape(chart.series[i].name));
  return legend + "</p>";
}

}  // namespace

std::string render(const LineChart &chart) {
  std::vector<double> xs, ys;
  for (const ChartSeries &series : chart.series)
    for (const ChartPoint &p : series.points)
      if (std::isfinite(p.x) && std::isfinite(p.y)) xs.push_back(p.x), ys.push_back(p.y);
  if (chart.reference) ys.push_back(*chart.reference);
  Scale x = scaleFor(xs, left + 6, width - right - 6, 6), y = scaleFor(ys, height - bottom, top, 5, chart.yZero);
  if (chart.yPercent) y.lo = std::max(y.lo, 0.0), y.hi = std::min(y.hi, 1.0);  // a share has no room beyond
  if (!(y.hi > y.lo)) y.lo = y.hi - 0.1;
  Svg svg(width, height, fmt::format("{}: {} over {}", chart.title, chart.yLabel, chart.xLabel));
  yAxis(svg, y, chart.yPercent);
  xAxis(svg, x, chart.xInteger);
  axisLabels(svg, chart.xLabel, chart.yLabel);
  if (chart.reference) {
    svg.line({left, y(*chart.reference)}, {width - right, y(*chart.reference)}, "dashed");
    svg.text({width - right - 2, y(*chart.reference) - 5}, chart.referenceLabel, "tick", "end");
  }
  for (size_t s = 0; s < chart.series.size(); ++s) {
    const ChartSeries &series = chart.series[s];
    std::vector<Svg::Point> path;
    for (const ChartPoint &p : series.points)
      if (std::isfinite(p.x) && std::isfinite(p.y)) path.push_back({x(p.x), y(p.y)});
    if (series.line) svg.polyline(path, fmt::format("line s{}", s % 4 + 1));
    const bool dots = series.dots || path.size() == 1;  // one point has no line
    for (const ChartPoint &p : series.points) {
      if (!std::isfinite(p.x) || !std::isfinite(p.y)) continue;
      const std::string tip = !p.tip.empty() ? p.tip : fmt::format("{} {}: {}", chart.xLabel, compact(p.x, 6), chart.yPercent ? percent(p.y) : compact(p.y));
      const std::string name = chart.series.size() > 1 ? series.name + "\n" : "";
      if (dots) svg.circle({x(p.x), y(p.y)}, p.marked ? 6.5 : 4, fmt::format("dot f{}{}", s % 4 + 1, p.marked ? " marked" : ""));
      svg.circle({x(p.x), y(p.y)}, path.size() > 40 ? 4 : 10, "hit", name + tip);
      if (!p.label.empty()) svg.text({x(p.x) + (x(p.x) > width * 0.75 ? -9 : 9), y(p.y) - 9}, p.label, "note", x(p.x) > width * 0.75 ? "end" : "start");
    }
  }
  return figure(chart.title, legendOf(chart), svg.finish());
}

std::string render(const BarChart &chart) {
  std::vector<double> values;
  for (const Bar &bar : chart.bars) values.push_back(bar.value);
  Scale y = scaleFor(values, height - bottom, top + 12, 5, true);
  Svg svg(width, height, fmt::format("{}: {} by {}", chart.title, chart.yLabel, chart.xLabel));
  yAxis(svg, y, false);
  axisLabels(svg, chart.xLabel, chart.yLabel);
  const double slot = (width - right - left) / std::max<double>(1, (double)chart.bars.size()), wide = std::min(slot * 0.72, 64.0);
  const size_t every = (size_t)std::max(1.0, std::ceil(26 / slot));  // category names must not touch
  for (size_t i = 0; i < chart.bars.size(); ++i) {
    const Bar &bar = chart.bars[i];
    const double middle = left + ((double)i + 0.5) * slot;
    svg.rect({middle - wide / 2, y(bar.value)}, wide, std::max(0.0, y(0) - y(bar.value)), "bar", bar.tip);
    if (slot >= 34) svg.text({middle, y(bar.value) - 5}, bar.label, "tick", "middle");
    if (i % every == 0) svg.text({middle, height - bottom + 17}, bar.category, "tick", "middle");
  }
  return figure(chart.title, "", svg.finish());
}

}  // namespace offramp::runtime::report
