// Shapes of an inline SVG picture, written one behind the other. Colours are CSS classes of the page (Style.cpp), so that one picture serves
// light and dark; `tip` is text shown on hover.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace offramp::runtime::report {

class Svg {
 public:
  using Point = std::pair<double, double>;

  /// `title` says what the picture shows to those who do not see it.
  Svg(double width, double height, std::string_view title);

  void line(Point a, Point b, std::string_view cls);
  void polyline(const std::vector<Point> &points, std::string_view cls);
  void circle(Point at, double radius, std::string_view cls, std::string_view tip = {});
  void rect(Point at, double width, double height, std::string_view cls, std::string_view tip = {});
  /// `anchor` one of `start`, `middle`, `end`; `turned`: reads upwards.
  void text(Point at, std::string_view text, std::string_view cls, const char *anchor = "start", bool turned = false);

  /// The whole element; nothing may be added afterwards.
  std::string finish();

 private:
  std::string out;
};

}  // namespace offramp::runtime::report
