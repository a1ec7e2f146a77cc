// The real Fashion-MNIST files of the Debian package: counts, a known checksum of the pixels, and how long reading takes.
#include "DataTestSupport.h"

#include "runtime/core/Sha256.h"
#include "runtime/data/ReadDataset.h"

#include <chrono>
#include <cstdio>
#include <numeric>

using namespace offramp::runtime;
using namespace offramp::runtime::test;

BOOST_AUTO_TEST_CASE(all_seventy_thousand_images_are_read) {
  const std::string root = "/usr/share/datasets/fashion-mnist/";
  if (!std::filesystem::exists(root)) {
    std::puts("SKIPPED: Fashion-MNIST is not installed (apt install dataset-fashion-mnist)");
    return;
  }
  std::vector<FieldSpec> fields{values("image", ValueType::U8, {28, 28}), label("label", 10)};
  auto begun = std::chrono::steady_clock::now();
  Dataset train = readDataset("train", {root + "train-images-idx3-ubyte.gz", root + "train-labels-idx1-ubyte.gz"}, fields);
  Dataset test = readDataset("test", {root + "t10k-images-idx3-ubyte.gz", root + "t10k-labels-idx1-ubyte.gz"}, fields);
  double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  std::printf("70,000 images read in %.2f s\n", seconds);
  BOOST_TEST(train.rows == 60000);
  BOOST_TEST(test.rows == 10000);
  for (const Dataset *data : {&train, &test}) {
    BOOST_TEST((int64_t)data->columns[0].values.size() == data->rows * 784);
    std::vector<int64_t> counts(10);
    for (int32_t label : data->columns[1].labels) ++counts[(size_t)label];
    for (int64_t count : counts) BOOST_TEST(count == data->rows / 10);  // both parts are balanced
  }
  BOOST_TEST(test.columns[1].labels[0] == 9);  // the first test image is an ankle boot
  auto pixels = valuesOf<uint8_t>(train.columns[0]);
  double mean = std::accumulate(pixels.begin(), pixels.end(), 0.0) / (double)pixels.size() / 255;
  BOOST_TEST(mean == 0.2860406, boost::test_tools::tolerance(1e-6));  // as published everywhere
  BOOST_TEST(train.identity().sha256 != test.identity().sha256);
  BOOST_TEST(train.identity().rows == 60000);
}
