// Splits, orders, cutting into batches and the descriptor with its gathered inputs; no allocation once a size was seen.
#include "DataTestSupport.h"

#include "runtime/data/BatchBuilder.h"
#include "runtime/data/DataArgument.h"
#include "runtime/data/EpochOrder.h"
#include "runtime/data/Splits.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <new>
#include <numeric>
#include <set>

namespace {
std::atomic<int64_t> allocations{0};
void *allocate(size_t size, size_t alignment) {
  ++allocations;
  void *memory = alignment ? std::aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment) : std::malloc(size ? size : 1);
  if (!memory) throw std::bad_alloc();
  return memory;
}
}  // namespace
void *operator new(size_t size) { return allocate(size, 0); }
void *operator new(size_t size, std::align_val_t alignment) { return allocate(size, (size_t)alignment); }
void operator delete(void *memory) noexcept { std::free(memory); }
void operator delete(void *memory, size_t) noexcept { std::free(memory); }
void operator delete(void *memory, std::align_val_t) noexcept { std::free(memory); }
void operator delete(void *memory, size_t, std::align_val_t) noexcept { std::free(memory); }

using namespace offramp::runtime;
using namespace offramp::runtime::test;

namespace {

const auto perElement = boost::test_tools::per_element();

Dataset ragged() {
  return parsed("a.tsv", "t\tlabel\n1 2 3\ta\n4\tb\n5 6\ta\n7 8 9 10\tb\n", {tokens("t", 20, 8), label("label", 2)});
}
Dataset images(int64_t count) {
  std::string file = "x,label\n";
  for (int64_t i = 0; i < count; ++i) file += fmt::format("{} {},{}\n", i % 256, (i + 1) % 256, i % 3);
  return parsed("a.csv", file, {values("x", ValueType::U8, {2}), label("label", 3)});
}
template <typename T>
std::vector<T> array(const void *p, int64_t n) {
  return {(const T *)p, (const T *)p + n};
}
std::vector<int64_t> upTo(int64_t n) {
  std::vector<int64_t> rows((size_t)n);
  std::iota(rows.begin(), rows.end(), 0);
  return rows;
}

}  // namespace

BOOST_AUTO_TEST_CASE(ragged_samples_lie_packed_with_first_rows_in_front) {
  Dataset data = ragged();
  BatchBuilder builder(data, 0);
  const std::vector<int64_t> rows{3, 1, 0};
  const offramp_batch &b = builder.build(rows);
  BOOST_TEST(b.n == 3);
  BOOST_TEST(b.rows == 8);
  BOOST_TEST(b.gapless == 1);
  BOOST_TEST(array<int32_t>(b.id, 3) == (std::vector<int32_t>{0, 1, 2}), perElement);
  BOOST_TEST(array<int32_t>(b.from, 3) == (std::vector<int32_t>{0, 1, 2}), perElement);
  BOOST_TEST(array<int32_t>(b.first, 3) == (std::vector<int32_t>{0, 1, 2}), perElement);
  BOOST_TEST(array<int32_t>(b.at, 3) == (std::vector<int32_t>{3, 6, 6}), perElement);
  BOOST_TEST(array<int32_t>(b.len, 3) == (std::vector<int32_t>{3, 0, 2}), perElement);
  BOOST_TEST(array<int32_t>(builder.inputs()[0], 8) == (std::vector<int32_t>{7, 4, 1, 8, 9, 10, 2, 3}), perElement);
  BOOST_TEST(array<int32_t>(builder.inputs()[1], 3) == (std::vector<int32_t>{1, 1, 0}), perElement);
  BOOST_TEST(array<int64_t>(builder.index(), 3) == rows, perElement);
  BOOST_TEST((uintptr_t)builder.inputs()[0] % 64 == 0u);
}

BOOST_AUTO_TEST_CASE(fixed_rows_and_no_rows) {
  Dataset data = images(5);
  const std::vector<int64_t> rows{4, 2};
  BatchBuilder fixed(data, 17);
  const offramp_batch &f = fixed.build(rows);
  BOOST_TEST(f.rows == 34);
  BOOST_TEST(array<int32_t>(f.at, 2) == (std::vector<int32_t>{2, 18}), perElement);
  BOOST_TEST(array<int32_t>(f.len, 2) == (std::vector<int32_t>{16, 16}), perElement);
  BOOST_TEST(array<uint8_t>(fixed.inputs()[0], 4) == (std::vector<uint8_t>{4, 5, 2, 3}), perElement);
  BatchBuilder none(data, -1);
  const offramp_batch &b = none.build(rows);
  BOOST_TEST(b.rows == 2);
  BOOST_TEST((b.at == nullptr && b.len == nullptr));
}

BOOST_AUTO_TEST_CASE(absent_labels_are_null) {
  Dataset data = parsed("a.csv", "x_0,x_1\n1,2\n", {values("x", ValueType::U8, {2}), label("label", 3)}, Labels::Optional);
  BatchBuilder builder(data, -1);
  builder.build(upTo(1));
  BOOST_TEST(builder.inputs()[0] != nullptr);
  BOOST_TEST(builder.inputs()[1] == nullptr);
}

BOOST_AUTO_TEST_CASE(token_fields_of_a_sample_must_agree_in_length) {
  Dataset data = parsed("a.tsv", "s\tt\n1\t1\n1 2\t1\n", {tokens("s", 9, 8), tokens("t", 9, 8)});
  BOOST_TEST(errorOf([&] { BatchBuilder(data, 0); }) ==
             "a.tsv: sample 1: `s` has 2 tokens and `t` has 1; the token fields of a sample must be of one length");
}

BOOST_AUTO_TEST_CASE(a_size_seen_before_allocates_nothing) {
  Dataset text = ragged(), pictures = images(100);
  BatchBuilder sequences(text, 0), fixed(pictures, 17);
  EpochOrder order;
  const std::vector<int64_t> textRows = upTo(4), pictureRows = upTo(100);
  auto epoch = [&](int64_t number) {
    std::span<const int64_t> batch;
    order.shuffle(1, number, pictureRows);
    for (BatchCutter cutter(order.rows(), fixed.rowCount(), 32, 17 * 20); cutter.next(batch);) fixed.build(batch);
    for (BatchCutter cutter(textRows, sequences.rowCount(), 2); cutter.next(batch);) sequences.build(batch);
  };
  epoch(0);
  int64_t before = allocations;
  for (int64_t e = 1; e < 20; ++e) epoch(e);
  BOOST_TEST(allocations == before);
}

BOOST_AUTO_TEST_CASE(batches_are_cut_by_samples_and_by_rows) {
  Dataset data = ragged();  // 3, 1, 2, 4 rows
  auto cut = [&](int64_t samplesMax, int64_t rowsMax) {
    std::vector<int64_t> sizes, rows = upTo(4), seen;
    std::span<const int64_t> batch;
    for (BatchCutter cutter(rows, {1, &data.columns[0]}, samplesMax, rowsMax); cutter.next(batch);) {
      sizes.push_back((int64_t)batch.size());
      seen.insert(seen.end(), batch.begin(), batch.end());
    }
    BOOST_TEST(seen == rows, perElement);
    return sizes;
  };
  BOOST_TEST(cut(3, 0) == (std::vector<int64_t>{3, 1}), perElement);
  BOOST_TEST(cut(3, 4) == (std::vector<int64_t>{2, 1, 1}), perElement);
  BOOST_TEST(cut(10, 6) == (std::vector<int64_t>{3, 1}), perElement);
  BOOST_TEST(errorOf([&] { cut(3, 3); }) ==
             "sample 3 has 4 rows, more than the 3 that one batch may have; give a larger bound or shorten the sequence");
}

BOOST_AUTO_TEST_CASE(an_epoch_visits_every_row_once_in_an_order_of_its_own) {
  const std::vector<int64_t> rows = upTo(1000);
  std::set<std::vector<int64_t>> orders;
  for (int64_t seed = 0; seed < 3; ++seed)
    for (int64_t epoch = 0; epoch < 3; ++epoch) {
      EpochOrder a, b;
      a.shuffle(seed, epoch, rows);
      b.shuffle(seed, epoch, rows);
      std::vector<int64_t> order(a.rows().begin(), a.rows().end());
      BOOST_TEST(std::equal(order.begin(), order.end(), b.rows().begin()));
      BOOST_TEST(a.visit(7) == epoch * 1000 + 7);
      orders.insert(order);
      std::sort(order.begin(), order.end());
      BOOST_TEST(order == rows, perElement);
    }
  BOOST_TEST(orders.size() == 9u);
}

BOOST_AUTO_TEST_CASE(the_order_of_a_seed_never_changes) {
  EpochOrder order;
  order.shuffle(1, 2, upTo(8));
  // Written down once: another order would break resuming runs of earlier versions.
  BOOST_TEST(std::vector<int64_t>(order.rows().begin(), order.rows().end()) == (std::vector<int64_t>{4, 1, 2, 6, 7, 0, 3, 5}), perElement);
}

BOOST_AUTO_TEST_CASE(orders_are_uniform) {
  // 3! orders in 6,000 epochs: 1,000 each, standard deviation 29; six of them is a bug, not chance.
  std::map<std::vector<int64_t>, int> counts;
  EpochOrder order;
  for (int64_t epoch = 0; epoch < 6000; ++epoch) {
    order.shuffle(11, epoch, upTo(3));
    ++counts[{order.rows().begin(), order.rows().end()}];
  }
  BOOST_TEST(counts.size() == 6u);
  for (const auto &[permutation, count] : counts) BOOST_TEST(std::abs(count - 1000) < 174);
}

BOOST_AUTO_TEST_CASE(without_a_valid_split_one_twentieth_is_held_out_the_same_always) {
  auto data = std::make_shared<Dataset>(images(200));
  TrainingSplits a = makeTrainingSplits(data, nullptr, 0), b = makeTrainingSplits(std::make_shared<Dataset>(images(200)), nullptr, 0);
  BOOST_TEST(a.heldOut);
  BOOST_TEST(a.valid.size() == 10);
  BOOST_TEST(a.train.size() == 190);
  BOOST_TEST(a.valid.rows == b.valid.rows, perElement);
  BOOST_TEST((a.valid.rows.back() - a.valid.rows.front() > 20));  // drawn, not cut off
  std::set<int64_t> all(a.train.rows.begin(), a.train.rows.end());
  all.insert(a.valid.rows.begin(), a.valid.rows.end());
  BOOST_TEST(all.size() == 200u);
  TrainingSplits limited = makeTrainingSplits(data, nullptr, 10);
  BOOST_TEST(limited.valid.size() == 1);
  BOOST_TEST(limited.train.size() == 9);
  BOOST_TEST(limited.train.rows.back() < 10);
  TrainingSplits given = makeTrainingSplits(data, std::make_shared<Dataset>(images(30)), 0);
  BOOST_TEST(!given.heldOut);
  BOOST_TEST(given.train.size() == 200);
  BOOST_TEST(given.valid.size() == 30);
  BOOST_TEST(errorOf([&] { makeTrainingSplits(data, nullptr, 1); }) ==
             "train data: 5 % are held out for validation, which one sample does not allow; give `--data valid=PATH`");
}

BOOST_AUTO_TEST_CASE(classes_without_a_sample_are_named) {
  std::string file = "x,label\n";
  for (int i = 0; i < 12; ++i) file += fmt::format("1,{}\n", i < 8 ? "north" : i < 10 ? "east" : "south");
  FieldSpec directions = label("label", 4);
  directions.names = {"north", "east", "south", "west"};
  auto data = std::make_shared<Dataset>(parsed("a.csv", file, {values("x", ValueType::F32, {}), directions}));
  BOOST_TEST(missingClassesNote(wholeSplit(data)) == "1 of 4 classes have no sample: `west`");
  BOOST_TEST(missingClassesNote(wholeSplit(data, 9)) == "2 of 4 classes have no sample: `south`, `west`");
  BOOST_TEST(missingClassesNote(wholeSplit(std::make_shared<Dataset>(images(3)))) == "");
  directions.classes = 40, directions.names.clear();
  for (int i = 0; i < 40; ++i) directions.names.push_back(fmt::format("class {}", i));
  data = std::make_shared<Dataset>(parsed("a.csv", "x,label\n1,class 0\n", {values("x", ValueType::F32, {}), directions}));
  BOOST_TEST(missingClassesNote(wholeSplit(data)) ==
             "39 of 40 classes have no sample: `class 1`, `class 2`, `class 3`, `class 4`, `class 5`, 34 more");
}

BOOST_AUTO_TEST_CASE(identity_follows_the_content) {
  BOOST_TEST((images(10).identity() == images(10).identity()));
  BOOST_TEST((images(10).identity().sha256 != images(11).identity().sha256));
  // The same numbers in other places are other data.
  Dataset a = parsed("a.tsv", "t\n1 2\n3\n", {tokens("t", 9, 8)}), b = parsed("a.tsv", "t\n1\n2 3\n", {tokens("t", 9, 8)});
  BOOST_TEST((a.identity().sha256 != b.identity().sha256));
}

BOOST_AUTO_TEST_CASE(data_arguments_are_taken_apart) {
  DataArguments splits = parseDataArguments({"train=a,b", "test=c=d.tsv"});
  BOOST_TEST(splits.at("train") == (std::vector<std::string>{"a", "b"}), perElement);
  BOOST_TEST(splits.at("test") == (std::vector<std::string>{"c=d.tsv"}), perElement);
  auto refused = [](std::vector<std::string> arguments) { return errorOf([&] { parseDataArguments(arguments); }); };
  BOOST_TEST(refused({"a.tsv"}) == "`--data a.tsv`: expected SPLIT=PATH[,PATH…], for instance `--data train=a.tsv`");
  BOOST_TEST(refused({"dev=a.tsv"}) == "`--data dev=a.tsv`: there is no split `dev`; the splits are `train`, `valid` and `test`");
  BOOST_TEST(refused({"train=a", "train=b"}) == "`--data train=b`: the split `train` is given twice");
  BOOST_TEST(refused({"train=a,,b"}) == "`--data train=a,,b`: a path is empty; expected PATH[,PATH…] without spaces");
  BOOST_TEST(refused({"train="}) == "`--data train=`: a path is empty; expected PATH[,PATH…] without spaces");
  try {
    parseDataArguments({"x"});
  } catch (const UserError &error) {
    BOOST_TEST(error.exitStatus() == 2);
  }
}
