// Distance to flip (DESIGN.md 7.1): each rule on values whose answer is plain, and a patience rule along depth.
#include "tests/unit/reference/ModuleText.h"

#include <boost/test/unit_test.hpp>

using namespace offramp::reference;
using offramp::test::interpreterOf;
using offramp::test::perSample;

namespace {

/// Runs `body`, whose last value %c (i1 or i32, per sample) is returned, on %x: !nn.sample<4xf32>; gives the distance of its first element.
double distanceOf(const std::string &body, std::vector<double> x, const std::string &type = "i1") {
  Interpreter interpreter = interpreterOf("func.func @f(%x: !nn.sample<4xf32> {nn.input = 0 : i64}) -> !nn.sample<" + type +
                                          "> {\n  %half = nn.constant dense<0.5> : tensor<f32> : tensor<f32>\n"
                                          "  %two = nn.constant dense<2> : tensor<i32> : tensor<i32>\n"
                                          "  %all = nn.compare %x, %half {predicate = \"gt\"} : (!nn.sample<4xf32>, tensor<f32>) -> !nn.sample<4xi1>\n" +
                                          body + "\n  return %c : !nn.sample<" + type + ">\n}");
  Inputs in;
  in.samples = 1;
  in.inputs[0] = perSample({4}, {std::move(x)});
  return interpreter.run("f", in).returned[0].tracks[0].at(0);
}

/// Two truth values: x[0] > 0.5 and x[1] > 0.5.
const std::string kTwo = R"(
  %a1 = nn.slice %all {offsets = array<i64: 0>, sizes = array<i64: 1>} : (!nn.sample<4xi1>) -> !nn.sample<1xi1>
  %b1 = nn.slice %all {offsets = array<i64: 1>, sizes = array<i64: 1>} : (!nn.sample<4xi1>) -> !nn.sample<1xi1>
  %a = nn.reshape %a1 : (!nn.sample<1xi1>) -> !nn.sample<i1>
  %b = nn.reshape %b1 : (!nn.sample<1xi1>) -> !nn.sample<i1>
)";
// Inputs are exact (same bits everywhere), so a comparison of an input with a constant cannot flip; tanh makes a rounded value of it.
std::string rounded(std::string body) {
  return "  %r = nn.tanh %x : (!nn.sample<4xf32>) -> !nn.sample<4xf32>\n"
         "  %cr = nn.compare %r, %half {predicate = \"gt\"} : (!nn.sample<4xf32>, tensor<f32>) -> !nn.sample<4xi1>\n" + body;
}
std::string twoRounded(const std::string &op) {
  std::string two = kTwo;
  for (size_t at; (at = two.find("%all")) != std::string::npos;) two.replace(at, 4, "%cr");
  return rounded(two) + "  %c = " + op;
}
const double kClose = 1e-12;

}  // namespace

BOOST_AUTO_TEST_CASE(comparisonIsTheGap) {
  double d = distanceOf(twoRounded("nn.not %a : (!nn.sample<i1>) -> !nn.sample<i1>"), {std::atanh(0.75), 0, 0, 0});
  BOOST_TEST(std::fabs(d - 0.25) < kClose);
}

BOOST_AUTO_TEST_CASE(exactOperandsCannotFlip) {
  double d = distanceOf(kTwo + "  %c = nn.not %a : (!nn.sample<i1>) -> !nn.sample<i1>", {0.5, 0, 0, 0});
  BOOST_TEST(std::isinf(d));
}

BOOST_AUTO_TEST_CASE(andOrTakeTheLeastChangeThatFlips) {
  auto at = [](double a, double b) { return std::vector<double>{std::atanh(a), std::atanh(b), 0, 0}; };
  std::string both = twoRounded("nn.and %a, %b : (!nn.sample<i1>, !nn.sample<i1>) -> !nn.sample<i1>");
  std::string either = twoRounded("nn.or %a, %b : (!nn.sample<i1>, !nn.sample<i1>) -> !nn.sample<i1>");
  BOOST_TEST(std::fabs(distanceOf(both, at(0.6, 0.8)) - 0.1) < kClose);   // both true: the nearer
  BOOST_TEST(std::fabs(distanceOf(both, at(0.6, 0.2)) - 0.3) < kClose);   // the false one decides
  BOOST_TEST(std::fabs(distanceOf(both, at(0.4, 0.2)) - 0.3) < kClose);   // both false: the farther
  BOOST_TEST(std::fabs(distanceOf(either, at(0.6, 0.8)) - 0.3) < kClose);
  BOOST_TEST(std::fabs(distanceOf(either, at(0.6, 0.2)) - 0.1) < kClose);
  BOOST_TEST(std::fabs(distanceOf(either, at(0.4, 0.2)) - 0.1) < kClose);
}

BOOST_AUTO_TEST_CASE(argmaxIsTheGapOfTheTwoGreatest) {
  std::string body = rounded("  %c = nn.argmax %r : (!nn.sample<4xf32>) -> !nn.sample<i32>");
  double d = distanceOf(body, {std::atanh(0.1), std::atanh(0.7), std::atanh(0.65), 0}, "i32");
  BOOST_TEST(std::fabs(d - 0.05) < kClose);
}

BOOST_AUTO_TEST_CASE(firstTrueLooksNoFurtherThanWhatItFound) {
  std::string body = rounded("  %c = nn.first_true %cr {otherwise = 4 : i64} : (!nn.sample<4xi1>) -> !nn.sample<i32>");
  auto tanh = [](std::vector<double> v) { for (double &x : v) x = std::atanh(x); return v; };
  BOOST_TEST(std::fabs(distanceOf(body, tanh({0.2, 0.9, 0.5000001, 0}), "i32") - 0.3) < kClose);
  BOOST_TEST(std::fabs(distanceOf(body, tanh({0.2, 0.1, 0.45, 0}), "i32") - 0.05) < kClose);
}

BOOST_AUTO_TEST_CASE(selectOfEqualValuesIgnoresItsCondition) {
  std::string same = twoRounded("nn.select %a, %two, %two : (!nn.sample<i1>, tensor<i32>, tensor<i32>) -> !nn.sample<i32>");
  BOOST_TEST(std::isinf(distanceOf(same, {std::atanh(0.6), 0, 0, 0}, "i32")));
  std::string other = twoRounded("nn.select %a, %two, %three : (!nn.sample<i1>, tensor<i32>, tensor<i32>) -> !nn.sample<i32>");
  other = "  %three = nn.constant dense<3> : tensor<i32> : tensor<i32>\n" + other;
  BOOST_TEST(std::fabs(distanceOf(other, {std::atanh(0.6), 0, 0, 0}, "i32") - 0.1) < kClose);
}

BOOST_AUTO_TEST_CASE(patienceCarriesTheLeastGapAlongDepth) {
  // streak = argmax(x) == previous ? streak + 1 : 0; leaves when the streak (as f32) reaches 1: an early near-tie counts at the exit.
  Interpreter interpreter = interpreterOf(R"(
func.func private @rule(%f: !nn.sample<2xf32>, %p: !nn.sample<i32>, %s: !nn.sample<i32>, %t: tensor<f32>) -> (!nn.sample<i1>, !nn.sample<i32>, !nn.sample<i32>) {
  %k = nn.argmax %f : (!nn.sample<2xf32>) -> !nn.sample<i32>
  %same = nn.compare %k, %p {predicate = "eq"} : (!nn.sample<i32>, !nn.sample<i32>) -> !nn.sample<i1>
  %one = nn.constant dense<1> : tensor<i32> : tensor<i32>
  %zero = nn.constant dense<0> : tensor<i32> : tensor<i32>
  %more = nn.add %s, %one : (!nn.sample<i32>, tensor<i32>) -> !nn.sample<i32>
  %n = nn.select %same, %more, %zero : (!nn.sample<i1>, !nn.sample<i32>, tensor<i32>) -> !nn.sample<i32>
  %nf = nn.cast %n : (!nn.sample<i32>) -> !nn.sample<f32>
  %c = nn.compare %nf, %t {predicate = "ge"} : (!nn.sample<f32>, tensor<f32>) -> !nn.sample<i1>
  return %c, %k, %n : !nn.sample<i1>, !nn.sample<i32>, !nn.sample<i32>
}
func.func @infer(%a: !nn.sample<2xf32> {nn.input = 0 : i64}, %b: !nn.sample<2xf32> {nn.input = 1 : i64}, %t: tensor<f32> {nn.setting = 0 : i64}) {
  %m = nn.constant dense<-1> : tensor<i32> : tensor<i32>
  %z = nn.constant dense<0> : tensor<i32> : tensor<i32>
  %p0 = nn.broadcast %m : (tensor<i32>) -> !nn.sample<i32>
  %s0 = nn.broadcast %z : (tensor<i32>) -> !nn.sample<i32>
  %ra = nn.tanh %a : (!nn.sample<2xf32>) -> !nn.sample<2xf32>
  %rb = nn.tanh %b : (!nn.sample<2xf32>) -> !nn.sample<2xf32>
  %c1, %p1, %s1 = call @rule(%ra, %p0, %s0, %t) : (!nn.sample<2xf32>, !nn.sample<i32>, !nn.sample<i32>, tensor<f32>) -> (!nn.sample<i1>, !nn.sample<i32>, !nn.sample<i32>)
  nn.exit_if %c1 { nn.leave_with %ra {stage = 1 : i64} : !nn.sample<2xf32> } : !nn.sample<i1>
  %c2, %p2, %s2 = call @rule(%rb, %p1, %s1, %t) : (!nn.sample<2xf32>, !nn.sample<i32>, !nn.sample<i32>, tensor<f32>) -> (!nn.sample<i1>, !nn.sample<i32>, !nn.sample<i32>)
  nn.exit_if %c2 { nn.leave_with %rb {stage = 2 : i64} : !nn.sample<2xf32> } : !nn.sample<i1>
  nn.leave_with %rb {stage = 3 : i64} : !nn.sample<2xf32>
  return
})");
  Inputs in;
  in.samples = 2;
  in.inputs[0] = perSample({2}, {{std::atanh(0.51), std::atanh(0.5)}, {std::atanh(0.9), 0}});
  in.inputs[1] = perSample({2}, {{std::atanh(0.9), 0}, {std::atanh(0.2), 0}});
  in.settings = {1};
  Results r = interpreter.run("infer", in);
  BOOST_TEST(r.answers[0].stage == 2);
  BOOST_TEST(std::fabs(r.answers[0].distance - 0.01) < kClose);
  BOOST_TEST(std::fabs(r.answers[1].distance - 0.2) < kClose);
}
