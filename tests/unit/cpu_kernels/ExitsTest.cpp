// leave, narrow and the three regroupings: the table of four samples with 5, 3, 4 and 2 rows, and random exits with every choice.
#include "Support.h"

using namespace kernelTest;

namespace {

std::vector<int32_t> list(const int32_t *p, int64_t n) { return {p, p + n}; }
using Ints = std::vector<int32_t>;

} // namespace

BOOST_AUTO_TEST_CASE(fourSamplesOfWhichTwoLeave) {
  Call call;
  Batch b({5, 3, 4, 2});
  const int64_t c = 3;
  Floats h(size_t(b.rows * c));
  for (size_t i = 0; i < h.size(); ++i) h[i] = float(i);
  uint8_t leave[] = {0, 1, 0, 255};
  for (int64_t regroup : {1, 0}) {
    call.regroup = regroup;
    offramp_cpu_begin(&call);
    offramp_batch *s, *g, *b2;
    offramp_cpu_leave(&call, &b, leave, &s, &g);
    BOOST_TEST((list(g->id, g->n) == Ints{1, 3}));
    BOOST_TEST((list(g->first, g->n) == Ints{1, 3}));
    BOOST_TEST((list(g->at, g->n) == Ints{8, 13}));
    BOOST_TEST((list(s->id, s->n) == Ints{0, 2}));
    BOOST_TEST((list(s->first, s->n) == Ints{0, 2}));
    BOOST_TEST((list(s->at, s->n) == Ints{4, 10}));
    BOOST_TEST((list(s->len, s->n) == Ints{4, 3}));
    BOOST_TEST((list(s->from, s->n) == Ints{0, 2}));
    BOOST_TEST(s->rows == 14);
    BOOST_TEST(s->gapless == 0);
    Floats rest(h.size(), -1.0f);
    const float *out;
    offramp_cpu_regroup_rest(&call, s, h.data(), rest.data(), c, 1, &b2, &out);
    BOOST_TEST((list(b2->first, 2) == Ints{0, 1}));
    BOOST_TEST((list(b2->at, 2) == (regroup ? Ints{2, 6} : Ints{2, 8})));
    BOOST_TEST(b2->rows == (regroup ? 9 : 12));
    BOOST_TEST(b2->gapless == regroup);
    for (int64_t i = 0; i < 2; ++i)
      for (int64_t r = 0; r < b2->len[i]; ++r) BOOST_TEST(out[(b2->at[i] - b2->n + r) * c] == h[size_t((s->at[i] + r) * c)]);
    int32_t values[] = {40, 41, 42, 43}, narrowed[2];
    offramp_cpu_narrow(&call, g, values, narrowed, 4);
    BOOST_TEST(narrowed[0] == 41);
    BOOST_TEST(narrowed[1] == 43);
  }
  call.exits = 0;
  offramp_batch *s, *g;
  offramp_cpu_leave(&call, &b, leave, &s, &g);
  BOOST_TEST(g->n == 0);
  BOOST_TEST(s->n == 4);
  BOOST_TEST(s->gapless == 1);
}

// Values follow their samples through five exits, whatever is chosen. Row values are id·1000 + row.
BOOST_AUTO_TEST_CASE(rowsFollowTheirSamples) {
  Random random(31);
  for (int round = 0; round < 40; ++round) {
    Call call(inMode(EngineMode::Inference, 1 + round % 2));
    if (round % 3) engineSetStageCosts(call.kernels(), std::vector<StageCost>(6, StageCost{1e5, 1e4, 6, 3e4, 1e5, 5, 7e4, 5, 5, true}));
    Ints counts;
    for (int64_t i = 0, n = 1 + random.below(40); i < n; ++i) counts.push_back(int32_t(1 + random.below(round % 4 ? 20 : 2)));
    Batch start(counts);
    const int64_t c = 5;
    Floats a(size_t(start.rows * c)), other(a.size());
    for (int64_t i = 0; i < start.n; ++i)
      for (int64_t r = 0; r <= start.len[i]; ++r)
        for (int64_t k = 0; k < c; ++k) a[size_t(start.row(i, r) * c + k)] = float(i * 1000 + r);
    const float *h = a.data();
    const offramp_batch *b = &start;
    offramp_cpu_begin(&call);
    std::vector<int> left(counts.size(), 0);
    for (int64_t stage = 1; stage <= 5 && b->n > 0; ++stage) {
      call.regroup = random.below(3);
      std::vector<uint8_t> leave(size_t(b->n) + 1);
      for (auto &l : leave) l = random.below(3) == 0 && stage != 2;
      offramp_batch *s, *g, *next;
      offramp_cpu_leave(&call, b, leave.data(), &s, &g);
      BOOST_REQUIRE(s->n + g->n == b->n);
      for (int64_t i = 0; i < g->n; ++i) ++left[size_t(g->id[i])];
      for (int64_t i = 0; i < s->n; ++i) BOOST_REQUIRE(s->id[i] == b->id[s->from[i]]);
      if (s->n == 0) {
        b = s;
        break;
      }
      Floats space(size_t(start.rows * c));
      if (random.below(2)) {
        const float *rest;
        Floats moved(space.size());
        offramp_cpu_regroup_rest(&call, s, h, moved.data(), c, stage, &next, &rest);
        for (int64_t i = 0; i < s->n; ++i) std::copy_n(h + s->first[i] * c, c, &space[size_t(i * c)]);   // narrow, as join would
        std::copy_n(rest, (next->rows - next->n) * c, &space[size_t(next->n * c)]);
      } else {
        const float *all;
        offramp_cpu_regroup_all(&call, s, h, other.data(), c, stage, &next, &all);
        std::copy_n(all, next->rows * c, space.begin());
      }
      a = space;
      h = a.data(), b = next;
      BOOST_REQUIRE(b->rows <= start.rows);
      int64_t live = 0;
      for (int64_t i = 0; i < b->n; ++i) {
        BOOST_REQUIRE(b->first[i] == i);
        BOOST_REQUIRE(b->from[i] == s->from[i]);  // the ABI's promise: narrow to a regrouped batch reads what narrow to the stayers reads
        live += b->len[i] + 1;
        for (int64_t r = 0; r <= b->len[i]; ++r) BOOST_REQUIRE(h[(r ? b->at[i] + r - 1 : b->first[i]) * c + 2] == float(b->id[i] * 1000 + r));
      }
      BOOST_REQUIRE((b->gapless == 1) == (live == b->rows));
    }
    for (int64_t i = 0; i < b->n; ++i) ++left[size_t(b->id[i])];
    for (int count : left) BOOST_TEST(count == 1);
  }
}

BOOST_AUTO_TEST_CASE(nobodyLeavesMovesNothing) {
  Call call;
  call.regroup = 2;
  Batch b({5, 3});
  Floats h(size_t(b.rows * 4)), space(h.size());
  uint8_t leave[] = {0, 0};
  offramp_batch *s, *g, *next;
  const float *out;
  offramp_cpu_begin(&call);
  offramp_cpu_leave(&call, &b, leave, &s, &g);
  offramp_cpu_regroup_all(&call, s, h.data(), space.data(), 4, 1, &next, &out);
  BOOST_TEST(out == h.data());
  BOOST_TEST(next->gapless == 1);
  offramp_cpu_regroup_rest(&call, s, h.data(), space.data(), 4, 1, &next, &out);
  BOOST_TEST(out == h.data() + 2 * 4);
  BOOST_TEST(next->gapless == 1);
}

BOOST_AUTO_TEST_CASE(samplesWithoutRows) {
  for (bool named : {false, true}) BOOST_TEST_CONTEXT("first rows named: " << named) {
  Call call;
  offramp_batch b{};
  Ints ids = {3, 1, 2}, from = {0, 1, 2};
  if (named) b.first = from.data();  // a caller may fill `first` in; without `at` and `len` there are no rows
  b.n = b.rows = 3, b.gapless = 1, b.id = ids.data(), b.from = from.data();
  uint8_t leave[] = {0, 1, 0};
  offramp_batch *s, *g;
  offramp_cpu_begin(&call);
  offramp_cpu_leave(&call, &b, leave, &s, &g);
  BOOST_TEST((list(s->id, s->n) == Ints{3, 2}));
  BOOST_TEST(s->rows == 2);
  BOOST_TEST(s->first == nullptr);
  BOOST_TEST((list(s->from, 2) == Ints{0, 2}));
  }
}
