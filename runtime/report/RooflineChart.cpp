// The picture of Roofline.h. Both axes are logarithmic over whole decades; roofs are clipped to the picture.
#include "runtime/report/Roofline.h"
#include "runtime/report/Svg.h"
#include "runtime/report/Text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace offramp::runtime::report {
namespace {

constexpr double width = 460, height = 290, left = 68, right = 14, top = 14, bottom = 46;

/// Powers of ten from 10^lo to 10^hi.
struct Decades {
  int lo = 0, hi = 1;
  double from = 0, to = 1;
  double operator()(double value) const { return from + (std::log10(value) - lo) / (hi - lo) * (to - from); }
  double low() const { return std::pow(10, lo); }
  double high() const { return std::pow(10, hi); }
};

Decades decadesFor(double least, double most, double from, double to) {
  Decades d{(int)std::floor(std::log10(least) + 1e-9), (int)std::ceil(std::log10(most) - 1e-9), from, to};
  if (d.hi <= d.lo) d.hi = d.lo + 1;
  return d;
}

std::string power(int exponent) {
  return exponent >= -2 && exponent <= 5 ? number(std::pow(10, exponent), std::max(0, -exponent)) : fmt::format("1e{}", exponent);
}

bool drawable(const RooflinePoint &p) { return p.flops > 0 && p.bytes > 0 && p.attainableNs > 0; }

void axes(Svg &svg, const Decades &x, const Decades &y) {
  for (int e = y.lo; e <= y.hi; ++e) {
    const double at = y(std::pow(10, e));
    svg.line({left, at}, {width - right, at}, e == y.lo ? "axis" : "grid");
    svg.text({left - 7, at + 4}, power(e), "tick", "end");
  }
  for (int e = x.lo; e <= x.hi; ++e) {
    const double at = x(std::pow(10, e));
    svg.line({at, top}, {at, height - bottom + 4}, e == x.lo ? "axis" : "grid");
    svg.text({at, height - bottom + 17}, power(e), "tick", "middle");
  }
  svg.text({(left + width - right) / 2, height - 8}, "FLOP per byte", "label", "middle");
  svg.text({13, (top + height - bottom) / 2}, "GFLOP/s", "label", "middle", true);
}

/// From where the slope enters the picture to the ridge.
void slope(Svg &svg, const Decades &x, const Decades &y, double bytesPerNs, double peak, const char *cls, const std::string &name) {
  const double begin = std::max(x.low(), y.low() / bytesPerNs), end = std::min(x.high(), peak / bytesPerNs);
  if (end <= begin) return;
  svg.line({x(begin), y(begin * bytesPerNs)}, {x(end), y(end * bytesPerNs)}, cls);
  const double at = begin * std::pow(end / begin, 0.3);  // right of the slope there is room
  svg.text({x(at) + 8, y(at * bytesPerNs) + 10}, name, "tick");
}

}  // namespace

std::string rooflineChart(const std::string &title, const RooflineData &data, const std::vector<RooflinePoint> &points) {
  double leastX = INFINITY, mostX = 0, leastY = INFINITY;
  bool measured = false;
  const double main = data.memory.empty() ? 0 : data.memory.back().bytesPerNs;
  for (const RooflinePoint &p : points) {
    if (!drawable(p)) continue;
    leastX = std::min(leastX, p.intensity()), mostX = std::max(mostX, p.intensity());
    leastY = std::min({leastY, p.flops / p.attainableNs, p.measuredNs && *p.measuredNs > 0 ? p.flops / *p.measuredNs : INFINITY});
    measured |= p.measuredNs.has_value();
  }
  if (mostX <= 0 || main <= 0 || data.flopsPerNs <= 0) return "<p class=\"none\">Nothing here computes: there is no roofline to draw.</p>";
  const Decades x = decadesFor(leastX, std::max(mostX, 2 * data.flopsPerNs / main), left, width - right);
  const Decades y = decadesFor(leastY, data.flopsPerNs, height - bottom, top);
  Svg svg(width, height, title + ": rate over FLOP per byte, with the roofs of the machine");
  axes(svg, x, y);
  const RooflineMemory &fastest = data.memory.front();
  const double ridge = data.flopsPerNs / fastest.bytesPerNs;
  svg.line({x(std::clamp(ridge, x.low(), x.high())), y(data.flopsPerNs)}, {width - right, y(data.flopsPerNs)}, "line s3");
  svg.text({width - right - 2, y(data.flopsPerNs) - 5}, fmt::format("{} GFLOP/s", number(data.flopsPerNs)), "tick", "end");
  slope(svg, x, y, main, data.flopsPerNs, "line s3", fmt::format("memory {} GB/s", number(main, main < 10 ? 1 : 0)));
  if (data.memory.size() > 1)
    slope(svg, x, y, fastest.bytesPerNs, data.flopsPerNs, "dashed", fmt::format("smallest cache {} GB/s", number(fastest.bytesPerNs)));
  for (const RooflinePoint &p : points) {
    if (!drawable(p)) continue;
    const double at = x(p.intensity()), attainable = y(p.flops / p.attainableNs);
    std::string tip = fmt::format("{}\n{} FLOP per byte\nattainable {} ({} GFLOP/s), bound by {}", p.name, compact(p.intensity(), 3),
                                  duration(p.attainableNs), compact(p.flops / p.attainableNs, 3), p.computeBound ? "compute" : "memory");
    if (p.measuredNs && *p.measuredNs > 0) {
      const double reached = y(p.flops / *p.measuredNs);
      tip += fmt::format("\nmeasured {} ({} GFLOP/s), {} of it", duration(*p.measuredNs), compact(p.flops / *p.measuredNs, 3),
                         percent(p.attainableNs / *p.measuredNs, 0));
      svg.line({at, attainable}, {at, reached}, "grid");
      svg.circle({at, reached}, 4.5, "dot f2");
      svg.circle({at, reached}, 10, "hit", tip);
    }
    svg.circle({at, attainable}, 4, "dot f1");
    svg.circle({at, attainable}, 10, "hit", tip);
  }
  std::string legend = "<p class=\"legend\"><span><i class=\"key k1\"></i>attainable</span>";
  if (measured) legend += "<span><i class=\"key k2\"></i>measured</span>";
  legend += "<span><i class=\"key k3\"></i>roof</span></p>";
  return fmt::format("<figure><figcaption>{}</figcaption>{}{}</figure>\n", escape(title), legend, svg.finish());
}

}  // namespace offramp::runtime::report
