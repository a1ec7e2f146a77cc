// Escaping, numbers, scales, PNG and the log reader: each against values worked out by hand.
#include "runtime/core/Error.h"
#include "runtime/core/Files.h"
#include "runtime/report/Charts.h"
#include "runtime/report/Curves.h"
#include "runtime/report/Page.h"
#include "runtime/report/Png.h"
#include "runtime/report/Roofline.h"
#include "runtime/report/Scale.h"
#include "runtime/report/Text.h"
#include "tests/unit/runtime_train/Hand.h"

#include <zlib.h>

using namespace offramp::runtime;
using namespace offramp::runtime::report;

BOOST_AUTO_TEST_CASE(textIsEscaped) {
  BOOST_TEST(escape("a<b> & \"c\" 'd'") == "a&lt;b&gt; &amp; &quot;c&quot; &#39;d&#39;");
  BOOST_TEST(escape("µ × 日本 😀") == "µ × 日本 😀");
  BOOST_TEST(escape("tab\tline\nend") == "tab\tline\nend");
  const std::string bad = "\xEF\xBF\xBD";
  BOOST_TEST(escape(std::string_view("a\0b\x1b", 4)) == "a" + bad + "b" + bad);
  BOOST_TEST(escape("\xff\xC0\xAF") == bad + bad + bad);        // never a first byte; overlong
  BOOST_TEST(escape("\xED\xA0\x80") == bad + bad + bad);        // a surrogate
  BOOST_TEST(escape("x\xE2\x82") == "x" + bad + bad);           // cut off
}

BOOST_AUTO_TEST_CASE(numbersAreReadable) {
  BOOST_TEST(number(1234567.4) == "1,234,567");
  BOOST_TEST(number(999) == "999");
  BOOST_TEST(number(-1234.56, 1) == "-1,234.6");
  BOOST_TEST(number(-0.2) == "0");
  BOOST_TEST(number(NAN) == "–");
  BOOST_TEST(percent(0.8731) == "87.31 %");
  BOOST_TEST(compact(0.5) == "0.5");
  BOOST_TEST(compact(12345.678) == "1.235e+04");
  BOOST_TEST(duration(830) == "830 ns");
  BOOST_TEST(duration(12400) == "12.4 µs");
  BOOST_TEST(duration(3.1e6) == "3.1 ms");
}

BOOST_AUTO_TEST_CASE(ticksAreRoundAndInside) {
  BOOST_TEST(roundTicks(0, 10, 5) == (std::vector<double>{0, 2, 4, 6, 8, 10}), boost::test_tools::per_element());
  BOOST_TEST(roundTicks(0.8, 0.9, 5).front() == 0.8);
  BOOST_TEST(roundTicks(0.8, 0.9, 5).size() == 6);
  BOOST_TEST(roundTicks(3, 3, 5).size() == 1);
  for (double hi : {1e-7, 0.013, 1.7, 250.0, 3e6, 4e12}) {
    std::vector<double> ticks = roundTicks(hi / 7, hi, 6);
    BOOST_TEST(ticks.size() >= 2);
    BOOST_TEST(ticks.size() <= 8);
    for (double tick : ticks) BOOST_TEST((tick >= hi / 7 * (1 - 1e-9) && tick <= hi * (1 + 1e-9)));
  }
  BOOST_TEST(tickText(0.85, 0.05) == "0.85");
  BOOST_TEST(tickText(2, 0.5) == "2.0");
  BOOST_TEST(tickText(1e-18, 0.2) == "0");
  BOOST_TEST(tickText(2500, 500) == "2500");
}

BOOST_AUTO_TEST_CASE(scalesCoverTheValues) {
  std::vector<double> values{0.83, 0.91, NAN, 0.87};
  Scale s = scaleFor(values, 100, 0, 5);
  BOOST_TEST(s.lo <= 0.83);
  BOOST_TEST(s.hi >= 0.91);
  BOOST_TEST(s(s.lo) == 100);
  BOOST_TEST(s(s.hi) == 0);
  BOOST_TEST(scaleFor(values, 0, 1, 5, true).lo == 0);
  std::vector<double> equal{3, 3};
  BOOST_TEST(scaleFor(equal, 0, 1, 5).hi > 3);
  Scale none = scaleFor({}, 0, 1, 5);
  BOOST_TEST(none(0.5) == 0.5);
}

BOOST_AUTO_TEST_CASE(pngHoldsThePixels) {
  std::vector<uint8_t> pixels{0, 255, 7, 1, 2, 3};  // 3 wide, 2 high
  const std::string png = encodePng(pixels, 3, 2);
  BOOST_TEST(png.substr(0, 8) == "\x89PNG\r\n\x1a\n");
  auto number = [&](size_t at) { return (uint32_t)(uint8_t)png[at] << 24 | (uint32_t)(uint8_t)png[at + 1] << 16 | (uint32_t)(uint8_t)png[at + 2] << 8 | (uint8_t)png[at + 3]; };
  size_t at = 8;
  std::string kinds, packed;
  while (at < png.size()) {
    const uint32_t size = number(at);
    const std::string kind = png.substr(at + 4, 4), body = png.substr(at + 8, size), counted = kind + body;
    BOOST_TEST(number(at + 8 + size) == crc32(0, (const Bytef *)counted.data(), (uInt)counted.size()));
    kinds += kind + " ";
    if (kind == "IHDR") BOOST_TEST(body == std::string("\0\0\0\3\0\0\0\2\x08\0\0\0\0", 13));
    if (kind == "IDAT") packed = body;
    at += 12 + size;
  }
  BOOST_TEST(kinds == "IHDR IDAT IEND ");
  std::string raw(8, '?');
  uLongf size = raw.size();
  BOOST_REQUIRE(uncompress((Bytef *)raw.data(), &size, (const Bytef *)packed.data(), (uLong)packed.size()) == Z_OK);
  BOOST_TEST(size == 8u);
  BOOST_TEST(raw == std::string("\0\0\xff\7\0\1\2\3", 8));
  BOOST_CHECK_THROW(encodePng(pixels, 2, 2), std::logic_error);
}

BOOST_AUTO_TEST_CASE(base64PadsLikeTheStandard) {  // RFC 4648, section 10
  BOOST_TEST(base64("") == "");
  BOOST_TEST(base64("f") == "Zg==");
  BOOST_TEST(base64("fo") == "Zm8=");
  BOOST_TEST(base64("foo") == "Zm9v");
  BOOST_TEST(base64("foob") == "Zm9vYg==");
  BOOST_TEST(base64("\xff\xfe\xfd") == "//79");
}

BOOST_AUTO_TEST_CASE(chartsPlaceAndEscape) {
  LineChart chart{"a < b", "x & y", "share", {{"one", {{1, 0.5, "", false, ""}, {2, 1.0, "tip \"quoted\"", true, ""}}, true, true}}, true, true, true, {}, ""};
  const std::string figure = render(chart);
  BOOST_TEST(figure.find("<figcaption>a &lt; b</figcaption>") != std::string::npos);
  BOOST_TEST(figure.find("data-tip=\"tip &quot;quoted&quot;\"") != std::string::npos);
  BOOST_TEST(figure.find("100 %") != std::string::npos);
  BOOST_TEST(figure.find("nan") == std::string::npos);
  chart.series[0].points.push_back({3, NAN, "", false, ""});
  BOOST_TEST(render(chart).find("nan") == std::string::npos);
  BarChart bars{"t", "stage", "n", {{"1", 0, "0 %", ""}, {"2", 5, "100 %", ""}}};
  BOOST_TEST(render(bars).find("height=\"0.0\"") != std::string::npos);
  BOOST_TEST(render(BarChart{"t", "x", "y", {}}).find("nan") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(pageKeepsDataOutOfMarkup) {
  const std::string html = page("m", "s", "", R"({"x": "</script><b>&"})");
  BOOST_TEST(html.find("</script><b>") == std::string::npos);
  BOOST_TEST(html.find("\\u003c/script\\u003e\\u003cb\\u003e\\u0026") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(curvesAreThinnedByAveraging) {
  test::Folder folder;
  std::string log;
  for (int i = 1; i <= 100; ++i) log += fmt::format(R"({{"kind":"step","phase":"fit","epoch":1,"step":{},"lr":0.1,"loss":{},"reward":2.0,"gradient_norm":1.0,"samples_per_second":5.0}})" "\n", i, i);
  log += R"({"kind":"epoch","phase":"fit","epoch":1,"step":100,"loss":50.5,"seconds":1,"samples_per_second":7.0,"valid_accuracy":0.5,"valid_mean_stage":1.5})" "\n";
  log += R"({"kind":"phase","phase":"measure t","step":100,"table":"t","histogram":{"1":30,"10":5,"2":1}})" "\n";
  log += R"({"kind":"step","phase":"fit","ep)";  // killed while writing
  writeFileAtomic(folder.path / "m.jsonl", log);
  RunCurves curves = readCurves(folder.path / "m.jsonl", 10);
  BOOST_REQUIRE(curves.phases.size() == 1);
  BOOST_REQUIRE(curves.phases[0].curves.size() == 2);
  BOOST_TEST(curves.phases[0].curves[0].name == "loss");
  BOOST_REQUIRE(curves.phases[0].curves[0].value.size() == 10);
  BOOST_TEST(curves.phases[0].curves[0].value[0] == 5.5);
  BOOST_TEST(curves.phases[0].curves[0].step[9] == 95.5);
  BOOST_TEST(curves.phases[0].curves[1].value[3] == 2.0);
  BOOST_TEST(*curves.phases[0].epochs[0].quality == 0.5);
  BOOST_TEST(curves.tables[0].counts.rbegin()->first == 10);  // ordered as numbers
  writeFileAtomic(folder.path / "bad.jsonl", "{\"kind\":\"step\"}\n");
  BOOST_CHECK_EXCEPTION(readCurves(folder.path / "bad.jsonl"), UserError, [](const UserError &e) { return std::string(e.what()).find("bad.jsonl:1") != std::string::npos; });
}

BOOST_AUTO_TEST_CASE(rooflinesAreDrawnOnDecades) {
  // A ridge at 100/10 = 10 FLOP a byte. Axes: 1 to 100 FLOP a byte (twice the ridge is in the picture), 0.1 to 100 GFLOP/s.
  RooflineData data;
  data.flopsPerNs = 100, data.memory = {{"16 KiB", 200}, {"memory", 10}};
  RooflinePoint bound{"bound", 100, 50, 5, 200.0, false}, computes{"computes", 5000, 100, 50, 100.0, true}, moves{"moves", 0, 100, 10, 20.0, false};
  const std::string chart = rooflineChart("Stages", data, {bound, computes, moves});
  auto count = [&](const std::string &what) {
    size_t n = 0;
    for (size_t at = chart.find(what); at != std::string::npos; at = chart.find(what, at + 1)) ++n;
    return n;
  };
  BOOST_TEST(count("class=\"dot f1\"") == 2u);  // what computes nothing has no place on a logarithmic axis
  BOOST_TEST(count("class=\"dot f2\"") == 2u);
  // x: 68 to 446 over two decades; y: 244 to 14 over three. The bound one: log10(2) of a decade right, 20 GFLOP/s; measured 0.5.
  BOOST_TEST(count("<circle class=\"dot f1\" cx=\"124.9\" cy=\"67.6\" r=\"4\"/>") == 1u, chart);
  BOOST_TEST(count("<circle class=\"dot f2\" cx=\"124.9\" cy=\"190.4\"") == 1u, chart);
  BOOST_TEST(count("cx=\"389.1\" cy=\"14.0\"") == 2u, chart);  // at the roof, and what is hovered over
  BOOST_TEST(chart.find("2 % of it") != std::string::npos);
  BOOST_TEST(rooflineChart("Stages", data, {moves}).find("no roofline to draw") != std::string::npos);
}
