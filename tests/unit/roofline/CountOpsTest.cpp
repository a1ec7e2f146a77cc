// Compiled models counted operation by operation: 2·rows·K·N for a linear layer, 2·2·T²·D for attention, weights once a batch. Products must be
// exact; sums of a stage, which hold its row kernels too, within 1 % of the published formulas.
#include "tests/unit/compiler_artifact/Support.h"

#include "compiler/artifact/Compile.h"
#include "compiler/roofline/Roofline.h"

#include <algorithm>

using namespace offramp;
using namespace offramp::test;

namespace {

ModelCosts costsOf(const std::filesystem::path &file, const std::map<std::string, std::string> &sets, int64_t rows) {
  Compiler compiler;
  return modelCosts(file, sets, compiler.options, rows);
}

const OpCount &named(const std::vector<OpCount> &ops, const std::string &end) {
  auto found = std::find_if(ops.begin(), ops.end(), [&](const OpCount &op) { return op.name.ends_with(end); });
  BOOST_REQUIRE_MESSAGE(found != ops.end(), "no operation ends with " << end);
  return *found;
}

double sumFlops(const std::vector<OpCount> &ops, double samples, double rows) {
  double sum = 0;
  for (const OpCount &op : ops) sum += op.flops.at(samples, rows);
  return sum;
}

double sumWeights(const std::vector<OpCount> &ops) {
  double sum = 0;
  for (const OpCount &op : ops) sum += op.weights.at(1, 1);
  return sum;
}

constexpr double percent = 1;
const std::filesystem::path text = root() / "tests/unit/roofline/text.ramp";

}  // namespace

BOOST_AUTO_TEST_CASE(bert_base_is_counted_as_published) {
  const ModelCosts model = costsOf(text, {}, 128);
  BOOST_REQUIRE(model.ops.stages.size() == 12u);
  const double S = 8, T = 128, D = 768, H = 3072, rows = S * T;
  const std::vector<OpCount> &stage = model.ops.stages[0].whole;
  BOOST_TEST(named(stage, "attention.q").flops.at(S, T) == 2 * rows * D * D);
  BOOST_TEST(named(stage, "attention.kv").flops.at(S, T) == 2 * rows * D * 2 * D);
  BOOST_TEST(named(stage, "ff.f1").flops.at(S, T) == 2 * rows * D * H);
  BOOST_TEST(named(stage, "ff.f2").flops.at(S, T) == 2 * rows * D * H);
  auto attention = std::find_if(stage.begin(), stage.end(), [](const OpCount &op) { return op.kind == OpKind::Attention; });
  BOOST_REQUIRE((attention != stage.end()));
  BOOST_TEST(attention->flops.at(S, T) == S * 2 * 2 * T * T * D);
  BOOST_TEST(attention->read.at(S, T) == 3 * rows * D);
  BOOST_TEST(attention->written.at(S, T) == rows * D);
  BOOST_TEST(attention->weights.at(S, T) == 0);
  const OpCount &f1 = named(stage, "ff.f1");
  BOOST_TEST(f1.weights.at(S, T) == D * H + H);
  BOOST_TEST(f1.read.at(S, T) == rows * D);
  BOOST_TEST(f1.written.at(S, T) == rows * H);

  // 7,087,872 parameters a layer; 1.86 GFLOP a layer and sample at 128 tokens.
  const double layer = T * 2 * (4 * D * D + 2 * D * H) + 2 * 2 * T * T * D;
  for (size_t s = 0; s + 1 < 12; ++s) {
    BOOST_TEST(sumWeights(model.ops.stages[s].whole) == 7087872);
    BOOST_TEST(sumFlops(model.ops.stages[s].whole, S, T) == S * layer, boost::test_tools::tolerance(percent / 100));
  }
  // The last one computes the row that is read: keys and values of all rows, the rest for one.
  const double last = T * 2 * 2 * D * D + 2 * (2 * D * D + 2 * D * H) + 2 * 2 * T * D;
  BOOST_TEST(sumFlops(model.ops.stages[11].whole, S, T) == S * last, boost::test_tools::tolerance(percent / 100));
  // Both parts of an exit-first stage are the stage, but for keys and values that serve both.
  const StageOps &split = model.ops.stages[0];
  BOOST_TEST(sumFlops(split.first, S, T) + sumFlops(split.rest, S, T) == sumFlops(split.whole, S, T), boost::test_tools::tolerance(percent / 100));
  // Products are those of the stage costs, which the cost model reads.
  double products = 0;
  for (const OpCount &op : stage)
    if (op.kind != OpKind::Rows) products += op.flops.at(1, T);
  const Work &whole = model.stages[0].whole, &decides = model.stages[0].decides;
  BOOST_TEST(products == 2 * ((whole.perRow - decides.perRow) * T + whole.perSample - decides.perSample));
}

BOOST_AUTO_TEST_CASE(of_an_embedding_the_named_rows_are_read) {
  const ModelCosts model = costsOf(text, {}, 128);
  double weights = 0, written = 0;
  for (const OpCount &op : model.ops.embed) weights += op.weights.at(8, 128), written += op.written.at(8, 128);
  BOOST_TEST(weights == 2 * 8 * 128 * 768.0);  // a word and a position for each token, not 30522 rows
  BOOST_TEST(written == 8 * 128 * 768.0);
  BOOST_TEST(sumFlops(model.ops.embed, 8, 128) == 8 * 128 * 768.0);  // their sum
}

BOOST_AUTO_TEST_CASE(bert_base_on_published_machines) {
  const ModelCosts model = costsOf(text, {}, 128);
  const double rows = 32 * 128.0, D = 768, H = 3072;
  struct Case {
    const char *machine;
    NumberType type;
    double flopsPerNs, bytesPerNs;
  };
  for (const Case &c : {Case{"h100", NumberType::Bf16, 989.4e3, 3350}, Case{"h100", NumberType::F32, 67e3, 3350},
                        Case{"a100", NumberType::Bf16, 312e3, 2039}, Case{"a100", NumberType::Int8, 624e3, 2039}})
    BOOST_TEST_CONTEXT(c.machine << " " << nameOf(c.type)) {
      const Machine machine = *machineNamed(c.machine);
      const Roofline r(model.ops, machine, {32, 128, c.type});
      const OpTime f1 = r.timeOf(named(model.ops.stages[0].whole, "ff.f1"));
      const double flops = 2 * rows * D * H, moved = (D * H + H + rows * D + rows * H) * bytesOf(c.type);
      BOOST_TEST(f1.flops == flops);
      BOOST_TEST(f1.bytes() == moved);
      BOOST_TEST(f1.computeBound);
      BOOST_TEST(f1.ns == flops / c.flopsPerNs, boost::test_tools::tolerance(1e-9));
      // Attention at 128 rows: 4·T²·D FLOP over 4·T·D values, T FLOP a value.
      const OpTime attention = r.timeOf(*std::find_if(model.ops.stages[0].whole.begin(), model.ops.stages[0].whole.end(),
                                                      [](const OpCount &op) { return op.kind == OpKind::Attention; }));
      BOOST_TEST(attention.intensity() == 128 / bytesOf(c.type), boost::test_tools::tolerance(1e-9));
      BOOST_TEST(attention.computeBound == (128 / bytesOf(c.type) > c.flopsPerNs / c.bytesPerNs));
    }
}

BOOST_AUTO_TEST_CASE(one_row_reads_weights_and_is_bound_by_memory) {
  const ModelCosts model = costsOf(text, {{"width", "2048"}, {"hidden", "8192"}, {"stages", "24"}, {"heads", "16"}}, 1);
  const double layer = 4.0 * 2048 * 2048 + 2.0 * 2048 * 8192;
  for (const char *name : {"a100", "h100", "h200"})
    for (NumberType type : {NumberType::F32, NumberType::Bf16, NumberType::Int8}) BOOST_TEST_CONTEXT(name << " " << nameOf(type)) {
        const Machine machine = *machineNamed(name);
        const Roofline r(model.ops, machine, {1, 1, type});
        for (const OpTime &t : r.timesOf(model.ops.stages[0].whole)) BOOST_TEST(!t.computeBound);
        const OpTime stage = sumOf(r.timesOf(model.ops.stages[0].whole));
        BOOST_TEST(stage.flops == 2 * layer, boost::test_tools::tolerance(percent / 100));
        BOOST_TEST(stage.ns == layer * bytesOf(type) / machine.memory.back().bytesPerNs, boost::test_tools::tolerance(percent / 100));
        BOOST_TEST(stage.intensity() == 2 / bytesOf(type), boost::test_tools::tolerance(percent / 100));
      }
}

BOOST_AUTO_TEST_CASE(the_image_transformer_of_the_first_example) {
  const ModelCosts model = costsOf(root() / "examples/01-fashion-mnist/consistentee.ramp", {}, 0);
  BOOST_TEST(model.rows == 17);
  const double T = 17, D = 128;
  const double stage = T * 2 * (4 * D * D + 2 * D * 4 * D) + 2 * 2 * T * T * D;
  BOOST_TEST(stage == 6832640);
  BOOST_TEST(sumFlops(model.ops.stages[0].whole, 64, T) == 64 * stage, boost::test_tools::tolerance(percent / 100));
  BOOST_TEST(named(model.ops.embed, "embedding").flops.at(64, T) == 64 * 2 * 16 * 49 * D);
  const std::vector<OpCount> &gate = model.ops.stages[0].decide, &head = model.ops.stages[0].answer;
  BOOST_TEST(named(gate, "linear_0").flops.at(64, T) == 64 * 2 * 128 * 32);
  BOOST_TEST(named(gate, "linear_1").flops.at(64, T) == 64 * 2 * 32);
  BOOST_TEST(named(head, "linear_0").flops.at(64, T) == 64 * 2 * 128 * 128);
  BOOST_TEST(named(head, "linear_1").flops.at(64, T) == 64 * 2 * 128 * 10);
  BOOST_TEST(model.ops.stages[5].decide.empty());
  BOOST_TEST(!model.ops.stages[5].answer.empty());
  // Regrouping reads and writes the rows of those who stay.
  BOOST_TEST(named(model.ops.stages[0].move, "regroup").read.at(10, T) == 10 * T * D);
  BOOST_TEST(named(model.ops.stages[0].moveRest, "regroup").read.at(10, T) == 10 * (T - 1) * D);
}

BOOST_AUTO_TEST_CASE(convolutions_without_rows) {
  const ModelCosts model = costsOf(root() / "examples/03-conv-exits/branchy.ramp", {}, 0);
  BOOST_TEST(model.rowsPerSample == -1);
  BOOST_TEST(model.ops.stages[0].first.empty());
  double products = 0;
  for (const OpCount &op : model.ops.stages[0].whole)
    if (op.kind == OpKind::Convolution || op.kind == OpKind::Linear) products += op.flops.at(1, 1);
  const Work &whole = model.stages[0].whole, &decides = model.stages[0].decides;
  BOOST_TEST(products == 2 * (whole.perSample - decides.perSample));
}
