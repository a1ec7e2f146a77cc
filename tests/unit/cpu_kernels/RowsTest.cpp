// Movements of rows, row sums, embeddings, positions, random draws, and the caller's arrays.
#include "Support.h"
#include "runtime/abi/Random.h"

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/mman.h>
#include <unistd.h>

using namespace kernelTest;

namespace {

/// A file of some floats, mapped for reading only.
struct MappedFloats {
  explicit MappedFloats(const Floats &values) : bytes(values.size() * sizeof(float)) {
    char path[] = "/var/tmp/offramp-rows-XXXXXX";   // not /tmp, which may have no pages of a file
    const int file = mkstemp(path);
    BOOST_REQUIRE(file >= 0);
    unlink(path);
    BOOST_REQUIRE(write(file, values.data(), bytes) == ssize_t(bytes));
    void *mapping = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
    close(file);
    BOOST_REQUIRE(mapping != MAP_FAILED);
    at = static_cast<const float *>(mapping);
  }
  ~MappedFloats() { munmap(const_cast<float *>(at), bytes); }
  MappedFloats(const MappedFloats &) = delete;
  /// KiB of it that this process has in memory.
  long resident() const {
    std::ifstream maps("/proc/self/smaps");
    char begin[32];
    std::snprintf(begin, sizeof begin, "%lx-", (unsigned long)at);
    bool here = false;
    for (std::string line; std::getline(maps, line);) {
      if (line.rfind(begin, 0) == 0) here = true;
      if (here && line.rfind("Rss:", 0) == 0) return std::atol(line.c_str() + 4);
    }
    return -1;
  }
  const float *at;
  size_t bytes;
};

} // namespace

BOOST_AUTO_TEST_CASE(rowSumsAndSpreads) {
  Random random(21);
  Call call;
  for (int32_t gap : {0, 2})
    for (int64_t c : {1, 7, 16, 130}) {
      Batch b({4, 1, 9, 2}, gap);
      Floats src = random.floats(b.rows * c), mean(size_t(b.n * c)), sum(mean.size()), v = random.floats(b.n * c);
      Floats spread(src.size(), 9.0f), divided = spread;
      offramp_cpu_mean_rows(&call, &b, src.data(), mean.data(), c);
      offramp_cpu_sum_rows(&call, &b, src.data(), sum.data(), c);
      offramp_cpu_spread(&call, &b, v.data(), spread.data(), c, 0);
      offramp_cpu_spread(&call, &b, v.data(), divided.data(), c, 1);
      std::vector<double> wantMean, wantSum;
      for (int64_t i = 0; i < b.n; ++i)
        for (int64_t k = 0; k < c; ++k) {
          double total = 0;
          for (int64_t r = 0; r <= b.len[i]; ++r) {
            total += src[size_t(b.row(i, r) * c + k)];
            BOOST_REQUIRE(spread[size_t(b.row(i, r) * c + k)] == v[size_t(i * c + k)]);
            BOOST_REQUIRE(std::abs(divided[size_t(b.row(i, r) * c + k)] - v[size_t(i * c + k)] / float(b.len[i] + 1)) < 1e-6f);
          }
          wantSum.push_back(total), wantMean.push_back(total / (b.len[i] + 1));
        }
      BOOST_TEST(relativeError(mean, wantMean) < 1e-6);
      BOOST_TEST(relativeError(sum, wantSum) < 1e-6);
    }
}

BOOST_AUTO_TEST_CASE(toRowsAndBack) {
  Random random(22);
  Call call;
  for (int64_t r : {1, 2, 17}) {
    const int64_t c = 130, n = 37;
    Batch b{std::vector<int32_t>(static_cast<size_t>(n), static_cast<int32_t>(r))};
    Floats src = random.floats(n * r * c), rows(src.size()), back(src.size());
    offramp_cpu_to_rows(&call, &b, src.data(), rows.data(), r, c);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t t = 0; t < r; ++t) BOOST_REQUIRE(std::equal(&src[size_t((i * r + t) * c)], &src[size_t((i * r + t) * c)] + c, &rows[size_t(b.row(i, t) * c)]));
    offramp_cpu_from_rows(&call, &b, rows.data(), back.data(), r, c);
    BOOST_TEST((back == src));
  }
}

BOOST_AUTO_TEST_CASE(positionsCountWithinTheSample) {
  Call call;
  Batch b({3, 1, 4}, 1);
  std::vector<int32_t> at(size_t(b.rows), -1);
  offramp_cpu_positions(&call, &b, at.data());
  for (int64_t i = 0; i < b.n; ++i)
    for (int64_t r = 0; r <= b.len[i]; ++r) BOOST_TEST(at[size_t(b.row(i, r))] == r);
}

BOOST_AUTO_TEST_CASE(gradientsOfEmbeddings) {
  Random random(23);
  Call call;
  for (int64_t c : {5, 128})
    for (int64_t count : {0, 3, 700}) {
      const int64_t v = 50;
      Floats src = random.floats(count * c + 1), dtable = random.floats(v * c);
      std::vector<int32_t> ids;
      for (int64_t i = 0; i <= count; ++i) ids.push_back(int32_t(random.below(v)));
      std::vector<double> want(dtable.begin(), dtable.end());
      offramp_cpu_gather_dw(&call, ids.data(), src.data(), dtable.data(), count, c, v);
      for (int64_t i = 0; i < count; ++i)
        for (int64_t k = 0; k < c; ++k) want[size_t(ids[size_t(i)] * c + k)] += src[size_t(i * c + k)];
      BOOST_TEST(relativeError(dtable, want) < 1e-6);
    }
}

// A program maps its weights; of a large table it keeps no pages, however many rows were read.
BOOST_AUTO_TEST_CASE(rowsOfAMappedTableLeaveNoPagesBehind) {
  Random random(25);
  static constexpr int64_t c = 256;
  const int64_t rows = 16384, count = 1000;   // 16 MiB
  const MappedFloats table(random.floats(rows * c));
  std::vector<int32_t> ids;
  for (int64_t i = 0; i < count; ++i) ids.push_back(int32_t(random.below(rows)));
  for (bool release : {false, true}) {
    EngineOptions options = inMode(EngineMode::Inference);
    options.releasePlainWeights = release;
    Call call(options);
    Floats out(size_t(count * c));
    void *args[] = {const_cast<float *>(table.at), ids.data(), out.data()};
    offramp_cpu_parallel_rows_of(&call, [](void *const *a, int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        std::copy_n(static_cast<const float *>(a[0]) + static_cast<const int32_t *>(a[1])[i] * c, c, static_cast<float *>(a[2]) + i * c);
    }, args, count, 16, table.at, rows * c);
    const long resident = table.resident();
    BOOST_TEST(resident >= 0);
    if (release) BOOST_TEST(resident <= 512);
    else BOOST_TEST(resident >= 2000);   // a page of 4 KiB for half the rows or more
    for (int64_t i = 0; i < count; ++i)
      BOOST_REQUIRE(std::equal(out.begin() + i * c, out.begin() + (i + 1) * c, table.at + int64_t(ids[size_t(i)]) * c));
  }
}

BOOST_AUTO_TEST_CASE(drawsFollowTheSampleNotThePlace) {
  Call call;
  std::vector<int64_t> visit = {5, 900, 7};
  call.visit = visit.data(), call.seed = 42;
  Batch b({4, 1, 3}, 2);
  b.ids = {2, 0, 1};
  b.id = b.ids.data();
  const int64_t elements = 19;
  Floats plain(size_t(b.n * elements)), rows(size_t(b.rows * elements), 9.0f);
  offramp_cpu_uniform(&call, &b, plain.data(), 3, 2, elements, 0);
  offramp_cpu_uniform(&call, &b, rows.data(), 3, 2, elements, 1);
  for (int64_t i = 0; i < b.n; ++i) {
    uint64_t key = offramp_random_key(42, visit[size_t(b.id[i])], 3, 2);
    for (int64_t e = 0; e < elements; ++e) BOOST_TEST(plain[size_t(i * elements + e)] == offramp_random_uniform(key, uint64_t(e)));
    for (int64_t r = 0; r <= b.len[i]; ++r)
      for (int64_t e = 0; e < elements; ++e)
        BOOST_TEST(rows[size_t(b.row(i, r) * elements + e)] == offramp_random_uniform(key, uint64_t(r * elements + e)));
  }
}

BOOST_AUTO_TEST_CASE(callersArraysGoById) {
  Call call;
  Batch b({2, 2, 2});
  b.ids = {4, 0, 3};
  b.id = b.ids.data();
  std::vector<int64_t> index = {10, 11, 12, 13, 14};
  call.index = index.data();
  std::vector<int32_t> array = {0, 1, 2, 3, 4}, table(20, -1), got(3), written(5, -1);
  offramp_cpu_read(&call, &b, array.data(), got.data(), 4);
  BOOST_TEST((got == std::vector<int32_t>{4, 0, 3}));
  offramp_cpu_write(&call, &b, written.data(), got.data(), 4);
  BOOST_TEST((written == std::vector<int32_t>{0, -1, -1, 3, 4}));
  offramp_cpu_write_table(&call, &b, table.data(), got.data(), 4);
  BOOST_TEST(table[14] == 4);
  BOOST_TEST(table[10] == 0);
  BOOST_TEST(table[13] == 3);
  got.assign(3, -5);
  offramp_cpu_read_table(&call, &b, table.data(), got.data(), 4);
  BOOST_TEST((got == std::vector<int32_t>{4, 0, 3}));

  Floats logits(5 * 3, -1.0f), src = {1, 2, 3, 4, 5, 6, 7, 8, 9}, decision(5, -1.0f), d = {0.5f, 0.25f, 0.125f}, loss = {1.0f, 2.0f};
  std::vector<int32_t> stage(5, 0);
  call.logits = logits.data(), call.stage = stage.data(), call.decision = decision.data(), call.loss = loss.data();
  offramp_cpu_put(&call, &b, src.data(), 3, 2, d.data());
  BOOST_TEST(logits[12] == 1.0f);
  BOOST_TEST(logits[0] == 4.0f);
  BOOST_TEST(stage[3] == 2);
  BOOST_TEST(stage[1] == 0);
  BOOST_TEST(decision[0] == 0.25f);
  offramp_cpu_put(&call, &b, src.data(), 3, 6, nullptr);
  BOOST_TEST(std::isnan(decision[4]));
  offramp_cpu_add_loss(&call, d.data(), 3, 1);
  BOOST_TEST(loss[1] == 2.875f);
}

BOOST_AUTO_TEST_CASE(chunksCoverEveryItemOnce) {
  Call call(inMode(EngineMode::Inference, 3));
  for (int64_t count : {0, 1, 2, 7, 1000})
    for (int64_t grain : {1, 3, 5000}) {
      std::vector<int> seen(size_t(count) + 1, 0);
      void *args[] = {seen.data()};
      offramp_cpu_parallel(&call, [](void *const *a, int64_t begin, int64_t end) {
        for (int64_t i = begin; i < end; ++i) ++static_cast<int *>(a[0])[i];
      }, args, count, grain);
      for (int64_t i = 0; i < count; ++i) BOOST_REQUIRE(seen[size_t(i)] == 1);
      BOOST_TEST(seen[size_t(count)] == 0);
    }
}
