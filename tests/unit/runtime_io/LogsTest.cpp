// Metrics, TensorBoard events, progress and predictions: exact bytes or lines, and cutting back.
#include "TestSupport.h"

#include "runtime/data/Predictions.h"
#include "runtime/train/Events.h"
#include "runtime/train/Metrics.h"
#include "runtime/train/Progress.h"

#include <bit>
#include <cstring>
#include <sstream>

using namespace offramp::runtime;

namespace {

uint64_t fixed(std::string_view &in, size_t bytes) {
  BOOST_REQUIRE(in.size() >= bytes);
  uint64_t value = 0;
  for (size_t i = 0; i < bytes; ++i) value |= (uint64_t)(uint8_t)in[i] << (8 * i);
  in.remove_prefix(bytes);
  return value;
}
uint64_t varint(std::string_view &in) {
  uint64_t value = 0;
  for (int shift = 0;; shift += 7) {
    uint64_t byte = fixed(in, 1);
    value |= (byte & 127) << shift;
    if (byte < 128) return value;
  }
}

/// Field number → raw value of a protocol buffer message without repeated fields.
struct Message {
  std::map<uint64_t, uint64_t> numbers;
  std::map<uint64_t, std::string> texts;
  explicit Message(std::string_view in) {
    while (!in.empty()) {
      uint64_t key = varint(in), field = key >> 3;
      switch (key & 7) {
        case 0: numbers[field] = varint(in); break;
        case 1: numbers[field] = fixed(in, 8); break;
        case 5: numbers[field] = fixed(in, 4); break;
        case 2: {
          uint64_t size = varint(in);
          BOOST_REQUIRE(size <= in.size());
          texts[field] = in.substr(0, size);
          in.remove_prefix(size);
          break;
        }
        default: BOOST_REQUIRE(false);
      }
    }
  }
};

std::vector<Message> decoded(const std::string &file) {
  std::vector<Message> events;
  std::string_view in = file;
  while (!in.empty()) {
    std::string_view head = in.substr(0, 8);
    uint64_t size = fixed(in, 8);
    BOOST_TEST(fixed(in, 4) == maskedCrc32c(head));
    BOOST_REQUIRE(size + 4 <= in.size());
    std::string_view body = in.substr(0, size);
    in.remove_prefix(size);
    BOOST_TEST(fixed(in, 4) == maskedCrc32c(body));
    events.emplace_back(body);
  }
  return events;
}

}  // namespace

BOOST_AUTO_TEST_CASE(crc32c_of_rfc_3720) {
  BOOST_TEST(crc32c("123456789") == 0xE3069283u);
  BOOST_TEST(crc32c(std::string(32, '\0')) == 0x8A9136AAu);
  BOOST_TEST(crc32c(std::string(32, '\xff')) == 0x62A8AB43u);
}

BOOST_AUTO_TEST_CASE(events_decode_to_what_was_written_and_are_cut_back) {
  test::TemporaryFolder folder;
  auto path = folder.path / EventWriter::fileName;
  int64_t offset = 0;
  {
    EventWriter events(path, 0);
    events.scalar("warm_up/loss", 300, 0.75f);
    offset = events.offset();
    events.scalar("warm_up/loss", 301, 1.0f);
  }
  {
    EventWriter events(path, offset);
    events.scalar("warm_up/loss", 301, 2.0f);
  }
  auto events = decoded(readFile(path));
  BOOST_REQUIRE(events.size() == 3u);
  BOOST_TEST(events[0].texts.at(3) == "brain.Event:2");
  BOOST_TEST(std::bit_cast<double>(events[1].numbers.at(1)) > 1.6e9);
  BOOST_TEST(events[1].numbers.at(2) == 300u);
  const float values[] = {0.75f, 2.0f};
  for (size_t i : {0u, 1u}) {
    Message point(Message(events[i + 1].texts.at(5)).texts.at(1));
    BOOST_TEST(point.texts.at(1) == "warm_up/loss");
    BOOST_TEST(std::bit_cast<float>((uint32_t)point.numbers.at(2)) == values[i]);
  }
}

BOOST_AUTO_TEST_CASE(metrics_are_lines_and_are_cut_back) {
  test::TemporaryFolder folder;
  auto path = folder.path / "metrics.jsonl";
  int64_t offset = 0;
  {
    MetricsLog log(path, 0);
    log.write({{"step", 1}, {"loss", 0.5}});
    log.sync();
    offset = log.offset();
    log.write({{"step", 2}, {"loss", 0.25}});
  }
  MetricsLog log(path, offset);
  log.write({{"step", 2}, {"loss", std::numeric_limits<double>::quiet_NaN()}});
  BOOST_TEST(readFile(path) == "{\"step\":1,\"loss\":0.5}\n{\"step\":2,\"loss\":null}\n");
}

BOOST_AUTO_TEST_CASE(elsewhere_progress_is_a_plain_line_now_and_then) {
  std::ostringstream out;
  double now = 100;
  Progress progress("warm_up, epoch 1 of 4", 60000, "samples", {&out, false, 100, [&] { return now; }, 10});
  for (int i = 1; i <= 25; ++i) {
    now += 1;
    progress.update(i * 1200, "loss 0.5");
  }
  now += 1;
  progress.finish("accuracy 0.88");
  progress.update(1);
  BOOST_TEST(out.str() == "warm_up, epoch 1 of 4: 20 %  12,000/60,000 samples  1,200 samples/s  ETA 0:40  loss 0.5\n"
                          "warm_up, epoch 1 of 4: 40 %  24,000/60,000 samples  1,200 samples/s  ETA 0:30  loss 0.5\n"
                          "warm_up, epoch 1 of 4: 30,000 samples in 0:26, 1,154 samples/s  accuracy 0.88\n");
}

BOOST_AUTO_TEST_CASE(what_an_interrupted_run_did_before_counts_with_its_time) {
  std::ostringstream out;
  double now = 100;
  Progress progress("warm_up, epoch 1 of 4", 60000, "samples", {&out, false, 100, [&] { return now; }, 10});
  progress.continueAfter(20);  // 20,000 samples at 1,000 a second
  now += 10;
  progress.update(30000);
  now += 20;
  progress.finish();
  BOOST_TEST(out.str() == "warm_up, epoch 1 of 4: 50 %  30,000/60,000 samples  1,000 samples/s  ETA 0:30\n"
                          "warm_up, epoch 1 of 4: 30,000 samples in 0:50, 600 samples/s\n");
}

BOOST_AUTO_TEST_CASE(on_a_terminal_progress_is_one_line_that_redraws) {
  std::ostringstream out;
  double now = 0;
  {
    Progress progress("reading", 100, "files", {&out, true, 70, [&] { return now; }, 10});
    now = 0.05;
    progress.update(10);  // too soon to redraw
    now = 2;
    progress.update(50, "a note that is cut where the terminal ends");
    now = 4;
    progress.update(100);
    progress.finish();
  }
  BOOST_TEST(out.str() == "\rreading  [============>           ]  50 %  50/100 files  25 files/s  \x1b[K"
                          "\rreading  [========================] 100 %  100/100 files  25 files/s \x1b[K"
                          "\rreading: 100 files in 0:04, 25 files/s\x1b[K\n");
}

BOOST_AUTO_TEST_CASE(counts_and_durations_read_well) {
  BOOST_TEST(countText(0) == "0");
  BOOST_TEST(countText(-1234567) == "-1,234,567");
  BOOST_TEST(countText(100) == "100");
  BOOST_TEST(durationText(59.6) == "1:00");
  BOOST_TEST(durationText(3 * 3600 + 62) == "3:01:02");
}

BOOST_AUTO_TEST_CASE(predictions_have_the_five_columns) {
  test::TemporaryFolder folder;
  std::vector<Prediction> predictions(3);
  predictions[0] = {0, 1, 0, 2, 0.1f};
  predictions[1] = {1, -1, 1, 6, std::numeric_limits<float>::quiet_NaN()};
  predictions[2] = {7, 0, 2, 3, 3.0f};
  writePredictions(folder.path / "p.tsv", predictions, {"bag", "coat"});
  BOOST_TEST(readFile(folder.path / "p.tsv") == "index\tlabel\tprediction\tstage\tdecision\n"
                                                "0\tcoat\tbag\t2\t0.1\n"
                                                "1\t\tcoat\t6\t\n"
                                                "7\tbag\t2\t3\t3\n");
}
