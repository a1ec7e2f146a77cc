// See Svg.h.
#include "runtime/report/Svg.h"

#include "runtime/report/Text.h"

#include <fmt/format.h>

namespace offramp::runtime::report {
namespace {

std::string tipAttribute(std::string_view tip) { return tip.empty() ? "" : fmt::format(" data-tip=\"{}\"", escape(tip)); }

}  // namespace

Svg::Svg(double width, double height, std::string_view title) {
  out = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0:g} {1:g}\" role=\"img\" aria-label=\"{2}\">", width, height, escape(title));
}

void Svg::line(Point a, Point b, std::string_view cls) {
  out += fmt::format("<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>", cls, a.first, a.second, b.first, b.second);
}

void Svg::polyline(const std::vector<Point> &points, std::string_view cls) {
  if (points.size() < 2) return;
  out += fmt::format("<polyline class=\"{}\" points=\"", cls);
  for (size_t i = 0; i < points.size(); ++i) out += fmt::format("{}{:.1f},{:.1f}", i ? " " : "", points[i].first, points[i].second);
  out += "\"/>";
}

void Svg::circle(Point at, double radius, std::string_view cls, std::string_view tip) {
  out += fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:g}\"{}/>", cls, at.first, at.second, radius, tipAttribute(tip));
}

void Svg::rect(Point at, double width, double height, std::string_view cls, std::string_view tip) {
  out += fmt::format("<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\"{}/>", cls, at.first, at.second, width, height, tipAttribute(tip));
}

void Svg::text(Point at, std::string_view text, std::string_view cls, const char *anchor, bool turned) {
  out += fmt::format("<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\"", cls, at.first, at.second, anchor);
  if (turned) out += fmt::format(" transform=\"rotate(-90 {:.1f} {:.1f})\"", at.first, at.second);
  out += fmt::format(">{}</text>", escape(text));
}

std::string Svg::finish() {
  out += "</svg>";
  return std::move(out);
}

}  // namespace offramp::runtime::report
